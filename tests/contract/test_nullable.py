"""What may be null is read alike, however it is written."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from restproof.contract.nullable import joined

NULL = {"type": "null"}
TEXT = {"type": "string", "maxLength": 3}
OBJECT = {"type": "object", "properties": {"at": {"anyOf": [TEXT, NULL]}}, "required": ["at"]}
VALUES: tuple[Any, ...] = (None, "abc", "abcd", 5, True, [], ["abc", None], ["abcd"], {}, {"at": None}, {"at": "abcd"})


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ({"anyOf": [TEXT, NULL]}, {"type": ["string", "null"], "maxLength": 3}),
        ({"oneOf": [NULL, TEXT], "title": "Name"}, {"type": ["string", "null"], "maxLength": 3, "title": "Name"}),
        ({"anyOf": [{**TEXT, "type": ["string", "integer"]}, NULL]}, {**TEXT, "type": ["string", "integer", "null"]}),
        (
            {"anyOf": [OBJECT, {**NULL, "title": "None"}]},
            {**OBJECT, "type": ["object", "null"], "properties": {"at": {**TEXT, "type": ["string", "null"]}}},
        ),
        (
            {"type": "array", "items": {"anyOf": [TEXT, NULL]}},
            {"type": "array", "items": {**TEXT, "type": ["string", "null"]}},
        ),
        (
            {"type": "object", "properties": {"default": {"anyOf": [TEXT, NULL]}}},
            {"type": "object", "properties": {"default": {**TEXT, "type": ["string", "null"]}}},
        ),
    ],
)
def test_null_beside_one_other_is_a_type_of_it(written: Any, read: Any) -> None:
    assert joined(written) == read
    before, after = Draft202012Validator(written), Draft202012Validator(read)
    assert [before.is_valid(v) for v in VALUES] == [after.is_valid(v) for v in VALUES]


@pytest.mark.parametrize(
    "written",
    [
        {"anyOf": [{"type": "string", "enum": ["a"]}, NULL]},
        {"anyOf": [{"type": "string", "not": {"const": "a"}}, NULL]},
        {"anyOf": [{"$ref": "#/$defs/name"}, NULL]},
        {"anyOf": [TEXT, {"type": "integer"}, NULL]},
        {"anyOf": [TEXT, {"type": "integer"}]},
        {"anyOf": [TEXT, NULL], "maxLength": 2},
        {"oneOf": [{**TEXT, "type": ["string", "null"]}, NULL]},
        {"default": {"anyOf": [TEXT, NULL]}},
    ],
)
def test_what_says_more_stays(written: Any) -> None:
    assert joined(written) == written
