"""What requests and answers say of the same member in different words, at any depth: what is sent is what can be
shown, and what is made of a document keeps it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from restproof.contract.openapi.inside import fits
from restproof.contract.openapi.once import Once

from .unsaid import NUMBER, TEXT, Document, call, contract, read

KIND = {"type": "string", "enum": ["folder"]}
MINI = {"type": "object", "required": ["kind", "key"], "properties": {"kind": KIND, "key": TEXT}}


def locks(sent: Document, shown: Document) -> Document:
    """The paths of locks whose ``target`` is sent and shown as these."""
    body = {"type": "object", "required": ["target"], "properties": {"note": TEXT, "target": sent}}
    answer = {
        "type": "object",
        "required": ["id", "target"],
        "properties": {"id": NUMBER, "note": TEXT, "target": shown},
    }
    at = {"name": "id", "in": "path", "required": True, "schema": NUMBER}
    item = {"parameters": [at], "get": call(answer), "put": call(answer, body)}
    return {"/locks": {"post": call(answer, body, 201)}, "/locks/{id}": item}


def asked(folder: Path, sent: Document, shown: Document) -> Document:
    """What requests of the contract hold as ``target``."""
    target: Document = (
        contract(folder, locks(sent, shown)).resources["lock"].directions["request"]["properties"]["target"]
    )
    return target


def test_plain_values_inside_are_sent_as_they_can_be_shown(tmp_path: Path) -> None:
    sent = {"type": "object", "required": ["kind", "key"], "properties": {"kind": TEXT, "key": TEXT}}
    found = asked(tmp_path, sent, MINI)
    assert found["properties"]["kind"]["enum"] == ["folder"]
    assert "enum" not in found["properties"]["key"]


def test_what_is_always_shown_inside_and_never_sent_is_the_servers(tmp_path: Path) -> None:
    sent = {"type": "object", "required": ["key"], "properties": {"key": TEXT}}
    kind = asked(tmp_path, sent, MINI)["properties"]["kind"]
    assert (kind["readOnly"], kind["enum"]) == (True, ["folder"])


def test_null_that_is_never_shown_inside_is_not_sent(tmp_path: Path) -> None:
    sent = {"type": "object", "properties": {"key": {**TEXT, "nullable": True, "maxLength": 9}, "n": NUMBER}}
    shown = {"type": "object", "properties": {"key": TEXT, "n": NUMBER}}
    key = asked(tmp_path, sent, shown)["properties"]["key"]
    assert (key["type"], key["maxLength"], key["x-restproof-null"]) == ("string", 9, "open")


def test_an_alternative_that_only_the_server_sets_is_not_sent(tmp_path: Path) -> None:
    one = {"type": "object", "properties": {"key": NUMBER}}
    two = {"type": "object", "properties": {"key": {**TEXT, "readOnly": True}}}
    assert len(asked(tmp_path, {"oneOf": [one, two]}, {"oneOf": [one, two]})["anyOf"]) == 1
    many = {"type": "array", "items": {"oneOf": [one, two]}}
    assert len(asked(tmp_path / "many", many, many)["items"]["anyOf"]) == 1


def test_what_can_be_shown_as_sent_by_no_alternative_is_compared_with_nothing(tmp_path: Path) -> None:
    one = {"type": "object", "required": ["type"], "properties": {"type": KIND, "item": TEXT}}
    two = {"type": "object", "required": ["type"], "properties": {"type": {"enum": ["log"]}, "since": TEXT}}
    shown = {"oneOf": [{**s, "required": ["type", "made"]} for s in (one, two)]}
    found = read(tmp_path, locks({"oneOf": [one, two]}, shown))
    assert any("target, of which responses show something else" in left.what for left in found.left_out)


CASES: list[tuple[Any, Any, bool]] = [
    ({"type": "string"}, {"type": "string", "format": "uri"}, False),
    ({"type": "integer", "minimum": 1}, {"type": "integer", "minimum": 0}, True),
    ({"type": "integer"}, {"type": "integer", "minimum": 0}, False),
    ({"type": "string", "enum": ["a"]}, {"type": "string", "enum": ["a", "b"]}, True),
    ({"type": "string", "enum": ["a", "c"]}, {"type": "string", "enum": ["a", "b"]}, False),
    ({"type": ["string", "null"]}, {"type": "string"}, True),
    ({"type": "array", "items": {"type": "string"}}, {"type": "array", "items": {"type": "integer"}}, False),
    (
        {"type": "object", "properties": {"key": TEXT}},
        {"type": "object", "required": ["key"], "properties": {"key": TEXT}},
        True,
    ),
    ({"type": "object", "properties": {"key": TEXT}}, {**MINI, "additionalProperties": False}, False),
    ({"type": "number", "minimum": 0}, {"type": "number", "exclusiveMinimum": 0}, False),
    ({"type": "number", "exclusiveMinimum": 0}, {"type": "number", "minimum": 0}, True),
    ({"type": "number", "maximum": 9}, {"type": "number", "exclusiveMaximum": 9}, False),
    ({"type": "integer", "exclusiveMaximum": 9}, {"type": "number", "maximum": 9}, True),
]


@pytest.mark.parametrize(("sent", "shown", "fit"), CASES)
def test_whether_what_is_sent_can_be_shown_as_it_is(sent: Any, shown: Any, fit: bool) -> None:
    assert fits(sent, shown, Once()) is fit
