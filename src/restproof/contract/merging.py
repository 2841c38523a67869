"""``allOf`` written out: one schema that says what all of its parts say, wherever that can be said without it.

What cannot be merged stays an ``allOf``: parts of which one closes the object that another one opens, and keywords that
stand alone for themselves (two ``oneOf``, two ``pattern``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

from restproof.contract.shapes import same

Schema = dict[str, Any]
_ANNOTATIONS = frozenset({"title", "description", "default", "examples", "deprecated", "$comment", "$schema"})
_LOWEST = frozenset({"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"})
"""Of two of these the larger one binds."""
_HIGHEST = frozenset({"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"})
_CLOSING = ("additionalProperties", "unevaluatedProperties", "patternProperties")


class _Apart(Exception):
    """Two schemas that no single one can replace."""


def merged(schema: Mapping[str, Any]) -> Schema:
    """``schema`` with its ``allOf`` taken in, at every depth of what was merged."""
    parts = schema.get("allOf")
    if not parts:
        return dict(schema)
    rest = {k: v for k, v in schema.items() if k != "allOf"}
    try:
        # What stands beside the parts has the last word in what only annotates.
        return reduce(_both, [*map(merged, parts), rest])
    except _Apart:
        return dict(schema)


def contained(schema: Mapping[str, Any]) -> tuple[int, Schema]:
    """How many entries of what sort an array must hold besides others (``contains``)."""
    within, items = schema.get("contains"), schema.get("items")
    if not isinstance(within, Mapping):
        return 0, {}
    parts = [items, within] if isinstance(items, Mapping) else [within]
    return schema.get("minContains", 1), merged({"allOf": parts})


def _both(one: Schema, other: Schema) -> Schema:
    # What one part says of all other members, it says of those that the other part names.
    if any(word in one for word in _CLOSING) and _members(other) - _members(one):
        raise _Apart
    if any(word in other for word in _CLOSING) and _members(one) - _members(other):
        raise _Apart
    found = dict(one)
    for word, value in other.items():
        found[word] = value if word not in one or same(one[word], value) else _word(word, one[word], value)
    return found


def _members(schema: Schema) -> frozenset[str]:
    """The members that a schema speaks of, where it speaks of any, or of all others."""
    return frozenset(schema.get("properties", {}))


def _word(word: str, one: Any, other: Any) -> Any:
    if word in _ANNOTATIONS:
        return other
    if word in _LOWEST:
        return max(one, other)
    if word in _HIGHEST:
        return min(one, other)
    how = _HOW.get(word)
    if how is None:
        raise _Apart
    return how(one, other)


def _types(one: Any, other: Any) -> Any:
    first, second = ([kinds] if isinstance(kinds, str) else kinds for kinds in (one, other))
    wide = {"integer", "number"}
    kept = [k for k in first if k in second or (k == "integer" and wide & {*second})]
    kept += [k for k in second if k == "integer" and k not in kept and "number" in first]
    if not kept:
        raise _Apart
    return kept[0] if len(kept) == 1 else kept


def _choices(one: list[Any], other: list[Any]) -> list[Any]:
    kept = [v for v in one if any(same(v, o) for o in other)]
    if not kept:
        raise _Apart
    return kept


def _properties(one: Schema, other: Schema) -> Schema:
    return {**one, **{n: _both(one[n], s) if n in one else s for n, s in other.items()}}


def _items(one: Any, other: Any) -> Any:
    if not isinstance(one, dict) or not isinstance(other, dict):
        raise _Apart
    return _both(one, other)


_HOW: Mapping[str, Callable[[Any, Any], Any]] = {
    "type": _types,
    "enum": _choices,
    "properties": _properties,
    "items": _items,
    "required": lambda one, other: list(dict.fromkeys([*one, *other])),
    "uniqueItems": lambda one, other: one or other,
    "readOnly": lambda one, other: one or other,
    "writeOnly": lambda one, other: one or other,
    "dependentRequired": lambda one, other: {
        **one,
        **{n: list(dict.fromkeys([*one.get(n, ()), *names])) for n, names in other.items()},
    },
}
