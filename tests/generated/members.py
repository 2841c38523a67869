"""The schemas of drawn members, and what binds them together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from .additions import Drawer


def value_schemas(draw: Drawer) -> dict[str, Any]:
    """The schema of one optional field that a client may set."""
    small = st.integers(0, 3)
    kind = draw(
        st.sampled_from(
            [
                "text",
                "text",
                "short",
                "pattern",
                "enum",
                "integer",
                "bounded",
                "number",
                "multiple",
                "boolean",
                "date",
                "time",
                "stamp",
                "email",
                "uuid",
                "uri",
                "host",
                "ip",
                "list",
                "objects",
                "object",
                "free",
                "const",
                "choice",
                "numbers",
            ]
        )
    )
    found: dict[str, Any] = {
        "text": {"type": "string", "maxLength": draw(st.sampled_from([20, 60, 255, 4000]))},
        "short": {"type": "string", "minLength": 1, "maxLength": 3 + draw(small)},
        "pattern": {"type": "string", "pattern": draw(st.sampled_from([r"^[A-Z]{2}\d{2,6}$", "^[a-z]+$", r"\S"]))},
        "enum": {"enum": ["red", "green", "blue"][: 2 + draw(st.integers(0, 1))]},
        "integer": {"type": "integer"},
        "bounded": {"type": "integer", "minimum": draw(small) - 2, "maximum": 50 + draw(small)},
        "number": {"type": "number", "exclusiveMinimum": -10, "maximum": draw(st.sampled_from([5, 99.5]))},
        "multiple": {"type": "integer", "multipleOf": 5, "minimum": 0, "exclusiveMaximum": 100},
        "boolean": {"type": "boolean"},
        "date": {"type": "string", "format": "date"},
        "time": {"type": "string", "format": "time"},
        "stamp": {"type": "string", "format": "date-time"},
        "email": {"type": "string", "format": "email"},
        "uuid": {"type": "string", "format": "uuid"},
        "uri": {"type": "string", "format": "uri", "maxLength": 200},
        "host": {"type": "string", "format": "hostname"},
        "ip": {"type": "string", "format": draw(st.sampled_from(["ipv4", "ipv6"]))},
        "list": {
            "type": "array",
            "items": {"type": "string", "minLength": 1, "maxLength": 12},
            "minItems": draw(st.integers(0, 1)),
            "maxItems": 2 + draw(small),
            "uniqueItems": draw(st.booleans()),
        },
        "objects": {
            "type": "array",
            "maxItems": 3,
            "items": {
                "type": "object",
                "required": ["key"],
                "properties": {"key": {"type": "string", "minLength": 1}, "rank": {"type": "integer"}},
            },
        },
        "object": {
            "type": "object",
            "additionalProperties": False,
            "required": ["unit"],
            "properties": {"unit": {"enum": ["m", "kg"]}, "amount": {"type": ["number", "null"], "minimum": 0}},
        },
        "free": {"type": "string"},
        "const": {"const": "fixed"},
        "choice": {"anyOf": [{"type": "string", "maxLength": 9}, {"type": "integer", "minimum": 0}]},
        "numbers": {"type": "integer", "enum": [1, 2, 3, 5]},
    }[kind]
    default = {"text": "", "enum": "red", "integer": 0, "bounded": 1, "boolean": True, "numbers": 2, "free": "none"}
    if kind in default and draw(st.booleans()):
        return {**found, "default": default[kind]}
    return nullable(found, draw(st.integers(0, 2)))


def nullable(schema: dict[str, Any], how: int) -> dict[str, Any]:
    """The schema with null, said in one of the usual ways."""
    if how == 0 or "const" in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    if "enum" in schema:
        return {"enum": [*schema["enum"], None]}
    if "type" in schema and how == 1:
        return {**schema, "type": [schema["type"], "null"]}
    return {"oneOf": [{"type": "null"}, schema]}


def required_schemas(draw: Drawer) -> dict[str, Any]:
    """The schema of a required field: never null."""
    found: dict[str, Any] = draw(
        st.sampled_from(
            [
                {"type": "string", "minLength": 1, "maxLength": 80},
                {"type": "string", "minLength": 2},
                {"type": "integer", "minimum": 1},
                {"type": "number", "minimum": 0, "maximum": 1},
                {"enum": ["low", "high"]},
                {"type": "boolean"},
                {"type": "string", "format": "date"},
                {"type": "string", "pattern": "^[A-Z]{3}$"},
            ]
        )
    )
    return dict(found)


KEYS: tuple[dict[str, Any], ...] = (
    {"type": "string", "minLength": 1, "maxLength": 100},
    {"type": "string", "maxLength": 20},
    {"type": "string", "minLength": 1, "maxLength": 6},
    {"type": "string", "pattern": "^[A-Z]{3}-[0-9]{4}$"},
    {"type": "string", "pattern": "^[a-z][a-z0-9-]*$", "maxLength": 40},
    {"type": "string", "format": "email"},
    {"type": "string", "format": "uuid"},
    {"type": "integer", "minimum": 1},
    {"type": "integer", "minimum": 1, "maximum": 12},
)


def whole(draw: Drawer, properties: Mapping[str, Any]) -> dict[str, Any]:
    """What binds the members of a request together, by one keyword."""
    names = [n for n in properties if n.startswith("field_")]
    if len(names) < 2 or draw(st.integers(0, 3)):
        return {}
    one, other = names[:2]
    return dict(
        draw(
            st.sampled_from(
                [
                    {"anyOf": [{"required": [one]}, {"required": [other]}]},
                    {"not": {"required": [one, other]}},
                    {"dependentRequired": {one: [other]}},
                    {"if": {"required": [one]}, "then": {"required": [other]}},
                    {
                        "oneOf": [
                            {"required": [one]},
                            {"required": [other], "properties": {"extra": {"type": "integer"}}},
                        ]
                    },
                ]
            )
        )
    )
