"""What requests and responses hold follows from the one schema."""

from __future__ import annotations

from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from restproof.contract.formats import ZONE_OPEN
from restproof.contract.load import load
from restproof.contract.shapes import Shapes, is_nullable, type_of, types_of

SCHEMA = """{"type": "object", "required": ["name", "secret"], "additionalProperties": false, "properties": {
  "id": {"type": "integer", "readOnly": true}, "name": {"type": "string"}, "note": {"type": ["string", "null"]},
  "secret": {"type": "string", "writeOnly": true}}}"""


def shapes(folder: Path, words: str = "") -> Shapes:
    text = f"{{contract: x, resources: {{item: {{path: /i, schema: item.json{words}}}}}}}"
    (folder / "contract.yaml").write_text(text)
    (folder / "item.json").write_text(SCHEMA)
    return load(folder).resources["item"].shapes


@pytest.mark.parametrize(
    ("body", "create", "update", "response"),
    [
        ({"name": "a", "secret": "b"}, True, True, False),
        ({"name": "a"}, False, True, False),
        ({}, False, True, False),
        ({"name": "a", "secret": "b", "id": 1}, False, False, False),
        ({"name": "a", "secret": "b", "more": 1}, False, False, False),
        ({"id": 1, "name": "a", "note": None}, False, False, True),
        ({"id": 1, "name": "a"}, False, False, False),
        ({"id": 1, "name": "a", "note": None, "more": 1}, False, False, False),
    ],
)
def test_requests_and_responses_hold_what_is_theirs(
    tmp_path: Path, body: object, create: bool, update: bool, response: bool
) -> None:
    found = shapes(tmp_path)
    assert Draft202012Validator(dict(found.create)).is_valid(body) is create
    assert Draft202012Validator(dict(found.update)).is_valid(body) is update
    assert Draft202012Validator(dict(found.response)).is_valid(body) is response


def test_a_sparse_response_may_leave_out_what_is_not_required(tmp_path: Path) -> None:
    response = Draft202012Validator(dict(shapes(tmp_path, ", responses: sparse").response))
    assert response.is_valid({"name": "a"})
    assert not response.is_valid({"id": 1})


def test_only_a_create_takes_a_create_only_field(tmp_path: Path) -> None:
    found = shapes(tmp_path, ", create_only: [secret]")
    assert "secret" in found.create["properties"]
    assert "secret" not in found.update["properties"]
    assert found.replace["required"] == ["name"]


@pytest.mark.parametrize(
    ("schema", "nullable"),
    [
        ({}, True),
        ({"type": "string"}, False),
        ({"type": ["string", "null"]}, True),
        ({"enum": ["a", None]}, True),
        ({"type": ["string", "null"], "enum": ["a"]}, False),
        ({"type": "string", "enum": ["a", None]}, False),
        ({"const": None}, True),
        ({"const": 0}, False),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, True),
        ({"oneOf": [{"type": "string"}, {"type": "integer"}]}, False),
        ({"allOf": [{"type": ["null", "string"]}, {"type": "string"}]}, False),
    ],
)
def test_null_is_allowed_where_every_keyword_allows_it(schema: dict[str, object], nullable: bool) -> None:
    assert is_nullable(schema) is nullable
    assert Draft202012Validator(schema).is_valid(None) is nullable


@pytest.mark.parametrize(
    ("schema", "types"),
    [
        ({"type": "integer"}, {"integer"}),
        ({"type": ["number", "null"]}, {"number", "integer", "null"}),
        ({"enum": ["a", 1, None, True]}, {"string", "integer", "null", "boolean"}),
        ({"const": []}, {"array"}),
        ({"anyOf": [{"type": "object"}, {"type": "null"}]}, {"object", "null"}),
    ],
)
def test_the_types_that_a_schema_admits(schema: dict[str, object], types: set[str]) -> None:
    assert types_of(schema) == types


def test_true_is_no_integer() -> None:
    values: list[object] = [None, True, 1, 1.5, "", [], {}]
    assert [type_of(v) for v in values] == [
        *("null", "boolean", "integer", "number", "string", "array", "object"),
    ]


def test_times_without_a_zone_may_stand_in_members_of_any_name_and_not_in_data() -> None:
    moment = {"type": "string", "format": "date-time"}
    whole = {"type": "object", "properties": {"default": moment, "format": {"const": moment}}}
    shown = Shapes.of({"type": "object", "properties": {"run": whole}}).with_open_zones().response["properties"]["run"]
    assert shown["properties"]["default"] == {"type": "string", "format": ZONE_OPEN}
    assert shown["properties"]["format"] == {"const": moment}
