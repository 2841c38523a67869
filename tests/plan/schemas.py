"""Hypothesis strategies of JSON Schemas: the kind that people write for one property of a resource."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

Schema = dict[str, Any]
FORMATS = ("date", "date-time", "time", "uri", "email", "uuid", "ipv4", "ipv6", "hostname")
PATTERNS = (r"^[A-Z]{2}$", r"^[a-z0-9-]+$", r"^\S.*$", r"\S", r"^[0-9]{3,5}$", r"^#[0-9a-f]{6}$")


@st.composite
def texts(draw: st.DrawFn) -> Schema:
    schema: Schema = {"type": "string"}
    kind = draw(st.sampled_from(["free", "format", "pattern", "enum", "const"]))
    if kind == "format":
        return {**schema, "format": draw(st.sampled_from(FORMATS))}
    if kind == "enum":
        return {
            **schema,
            "enum": draw(st.lists(st.sampled_from(["Red", "Green", "a b", "ä"]), min_size=1, unique=True)),
        }
    if kind == "const":
        return {**schema, "const": draw(st.sampled_from(["fixed", "x"]))}
    if kind == "pattern":
        schema["pattern"] = draw(st.sampled_from(PATTERNS))
        return schema
    shortest = draw(st.none() | st.integers(0, 20))
    if shortest is not None:
        schema["minLength"] = shortest
    if draw(st.booleans()):
        schema["maxLength"] = draw(st.integers(max(shortest or 0, 1), 300))
    return schema


@st.composite
def numbers(draw: st.DrawFn) -> Schema:
    kind = draw(st.sampled_from(["integer", "number"]))
    schema: Schema = {"type": kind}
    low = draw(st.none() | st.integers(-1000, 1000))
    if low is not None:
        schema[draw(st.sampled_from(["minimum", "exclusiveMinimum"]))] = low
    if draw(st.booleans()):
        schema[draw(st.sampled_from(["maximum", "exclusiveMaximum"]))] = draw(
            st.integers((-1000 if low is None else low) + 9, 3000)
        )
    if kind == "integer" and draw(st.integers(0, 4)) == 0:
        schema["multipleOf"] = draw(st.integers(2, 3))
    return schema


@st.composite
def arrays(draw: st.DrawFn) -> Schema:
    schema: Schema = {"type": "array", "items": draw(texts() | numbers())}
    if draw(st.booleans()):
        schema["uniqueItems"] = True
    if draw(st.booleans()):
        schema["minItems"] = draw(st.integers(0, 2))
    if draw(st.booleans()):
        schema["maxItems"] = draw(st.integers(max(1, schema.get("minItems", 0)), 5))
    return schema


@st.composite
def objects(draw: st.DrawFn) -> Schema:
    properties = draw(st.dictionaries(st.sampled_from(["a", "b", "c"]), texts() | numbers(), min_size=1, max_size=2))
    schema: Schema = {"type": "object", "properties": properties, "additionalProperties": draw(st.booleans())}
    if draw(st.booleans()):
        schema["required"] = sorted(properties)[:1]
    return schema


@st.composite
def properties(draw: st.DrawFn) -> Schema:
    """The schema of one property, perhaps nullable in one of the ways that people write."""
    schema: dict[str, Any] = draw(st.one_of(texts(), numbers(), st.just({"type": "boolean"}), arrays(), objects()))
    way = draw(st.sampled_from(["never", "never", "type list", "anyOf", "enum"]))
    if way == "type list" and "enum" not in schema and "const" not in schema:
        return {**schema, "type": [schema["type"], "null"]}
    if way == "anyOf":
        return {"anyOf": [schema, {"type": "null"}]}
    if way == "enum" and "enum" in schema:
        return {"type": ["string", "null"], "enum": [*schema["enum"], None]}
    return schema


def values_in(value: Any) -> list[Any]:
    """``value`` and all that is inside it."""
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [value, *(v for part in inside for v in values_in(part))]


def is_unassertable(value: Any) -> bool:
    """Whether servers may read it either way: ``5.0``, NUL, lone surrogates."""
    for part in values_in(value):
        if isinstance(part, float) and part.is_integer():
            return True
        if isinstance(part, str) and ("\x00" in part or any(0xD800 <= ord(c) < 0xE000 for c in part)):
            return True
    return False
