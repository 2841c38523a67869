"""A schema-valid, plausible value for what the server sets and the contract says no more about (a number, a logo's
address)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import count, islice
from typing import Any
from uuid import UUID

from restproof.contract.formats import FORMATS
from restproof.contract.merging import contained
from restproof.contract.patterns import pattern
from restproof.contract.shapes import entry_schema, is_nullable, same, type_of
from restproof.contract.values import listed
from restproof.semantics.checker import is_valid
from restproof.semantics.distinct import nth


def plausible(schema: Mapping[str, Any], *, serial: int, now: str, name: str = "", empty: bool = False) -> Any:
    """A value that ``schema`` allows, the same for the same arguments.

    ``serial``: a number that tells entries apart; ``now``: an RFC 3339 time; ``name``: the member's name; ``empty``:
    prefer null, ``""``, 0 and ``[]`` to a made-up value.
    """
    if "const" in schema:
        return schema["const"]
    if "default" in schema:
        return schema["default"]
    if listed(schema):
        return listed(schema)[serial % len(listed(schema))]
    if "enum" in schema:
        return next((v for v in schema["enum"] if v is not None), None)
    if is_nullable(schema) and ("type" in schema or "anyOf" in schema or "oneOf" in schema) and empty:
        return None
    for word in ("anyOf", "oneOf"):
        for branch in schema.get(word, ()):
            if branch.get("type") != "null":
                rest = {k: v for k, v in schema.items() if k != word}
                return plausible({**rest, **branch}, serial=serial, now=now, name=name, empty=empty)
    if "allOf" in schema:
        merged: dict[str, Any] = {k: v for k, v in schema.items() if k != "allOf"}
        for branch in schema["allOf"]:
            merged.update(branch)
        return plausible(merged, serial=serial, now=now, name=name, empty=empty)
    kind = _kind(schema)
    if kind == "string":
        return _string(schema, serial, now, name, empty)
    if kind in ("integer", "number"):
        value = _number(schema, kind)
        return value if is_valid(schema, value) else nth(schema, serial)
    if kind == "boolean":
        return "active" in name
    if kind == "array":
        return _array(schema, serial, now, name)
    if kind == "object":
        return _object(schema, serial, now)
    return None


def _object(schema: Mapping[str, Any], serial: int, now: str) -> dict[str, Any]:
    """The members that it must have, and of those that it may have as many as are still wanting."""
    members, more = schema.get("properties", {}), schema.get("additionalProperties")
    least = schema.get("minProperties", 0)
    needed = [*schema.get("required", ())]
    needed += [name for name in members if name not in needed][: max(0, least - len(needed))]
    taken = {*needed}
    free = (name for n in count() if (name := f"key{n}") not in taken)
    needed += islice(free, max(0, least - len(needed)))
    others = more if isinstance(more, Mapping) else {}
    return {n: plausible(members.get(n, others), serial=serial, now=now, name=n) for n in needed}


def _array(schema: Mapping[str, Any], serial: int, now: str, name: str) -> list[Any]:
    """As few entries as may be, those that it must contain first, and none twice where none may be repeated."""
    needed, sort = contained(schema)
    count = max(schema.get("minItems", 0), needed)
    entries = [sort if n < needed else entry_schema(schema, n) for n in range(count)]
    if not schema.get("uniqueItems") or count < 2:
        return [plausible(entry, serial=serial * 10 + n, now=now, name=name) for n, entry in enumerate(entries)]
    found: list[Any] = []
    for n, entry in enumerate(entries):
        usual = plausible(entry, serial=serial * 10 + n, now=now, name=name)
        options = _others(entry, usual, [(n + k) % count for k in range(count)])
        free = (o for o in options if is_valid(entry, o) and not any(same(o, one) for one in found))
        found.append(next(free, usual))
    return found


def _others(schema: Mapping[str, Any], usual: Any, numbers: list[int]) -> Iterator[Any]:
    """``usual`` among values beside it. An enum has few of them, an object differs in one of its members, and a pattern
    without an end can be numbered at its end."""
    yield from (nth(schema, n) for n in numbers)
    yield usual
    if isinstance(usual, dict):
        known = schema.get("properties", {})
        yield from ({**usual, name: nth(known[name], n)} for name in usual if name in known for n in numbers)
    yield from (f"{usual}{n}" for n in numbers)


def _kind(schema: Mapping[str, Any]) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        return next((k for k in kind if k != "null"), "null")
    if kind is not None:
        return str(kind)
    if "properties" in schema:
        return "object"
    return "array" if {"items", "prefixItems"} & schema.keys() else "string"


def _string(schema: Mapping[str, Any], serial: int, now: str, name: str, empty: bool) -> str:
    for text in _candidates(schema, serial, now, name, empty):
        if _fits(schema, text):
            return text
    numbered = nth(schema, serial)
    return str(serial if numbered is None else numbered)


def _candidates(schema: Mapping[str, Any], serial: int, now: str, name: str, empty: bool) -> Iterator[str]:
    shaped = {
        "date": now[:10],
        "date-time": now,
        "time": now[11:],
        "uuid": str(UUID(int=(serial * 0x9E3779B97F4A7C15F39CC0605CEDC835) % 2**128, version=4)),
        "uri": f"https://www.example.com/{serial}",
        "uri-reference": f"/{serial}",
        "email": f"person{serial}@example.com",
        "hostname": f"host{serial}.example.com",
        "ipv4": f"192.0.2.{serial % 254 + 1}",
        "ipv6": f"2001:db8::{serial % 65535 + 1:x}",
        "duration": "P1D",
    }
    if schema.get("format") in shaped:
        yield shaped[schema["format"]]
    short = {"uri": f"http://a.example/{serial}", "email": f"{serial}@b.example", "hostname": f"h{serial}.example"}
    if schema.get("format") in short:
        yield short[schema["format"]]
    if empty or any(part in name for part in ("url", "uri", "link", "note", "description")):
        yield ""
    if any(part in name for part in ("name", "title", "label", "subject")):
        yield f"{name.replace('_', ' ').capitalize()} {serial}"
    yield str(serial)
    least = max(int(schema.get("minLength", 1)), 1)
    for base in (f"{name}-{serial}", f"{name}{serial}", "A", "a", "0", "1", "aA1", "A1", "a1", "A-1", "a-1"):
        for length in sorted({least, *range(1, 41)}):
            yield (base * length)[:length]
    yield from ("en", "en-US", "US", "USD", "+1-202-555-0100", "12:00", "2024-01-01", "1.0.0", "#aabbcc", "Aa1!Aa1!")


def _fits(schema: Mapping[str, Any], text: str) -> bool:
    if not schema.get("minLength", 0) <= len(text) <= schema.get("maxLength", math.inf):
        return False
    known = FORMATS.get(schema.get("format", ""))
    if known is not None and not known.check(text):
        return False
    form = pattern(schema["pattern"]) if "pattern" in schema else None
    return form is None or form.search(text) is not None


def _number(schema: Mapping[str, Any], kind: str) -> int | float:
    low = schema.get("minimum", -math.inf)
    if "exclusiveMinimum" in schema:
        low = max(low, schema["exclusiveMinimum"] + (1 if kind == "integer" else 0.5))
    high = schema.get("maximum", math.inf)
    if "exclusiveMaximum" in schema:
        high = min(high, schema["exclusiveMaximum"] - (1 if kind == "integer" else 0.5))
    value = 0 if low <= 0 <= high else low if low > 0 else high
    step = schema.get("multipleOf")
    if step and type_of(step) == "integer":
        value = math.ceil(value / step) * step
    return int(value) if kind == "integer" else value
