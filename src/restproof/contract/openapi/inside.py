"""What can be sent and be seen again as it is, also inside of objects and arrays."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from restproof.contract.formats import FORMATS
from restproof.contract.impossible import nothing_fits
from restproof.contract.inner import distinct
from restproof.contract.openapi.bodies import bare, shown_as
from restproof.contract.openapi.keywords import NARROWER, NULL
from restproof.contract.openapi.meeting import meet, options
from restproof.contract.openapi.once import Once
from restproof.contract.openapi.schemas import Schema, alternatives
from restproof.contract.shapes import is_nullable, types_of
from restproof.contract.validator import Validator

_BOUNDS = (("string", "minLength", "maxLength"), ("array", "minItems", "maxItems"))
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


def seen_again(schema: Schema, shown: Schema, once: Once) -> Schema | None:
    """``schema`` without the optional members, at any depth, that ``shown`` has of another type: what they hold is told
    apart from what is shown by no rule. Of plain values inside only those are left that may be shown, and what is
    always shown beside them is the server's. ``None`` where a needed one cannot be shown. What changes nothing is
    ``schema`` itself."""
    key = (id(schema), id(shown))
    if key not in once.seen_again:
        once.seen_again[key] = schema, shown, _seen_again(schema, shown, once)
    return once.seen_again[key][2]


def _seen_again(schema: Schema, shown: Schema, once: Once) -> Schema | None:
    text = decimals(schema, shown)
    if text is not None:
        return text
    parts = options(schema)
    kept = [_part(part, [s for s in options(shown) if types_of(s) & types_of(part)], once) for part in parts]
    fitting = [part for part in kept if part is not None]
    if all(one is two for one, two in zip(kept, parts, strict=True)):
        return schema
    if not [part for part in fitting if part.get("type") != "null"]:
        return None
    beside = {w: v for w, v in schema.items() if w in ("default", "examples")}
    return {**beside, **(fitting[0] if len(fitting) == 1 else {"anyOf": fitting})}


def _part(schema: Schema, shown: list[Schema], once: Once) -> Schema | None:
    """``seen_again`` of one alternative, beside those of ``shown`` that have its type."""
    if len(shown) != 1:
        return schema if shown or not types_of(schema) & {"object", "array"} else None
    found, other = schema, shown[0]
    if isinstance(schema.get("items"), dict) and isinstance(other.get("items"), dict):
        items = _inner(schema["items"], other["items"], once)
        if items is None:
            return None
        found = schema if items is schema["items"] else {**schema, "items": items}
    properties: dict[str, Schema] = schema.get("properties", {})
    others = other.get("properties", {})
    kept: dict[str, Schema] = {}
    for name, inner in properties.items():
        member = _inner(inner, others[name], once) if name in others else inner
        if member is not None:
            kept[name] = member
        elif name in schema.get("required", ()):
            return None
    for name in other.get("required", ()) if properties else ():
        if name in others and name not in properties and not others[name].get("writeOnly"):
            kept[name] = {**bare(shown_as(others[name], once.shown)), "readOnly": True}
    if kept.keys() == properties.keys() and all(kept[n] is properties[n] for n in kept):
        return found
    return {**found, "properties": kept}


def _inner(schema: Schema, shown: Schema, once: Once) -> Schema | None:
    """``seen_again`` of a part of a schema, which must be shown in a type that it has."""
    if schema and shown and not types_of(schema) & (types_of(shown) - {"null"}):
        return decimals(schema, shown)
    if shown and not types_of(schema) & {"array", "object"} and not fits(schema, shown, once):
        if (text := decimals(schema, shown)) is not None:
            return text
        narrowed = meet(bare(schema), bare(shown))
        if narrowed is None or nothing_fits(narrowed) or not fits(narrowed, shown, once):
            return None
        return {**narrowed, NARROWER: "answers hold fewer values"}
    found = seen_again(schema, shown, once)
    never_null = found is not None and shown and is_nullable(found) and not is_nullable(shown)
    return _without_null(found) if found is not None and never_null else found


def _without_null(schema: Schema) -> Schema:
    """A schema of which null is not sent, though it may be taken: what becomes of it is not said."""
    kept = [option for option in options(schema) if option.get("type") != "null"]
    if len(kept) == len(options(schema)):
        return schema  # one of its values, or open in some other way
    beside = {w: v for w, v in schema.items() if w in ("default", "examples") and v is not None}
    return {**beside, **(kept[0] if len(kept) == 1 else {"anyOf": kept}), NULL: "open"}


def fits(schema: Schema, shown: Schema, once: Once) -> bool:
    """Whether what requests may hold, null apart, can be shown as it is: a member that they may leave out need not be
    there, and a pattern is not asked of what is shown."""
    if not shown or schema is shown:
        return True
    key = (id(schema), id(shown))
    if key not in once.fits:
        others = alternatives(shown)
        sent = alternatives(schema)
        if len(sent) > 1:
            # Of which of them an answer is, so of what it may lack, nothing is known.
            sent = [*sent, *({**one, "properties": _always(one)} for one in sent if "properties" in one)]
        found = all(any(_fits_one(one, other, once) for other in others) for one in sent)
        once.fits[key] = schema, shown, found
    return once.fits[key][2]


def _always(one: Mapping[str, Any]) -> Schema:
    """The members of an object that a request always has, or that the server sets."""
    needed = one.get("required", ())
    return {n: s for n, s in one["properties"].items() if n in needed or s.get("readOnly")}


def _fits_one(one: Mapping[str, Any], other: Mapping[str, Any], once: Once) -> bool:
    values = [one["const"]] if "const" in one else one.get("enum")
    if values is not None:
        taken = Validator({w: v for w, v in other.items() if w not in ("pattern", "format")})
        return all(taken.is_valid(v) for v in values if v is not None)
    kinds = types_of(one) - {"null"}
    if {"enum", "const"} & other.keys() or not kinds <= types_of(other):
        return False
    for kind, low, high in _BOUNDS:
        above = one.get(low, -math.inf) >= other.get(low, -math.inf)
        if kind in kinds and not (above and one.get(high, math.inf) <= other.get(high, math.inf)):
            return False
    if kinds & {"number", "integer"} and not (_least(one) >= _least(other) and _most(one) <= _most(other)):
        return False
    if "string" in kinds and other.get("format") not in (None, one.get("format")):
        return False
    if "array" in kinds and not fits(one.get("items", {}), other.get("items", {}), once):
        return False
    return "object" not in kinds or _fits_object(one, other, once)


def _least(schema: Mapping[str, Any]) -> tuple[float, bool]:
    """Where the numbers of a schema begin, and whether that is none of them."""
    inf = -math.inf
    return max((schema.get("minimum", inf), False), (schema.get("exclusiveMinimum", inf), True))


def _most(schema: Mapping[str, Any]) -> tuple[float, bool]:
    """Where the numbers of a schema end, and whether that is one of them."""
    return min((schema.get("maximum", math.inf), True), (schema.get("exclusiveMaximum", math.inf), False))


def _fits_object(one: Mapping[str, Any], other: Mapping[str, Any], once: Once) -> bool:
    members, others = one.get("properties", {}), other.get("properties", {})
    sent = {n: s for n, s in members.items() if not (s.get("readOnly") or s.get("writeOnly"))}
    closed = other.get("additionalProperties") is False
    if not {*other.get("required", ())} <= members.keys() or (closed and not sent.keys() <= others.keys()):
        return False
    return all(fits(s, others[n], once) for n, s in sent.items() if n in others)


def may_lack_zone(schema: Any) -> bool:
    """Whether a response has a time, at any depth, of which no example shows that it has a zone: frameworks write
    ``format: date-time`` of all of their times, also of those without one."""
    shown = distinct(schema, lambda inner: not inner.get("writeOnly"))
    found = (inner for inner in shown if inner.get("format") == "date-time")
    return any(not any(FORMATS["date-time"].check(str(e)) for e in s.get("examples", ())) for s in found)
