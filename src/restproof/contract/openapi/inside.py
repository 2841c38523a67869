"""What can be sent and be seen again as it is, also inside of objects and arrays."""

from __future__ import annotations

from typing import Any

from restproof.contract.openapi.keywords import NARROWER
from restproof.contract.openapi.once import Seen
from restproof.contract.openapi.schemas import Schema, options
from restproof.contract.shapes import types_of

_OF_NUMBERS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")


def decimals(schema: Schema, shown: Schema) -> Schema | None:
    """What can be sent of a number that may be written as text and is shown as text: decimals of two places, which most
    keep as they are; ``None`` where a schema is another."""
    if not types_of(shown) <= {"string", "null"}:
        return None
    parts = options({w: v for w, v in schema.items() if w in ("anyOf", "type", *_OF_NUMBERS)})
    numbers = [p for p in parts if types_of(p) & {"number", "integer"}]
    if len(numbers) != 1 or not any(types_of(p) == {"string"} for p in parts):
        return None
    low: Any = numbers[0].get("minimum", numbers[0].get("exclusiveMinimum", 0))
    high: Any = numbers[0].get("maximum", numbers[0].get("exclusiveMaximum", 10_000))
    digits = len(str(int(high))) - 1 if high >= 10 and low <= 1 else 0
    found: Schema = {"type": "string", NARROWER: "decimals are written in many ways"}
    if digits:
        return {**found, "pattern": rf"^[1-9]\d{{0,{min(digits, 4) - 1}}}\.\d[1-9]$"}
    return {**found, "enum": [f"{low + (high - low) * part:.2f}" for part in (0.5, 0.25)]}


def seen_again(schema: Schema, shown: Schema, known: Seen) -> Schema | None:
    """``schema`` without the optional members, at any depth, that ``shown`` has of another type: what they hold is told
    apart from what is shown by no rule. ``None`` where a needed one is such. What changes nothing is ``schema``
    itself. ``known``: what is known already; it grows."""
    key = (id(schema), id(shown))
    if key not in known:
        known[key] = schema, shown, _seen_again(schema, shown, known)
    return known[key][2]


def _seen_again(schema: Schema, shown: Schema, known: Seen) -> Schema | None:
    text = decimals(schema, shown)
    if text is not None:
        return text
    parts = options(schema)
    kept = [_part(part, [s for s in options(shown) if types_of(s) & types_of(part)], known) for part in parts]
    fitting = [part for part in kept if part is not None]
    if all(one is two for one, two in zip(kept, parts, strict=True)):
        return schema
    if not [part for part in fitting if part.get("type") != "null"]:
        return None
    beside = {w: v for w, v in schema.items() if w in ("default", "examples")}
    return {**beside, **(fitting[0] if len(fitting) == 1 else {"anyOf": fitting})}


def _part(schema: Schema, shown: list[Schema], known: Seen) -> Schema | None:
    """``seen_again`` of one alternative, beside those of ``shown`` that have its type."""
    if len(shown) != 1:
        return schema if shown or not types_of(schema) & {"object", "array"} else None
    found, other = schema, shown[0]
    if isinstance(schema.get("items"), dict) and isinstance(other.get("items"), dict):
        items = _inner(schema["items"], other["items"], known)
        if items is None:
            return None
        found = schema if items is schema["items"] else {**schema, "items": items}
    properties: dict[str, Schema] = schema.get("properties", {})
    others = other.get("properties", {})
    kept: dict[str, Schema] = {}
    for name, inner in properties.items():
        member = _inner(inner, others[name], known) if name in others else inner
        if member is not None:
            kept[name] = member
        elif name in schema.get("required", ()):
            return None
    if kept.keys() == properties.keys() and all(kept[n] is properties[n] for n in kept):
        return found
    return {**found, "properties": kept}


def _inner(schema: Schema, shown: Schema, known: Seen) -> Schema | None:
    """``seen_again`` of a part of a schema, which must be shown in a type that it has."""
    if schema and shown and not types_of(schema) & (types_of(shown) - {"null"}):
        return decimals(schema, shown)
    return seen_again(schema, shown, known)
