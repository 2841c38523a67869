"""Hypothesis strategies of valid, plausible values for a schema (JSON Schema 2020-12)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache, partial
from math import ceil, floor
from typing import Any

from hypothesis import strategies as st

from restproof.contract.formats import FORMATS
from restproof.contract.patterns import pattern as python_pattern
from restproof.contract.shapes import entry_schema, is_nullable, same, types_of
from restproof.contract.values import listed
from restproof.plan.candidates import accepted, needed_entries
from restproof.plan.edges import are_open, trimmed
from restproof.plan.nobodys import nobodys
from restproof.plan.patterned import texts_of
from restproof.plan.words import PHRASES, fits, formatted, spelt
from restproof.semantics.checker import is_valid
from restproof.semantics.normal import is_sure

#: Visible characters of many scripts: no control, format, surrogate or unassigned ones (their handling is the hostile
#: family's).
_TEXT = st.text(
    st.characters(categories=("Lu", "Ll", "Lo", "Nd", "Pd", "Po", "Ps", "Pe", "Sc", "Sm"), max_codepoint=0x2FFFF),
    max_size=40,
)
_DATES = st.dates(min_value=datetime(1970, 1, 1).date(), max_value=datetime(2099, 12, 31).date()).map(str)
_TIMES = st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2099, 12, 31)).map(
    lambda d: d.replace(microsecond=0, tzinfo=UTC).isoformat().replace("+00:00", "Z")
)


def value_strategy(schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    """Valid values of ``schema``. Equal schemas share one strategy, built once."""
    return _built(json.dumps(schema, sort_keys=True))


@lru_cache(maxsize=2048)
def _built(key: str) -> st.SearchStrategy[Any]:
    schema = json.loads(key)
    strategy = _of(schema)
    bounds = [c.value for c in accepted(schema) if len(str(c.value)) <= 300]
    if bounds:
        # The bounds are where servers go wrong, so one value in three or so is one of them.
        strategy = st.one_of(strategy, strategy, st.sampled_from(bounds))
    return strategy.filter(lambda value: is_valid(schema, value) and is_sure(schema, value))


def _of(schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    if listed(schema):
        return st.sampled_from([*listed(schema), *([None] if is_nullable(schema) else [])])
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    for word in ("anyOf", "oneOf"):
        if word in schema:
            rest = {k: v for k, v in schema.items() if k != word}
            return st.one_of([_of({**rest, **part}) for part in schema[word]])
    if "allOf" in schema:
        merged: dict[str, Any] = {k: v for k, v in schema.items() if k != "allOf"}
        for part in schema["allOf"]:
            merged.update(part)
        return _of(merged)
    kinds = types_of(schema)
    parts: list[st.SearchStrategy[Any]] = []
    if "string" in kinds:
        parts.append(_strings(schema))
    if "integer" in kinds or "number" in kinds:
        parts.append(_numbers(schema, kinds))
    if "boolean" in kinds:
        parts.append(st.booleans())
    if "array" in kinds:
        parts.append(_arrays(schema))
    if "object" in kinds:
        parts.append(_objects(schema))
    if "null" in kinds:
        # Null reads back like "absent" does, so it says least; it is drawn, but not often.
        parts = [*parts, *parts, *parts, st.none()]
    return st.one_of(parts)


def _strings(schema: Mapping[str, Any]) -> st.SearchStrategy[str]:
    known = str(schema.get("format", ""))
    if known == "date":
        return _DATES
    if known == "date-time":
        samples = formatted(schema) if "pattern" in schema else ()
        drawn = _TIMES.map(lambda moment: spelt(moment, schema) or moment)
        return st.one_of(st.sampled_from(samples), drawn.filter(lambda m: fits(m, schema))) if samples else _TIMES
    if known == "uuid":
        return st.uuids().map(lambda id: text if fits(text := str(id), schema) else text.upper())
    if known in FORMATS and FORMATS[known].samples:
        return st.sampled_from(formatted(schema) or FORMATS[known].samples)
    longest = min(schema.get("maxLength", 80), 80)
    shortest = schema.get("minLength", 0)
    phrases = [p for p in PHRASES if fits(p, schema)]
    if "pattern" in schema and not phrases:
        compiled = python_pattern(schema["pattern"])
        if compiled is not None:
            drawn = texts_of(schema["pattern"], compiled)
            return drawn.filter(lambda text: fits(text, schema)).map(
                lambda text: nobodys(text, partial(fits, schema=schema))
            )
    drawn = _TEXT.map(lambda text: text[:longest].ljust(shortest, "x"))
    found = st.one_of(st.sampled_from(phrases), drawn) if phrases else drawn
    if are_open(schema):
        return found.map(lambda text: str(trimmed(schema, text))).filter(lambda text: fits(text, schema))
    return found


def _numbers(schema: Mapping[str, Any], kinds: frozenset[str]) -> st.SearchStrategy[Any]:
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    step = schema.get("multipleOf")
    least = low if low is not None else (high - 1000 if high is not None else -1000)
    most = high if high is not None else max(least, 0) + 1_000_000
    if step is not None:
        exact = Decimal(str(step))  # 663.06 is a multiple of 0.01, 66306 * 0.01 is not
        numbers = st.integers(ceil(Decimal(str(least)) / exact), floor(Decimal(str(most)) / exact))
        return numbers.map(lambda n: json.loads(f"{n * exact:f}"))
    whole = st.integers(-(-int(least) // 1), int(most))
    if "number" not in kinds:
        return whole
    # Six decimals survive every usual storage; whole numbers are sent without a fraction.
    fractions = st.integers(int(least * 1_000_000), int(most * 1_000_000)).map(lambda n: n / 1_000_000)
    found = st.one_of(whole, fractions.filter(lambda n: not n.is_integer()))
    return found.map(lambda n: trimmed(schema, n)).filter(lambda n: is_valid(schema, n)) if are_open(schema) else found


def _arrays(schema: Mapping[str, Any]) -> st.SearchStrategy[list[Any]]:
    items = schema.get("items")
    inner = value_strategy(items) if isinstance(items, Mapping) else _TEXT
    least = schema.get("minItems", 0)
    most = min(schema.get("maxItems", least + 4), least + 4)
    if "prefixItems" in schema:
        return _tuples(schema, inner, least, most)
    needed = needed_entries(schema)
    sizes = {"min_size": max(0, least - len(needed)), "max_size": max(0, most - len(needed))}
    if schema.get("uniqueItems"):
        others = inner.filter(lambda value: not any(same(value, one) for one in needed)) if needed else inner
        more = st.lists(others, unique_by=lambda v: json.dumps(v, sort_keys=True), **sizes)
    else:
        more = st.lists(inner, **sizes)
    return more.map(lambda found: [*needed, *found]) if needed else more


def _tuples(
    schema: Mapping[str, Any], rest: st.SearchStrategy[Any], least: int, most: int
) -> st.SearchStrategy[list[Any]]:
    """Arrays of which each place has a schema of its own; ``rest``: what stands behind these, where it has to."""
    places = [value_strategy(entry_schema(schema, at)) for at in range(len(schema["prefixItems"]))]
    places += [rest] * (least - len(places))
    counts = st.integers(least, max(least, min(most, len(places))))
    return st.tuples(*places, counts).map(lambda found: list(found[: found[-1]]))


def _objects(schema: Mapping[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    properties = schema.get("properties", {})
    required = schema.get("required", ())
    return st.fixed_dictionaries(
        {n: value_strategy(p) for n, p in properties.items() if n in required},
        optional={n: value_strategy(p) for n, p in properties.items() if n not in required},
    )
