"""Ids that an update may change: what lint says of them, and how the sandbox keeps them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.sandbox.client import Client

from restproof.contract.load import check, load

TAG: dict[str, Any] = {
    "type": "object",
    "required": ["name"],
    "properties": {"name": {"type": "string", "minLength": 1}, "note": {"type": ["string", "null"]}},
}
PAGE = {"type": "object", "properties": {"id": {"type": "integer"}, "tags": {"type": "array", "default": []}}}


def write(folder: Path, tag: str = "id: {field: name, chosen_by: client, changes: true}", schema: Any = TAG) -> Path:
    page = "page: {path: /pages, schema: page.json, references: {tags: {to: tag}}}"
    (folder / "contract.yaml").write_text(
        f"contract: mini\nresources:\n  tag: {{path: /tags, schema: tag.json, {tag}}}\n  {page}\n"
    )
    items = {"type": "string"}
    tags = {**PAGE["properties"]["tags"], "items": items}  # type: ignore[index]
    page_schema = {**PAGE, "properties": {"id": {"type": "integer", "readOnly": True}, "tags": tags}}
    for name, found in (("tag", schema), ("page", page_schema)):
        (folder / f"{name}.json").write_text(json.dumps(found))
    return folder


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("id: {field: name, chosen_by: client, changes: true}, operations: [list, create, read]", "none can hold it"),
        ("id: {field: name, type: string, follows: note, changes: true}", "cannot be 'follows'"),
        ("id: {field: name, chosen_by: client, changes: true}, immutable: [name]", "cannot be 'immutable'"),
        ("id: {field: name, chosen_by: client, changes: true}, item_path: '/tag?name={id}'", "in the path of every"),
    ],
)
def test_an_id_changes_only_where_it_can(words: str, message: str, tmp_path: Path) -> None:
    assert [p for p in check(write(tmp_path, words)) if message in str(p)]


def test_one_that_only_the_server_sets_does_not_change(tmp_path: Path) -> None:
    read_only = {**TAG, "properties": {**TAG["properties"], "name": {"type": "string", "readOnly": True}}}
    words = "id: {field: name, changes: true}"
    assert [p for p in check(write(tmp_path, words, read_only)) if "none can hold it" in str(p)]


def test_what_names_a_renamed_resource_names_it_by_its_new_id(tmp_path: Path) -> None:
    assert check(write(tmp_path)) == []
    client = Client(load(tmp_path))
    for name in ("a", "b"):
        assert client("POST", "/tags", {"name": name, "note": name}).status == 201
    page = client("POST", "/pages", {"tags": ["a", "b"]}).json["id"]
    assert client("PATCH", "/tags/a", {"name": "b"}).status == 409
    assert client("PATCH", "/tags/a", {"name": "c"}).json == {"name": "c", "note": "a"}
    assert [client("GET", f"/tags/{name}").status for name in "abc"] == [404, 200, 200]
    assert client("GET", f"/pages/{page}").json["tags"] == ["c", "b"]
