"""Forms say what can be taken for nothing else, and read the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from restproof.contract.forms import document_of, form_of, is_sayable, schema_of, typed
from restproof.contract.load import load

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "count": {"type": ["integer", "null"]},
        "price": {"type": "number"},
        "paid": {"type": "boolean"},
        "size": {"enum": [1, 2]},
        "tags": {"type": "array", "items": {"type": "string"}},
        "address": {"type": "object", "properties": {"zip": {"type": "string"}, "floor": {"type": "integer"}}},
        "lines": {"type": "array", "items": {"type": "object", "properties": {"qty": {"type": "integer"}}}},
    },
}
BODY = {
    "name": "Müller & Söhne = 100 %+",
    "count": -5,
    "price": 1.5,
    "paid": False,
    "size": 2,
    "tags": ["a", "b c"],
    "address": {"zip": "01234", "floor": 3},
    "lines": [{"qty": 1}, {"qty": 2}],
    "more": "x",
}


@pytest.mark.parametrize("nested", ["brackets", "dots"])
def test_what_is_sayable_reads_the_same(nested: Any) -> None:
    assert is_sayable(BODY, SCHEMA)
    assert typed(document_of(form_of(BODY, nested)), SCHEMA) == BODY


def test_brackets_hold_a_name_with_a_dot() -> None:
    schema = {"type": "object", "properties": {"by": {"type": "object", "additionalProperties": {"type": "integer"}}}}
    body = {"by": {"unit-7.B": 1, " of all ": 2}}
    assert is_sayable(body, schema, "brackets")
    assert typed(document_of(form_of(body, "brackets")), schema) == body
    assert not is_sayable(body, schema, "dots")
    assert not is_sayable({"a.b": "c"}, schema, "brackets")


def test_the_usual_spellings() -> None:
    body = {"address": {"zip": "1"}, "tags": ["a"], "lines": [{"qty": 1}]}
    assert form_of(body, "brackets") == b"address[zip]=1&tags[]=a&lines[0][qty]=1"
    assert form_of(body, "dots") == b"address.zip=1&tags=a&lines[0].qty=1"


@pytest.mark.parametrize(
    "body",
    [
        *({}, {"name": None}, {"count": None}, {"name": 5}, {"name": True}, {"tags": []}, {"address": {}}),
        *({"count": "5"}, {"paid": "true"}, {"count": ""}, {"more": 5}, {"tags": "a"}, {"address": "a"}),
        *({"name": "\ud800"}, {"a[b": "c"}, {"price": "1e3"}, {"size": "1"}),
    ],
)
def test_what_would_be_taken_for_something_else_is_not(body: Any) -> None:
    assert not is_sayable(body, SCHEMA)


@pytest.mark.parametrize("body", [{"count": "many"}, {"paid": "maybe"}, {"count": 1.5}, {"size": 3}, {"name": ""}])
def test_what_is_invalid_may_be_said(body: Any) -> None:
    assert is_sayable(body, SCHEMA)


@pytest.mark.parametrize("body", [b"a=1&a[b]=2", b"[]=1", b"a=%ff"])
def test_what_is_no_form_is_told(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        document_of(body)


def test_what_stands_in_an_object_inside_an_envelope_is_read_by_its_schema(tmp_path: Path) -> None:
    fields = {"id": {"type": "integer", "readOnly": True}, "name": {"type": "string"}, "count": {"type": "integer"}}
    schema = {"type": "object", "properties": fields}
    resource = {
        "path": "/notes",
        "schema": "note.json",
        "media": {"request": "application/x-www-form-urlencoded"},
        "envelope": {
            "request": "data",
            "fields": "attributes",
            "beside": ["count"],
            "constants": {"/data/type": "notes"},
        },
    }
    (tmp_path / "note.json").write_text(json.dumps(schema))
    (tmp_path / "contract.yaml").write_text(json.dumps({"contract": "notes", "resources": {"note": resource}}))
    contract = load(tmp_path)
    note = contract.resources["note"]
    body = note.operation("create").envelope.requested({"name": "5", "count": 5}, {})
    assert body == {"data": {"attributes": {"name": "5"}, "count": 5, "type": "notes"}}
    whole = schema_of(contract, note, "create")
    assert is_sayable(body, whole)
    assert typed(document_of(form_of(body, "brackets")), whole) == body
