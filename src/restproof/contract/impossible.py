"""Schemas that no value keeps, as far as their keywords show it: a field with one could never be there.

Whether a text keeps two patterns, or a pattern and a format, no list of rules decides: of those nothing is said here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from restproof.contract.shapes import types_of
from restproof.contract.validator import Validator

Schema = Mapping[str, Any]
Found = tuple[tuple[str, ...], str]
_PLAIN = (
    *("type", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    *("minLength", "maxLength", "pattern"),
)
_NUMBERS = frozenset({"integer", "number"})
_RULES_OUT = frozenset(
    {
        *("not", "const", "enum", "allOf", "anyOf", "oneOf", "required", "minItems", "uniqueItems", "minProperties"),
        *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    }
)
"""Keywords without which some value keeps a schema."""


def impossible(
    schema: Schema, possible: dict[int, Schema] | None = None, route: tuple[str, ...] = ()
) -> Iterator[Found]:
    """Where a schema, or one of a member at any depth, allows no value: the way to it, and why. ``possible``: those
    that are known to allow some, by their identity; it grows."""
    possible = {} if possible is None else possible
    if id(schema) in possible:
        return
    why = nothing_fits(schema)
    if why:
        yield route, why
        return
    inner = [((*route, "properties", n), m) for n, m in schema.get("properties", {}).items()]
    found = [
        one
        for at, member in (*inner, ((*route, "items"), schema.get("items")))
        if isinstance(member, Mapping)
        for one in impossible(member, possible, at)
    ]
    if not found:
        possible[id(schema)] = schema
    yield from found


def nothing_fits(schema: Schema) -> str:
    """Why no value keeps the schema; empty where one may."""
    if _RULES_OUT.isdisjoint(schema):
        return ""
    if schema.get("not") in ({}, True):
        return "'not' rules everything out"
    if "const" in schema and not _keeps(schema, schema["const"], *_PLAIN, "enum"):
        return "its 'const' does not keep the other keywords"
    if "enum" in schema and not any(_keeps(schema, value) for value in schema["enum"]):
        return "no value of its 'enum' keeps the other keywords"
    kinds = types_of(schema) if not {"const", "enum"} & schema.keys() else frozenset({"any"})
    parts = [types_of(p) for p in schema.get("allOf", ()) if isinstance(p, Mapping)]
    if parts and not frozenset.intersection(*parts, *([types_of(schema)] if "type" in schema else [])):
        return "the parts of 'allOf' have no type in common"
    for word in ("anyOf", "oneOf"):
        branches = schema.get(word, ())
        if branches and all(b is False or (isinstance(b, Mapping) and nothing_fits(b)) for b in branches):
            return f"no alternative of '{word}' can be met"
    if kinds <= _NUMBERS:
        return _no_number(schema, whole="number" not in kinds)
    if kinds == {"array"}:
        return _no_array(schema)
    return _no_object(schema) if kinds == {"object"} else ""


def _keeps(schema: Schema, value: Any, *words: str) -> bool:
    """Whether a value keeps some keywords, or all plain ones."""
    return bool(Validator({word: schema[word] for word in words or _PLAIN if word in schema}).is_valid(value))


def _no_number(schema: Schema, *, whole: bool) -> str:
    low, high = schema.get("minimum", -math.inf), schema.get("maximum", math.inf)
    above, below = schema.get("exclusiveMinimum", -math.inf), schema.get("exclusiveMaximum", math.inf)
    if max(low, above) > min(high, below) or (max(low, above) == min(high, below) and (above >= low or below <= high)):
        return "no number lies between its bounds" if math.isfinite(max(low, above)) else ""
    step = schema.get("multipleOf", 1 if whole else 0)
    if not step or not all(map(math.isfinite, (max(low, above), min(high, below)))):
        return ""
    first = math.ceil(max(low, above) / step) * step
    first = first + step if first <= above else first
    return (
        ""
        if first <= high and first < below
        else f"no {'whole number' if step == 1 else f'multiple of {step}'} lies between its bounds"
    )


def _no_array(schema: Schema) -> str:
    least, items = schema.get("minItems", 0), schema.get("items")
    if least > len(schema.get("prefixItems", ())) and (
        items is False or (isinstance(items, Mapping) and nothing_fits(items))
    ):
        return "it must hold entries, and no value can be one"
    few = len(items["enum"]) if isinstance(items, Mapping) and "enum" in items else math.inf
    few = min(few, 2 if isinstance(items, Mapping) and items.get("type") == "boolean" else math.inf)
    few = math.inf if "prefixItems" in schema else few
    return (
        "there are not so many different entries as it must hold" if schema.get("uniqueItems") and least > few else ""
    )


def _no_object(schema: Schema) -> str:
    members = schema.get("properties", {})
    closed = schema.get("additionalProperties") is False and not schema.get("patternProperties")
    for name in schema.get("required", ()):
        if closed and name not in members:
            return f"'{name}' is required, and no member of that name may be there"
        if isinstance(members.get(name), Mapping) and nothing_fits(members[name]):
            return f"'{name}' is required, and no value can be there"
    many = closed and schema.get("minProperties", 0) > len(members)
    return "it must hold more members than it may" if many else ""
