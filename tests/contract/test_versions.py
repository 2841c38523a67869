"""Versions that writes name: where they stand, and what lint says of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from restproof.contract.load import check, load
from restproof.contract.versions import version_of

SHOWN = {"id": {"type": "integer", "readOnly": True}, "rev": {"type": "string", "readOnly": True}}


def write(folder: Path, said: Any, operations: str = "[list, create, read, update, delete]", **more: Any) -> Path:
    properties = {**SHOWN, "name": {"type": "string"}, **more}
    schema = {"type": "object", "required": ["name"], "properties": properties}
    (folder / "item.json").write_text(json.dumps(schema))
    words = f"{{path: /items, schema: item.json, operations: {operations}, conditional: {{version: {said}}}}}"
    (folder / "contract.yaml").write_text(f"contract: c\nenvelope: {{request: item}}\nresources:\n  item: {words}\n")
    return folder


@pytest.mark.parametrize(
    ("said", "update", "delete"),
    [
        ("rev", ("body", "rev"), None),
        ({"field": "rev", "delete": "revision"}, ("body", "rev"), ("query", "revision")),
        ({"field": "sys.version", "in": "header", "name": "X-V"}, ("header", "X-V"), ("header", "X-V")),
        ({"field": "sys.version", "in": "header", "name": "X-V", "delete": False}, ("header", "X-V"), None),
        ({"field": "sys.version", "in": "query"}, ("query", "version"), ("query", "version")),
    ],
)
def test_each_write_names_it_where_the_contract_says(said: Any, update: Any, delete: Any) -> None:
    version = version_of(said)
    assert (version.placed("update"), version.placed("delete")) == (update, delete)
    assert version.placed("create") is None


def test_a_version_in_a_body_is_no_field_of_the_resource(tmp_path: Path) -> None:
    resource = load(write(tmp_path, "rev")).resources["item"]
    assert resource.volatile == ("rev",)
    envelope = resource.operation("update").envelope
    body = envelope.versioned({"item": {"name": "a"}}, "3-x")
    assert body == {"item": {"name": "a", "rev": "3-x"}}
    assert envelope.named_version(body) == "3-x"
    assert envelope.taken(body) == {"name": "a"}
    without_its_envelope = {"name": "a"}
    assert envelope.versioned(without_its_envelope, "3-x") == without_its_envelope
    assert resource.operation("create").envelope.taken(body) == {"name": "a", "rev": "3-x"}


@pytest.mark.parametrize(
    ("said", "operations", "properties", "problem"),
    [
        ("revision", "[read, update]", {}, "revision"),
        ("name", "[create, read, update]", {}, "the server's to set"),
        ("rev", "[list, create, update]", {}, "the version that a read shows, which is none here"),
        ("{field: rev, in: cookie}", "[read, update]", {}, "cookie"),
        ("{field: rev, in: header, name: The version}", "[read, update]", {}, "no header has the name 'The version'"),
    ],
)
def test_what_cannot_be_is_told(tmp_path: Path, said: str, operations: str, properties: Any, problem: str) -> None:
    found = check(write(tmp_path, said, operations, **properties))
    assert any(problem in str(one) for one in found), [str(one) for one in found]
    assert len(found) == len(set(map(str, found)))
