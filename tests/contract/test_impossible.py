"""A schema that no value keeps is told, and one that some value keeps is not."""

from __future__ import annotations

from typing import Any

import pytest

from restproof.contract.impossible import impossible

NAME = {"name": {"type": "string"}}


@pytest.mark.parametrize(
    ("schema", "why"),
    [
        ({"not": {}}, "rules everything out"),
        ({"const": 1, "type": "string"}, "const"),
        ({"const": "c", "type": "string", "enum": ["a", "b"]}, "const"),
        ({"allOf": [{"type": "string"}, {"type": "integer"}]}, "no type in common"),
        ({"type": "integer", "exclusiveMinimum": 3, "exclusiveMaximum": 4}, "no whole number"),
        ({"type": "integer", "minimum": 1, "maximum": 9, "multipleOf": 10}, "no multiple of 10"),
        ({"type": "number", "exclusiveMinimum": 1, "maximum": 1}, "between its bounds"),
        ({"type": "array", "minItems": 1, "items": {"not": {}}}, "no value can be one"),
        ({"type": "array", "minItems": 2, "prefixItems": [{}], "items": False}, "no value can be one"),
        ({"type": "array", "minItems": 3, "uniqueItems": True, "items": {"type": "boolean"}}, "different entries"),
        ({"type": "object", "properties": NAME, "required": ["x"], "additionalProperties": False}, "'x' is required"),
        ({"type": "object", "properties": NAME, "minProperties": 2, "additionalProperties": False}, "more members"),
        ({"anyOf": [{"not": {}}, {"type": "integer", "minimum": 2, "maximum": 1}]}, "no alternative"),
    ],
)
def test_a_schema_without_a_value_is_told(schema: dict[str, Any], why: str) -> None:
    inside = {"type": "object", "properties": {"list": {"type": "array", "items": schema}}}
    (alone,), (found,) = impossible(schema), impossible(inside)
    assert why in alone[1]
    assert found == (("properties", "list", "items"), alone[1])


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"not": {"type": "string"}},
        {"const": None},
        {"const": "a", "enum": ["a", "b"]},
        {"type": "integer", "minimum": 3, "maximum": 3},
        {"type": "integer", "exclusiveMinimum": 2, "exclusiveMaximum": 4},
        {"type": "integer", "exclusiveMinimum": 0},
        {"type": "number", "multipleOf": 0.01, "minimum": 0, "maximum": 1},
        {"type": ["integer", "null"], "minimum": 9, "maximum": 1},
        {"type": "array", "minItems": 2, "uniqueItems": True, "items": {"type": "boolean"}},
        {"type": "array", "minItems": 2, "prefixItems": [{"type": "number"}, {"type": "number"}], "items": False},
        {"type": "array", "minItems": 2, "prefixItems": [{}, {}], "uniqueItems": True, "items": {"type": "boolean"}},
        {"type": "object", "properties": {"gone": {"type": "string"}}, "required": ["other"]},
        {"anyOf": [{"not": {}}, {"type": "integer"}]},
        {"oneOf": [{"properties": {"a": {"not": {}}}}, {"required": ["a"]}]},
    ],
)
def test_a_schema_with_a_value_is_not(schema: dict[str, Any]) -> None:
    assert list(impossible(schema)) == []
