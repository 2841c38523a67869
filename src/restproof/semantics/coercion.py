"""Values that are not of the schema's types and read as if they were: ``"5"`` for 5, 1 for true, 5 for ``"5"``.

Whether such a value is refused or taken is a matter of the server's parser. So is what a format refuses: in JSON Schema
it is an annotation (§7.2.1).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from restproof.contract.inner import everywhere
from restproof.contract.shapes import entry_schema, types_of
from restproof.semantics.checker import is_valid


def value_case(schema: Mapping[str, Any], value: Any) -> str:
    """The case of a value that ``schema``, that of a field, refuses: ``bad_format`` where only a format does,
    ``null_value`` where it does not allow a null, ``coercible`` where the value reads as an allowed one, else
    ``invalid``."""
    free = _without_formats(schema)
    if is_valid(free, value):
        return "bad_format"
    if is_valid(_with_nulls(free), value):
        return "null_value"
    return "coercible" if is_valid(free, read_as(free, value)) else "invalid"


def read_as(schema: Mapping[str, Any], value: Any) -> Any:
    """``value`` as a generous parser reads it for ``schema``; the same value where nothing makes it fit."""
    if is_valid(schema, value):
        return value
    for word in ("anyOf", "oneOf"):
        for part in schema.get(word, ()):
            found = read_as(part, value)
            if is_valid(part, found):
                return found
    if isinstance(value, dict):
        members = schema.get("properties", {})
        return {n: read_as(members[n], v) if n in members else v for n, v in value.items()}
    if isinstance(value, list) and {"items", "prefixItems"} & schema.keys():
        return [read_as(entry_schema(schema, at), entry) for at, entry in enumerate(value)]
    # Where fractions are allowed, nobody cuts them off.
    kinds = types_of(schema) - ({"integer"} if "number" in types_of(schema) else set())
    readings = (_reading(kind, value) for kind in sorted(kinds))
    return next((r for r in readings if r is not None and is_valid(schema, r)), value)


def _reading(kind: str, value: Any) -> Any:
    """A scalar as one of another type; ``None`` where nobody would read it so."""
    if value is None or isinstance(value, dict | list):
        return None
    if kind == "string":
        return value if isinstance(value, str) else json.dumps(value)
    if kind == "boolean":
        known = {"true": True, "false": False, "1": True, "0": False}
        return known.get(str(value).lower()) if not isinstance(value, float) else None
    if kind in ("integer", "number"):
        try:
            number = float(value)
        except (ValueError, OverflowError):
            return None
        whole = int(number) if number == number and abs(number) < 2**63 else None
        return whole if kind == "integer" or number == whole else number
    return None


def _with_nulls(schema: Any) -> Any:
    """The schema with null as one of its values, and of those of its members and entries."""
    if not isinstance(schema, Mapping):
        return schema
    found = dict(schema)
    if "properties" in found:
        found["properties"] = {n: _with_nulls(s) for n, s in found["properties"].items()}
    for word in ("items", "additionalProperties"):
        if word in found:
            found[word] = _with_nulls(found[word])
    for word in ("anyOf", "oneOf"):
        if word in found:
            found[word] = [_with_nulls(part) for part in found[word]]
    return {"anyOf": [{"type": "null"}, found]}


def _without_formats(schema: Any) -> Any:
    """The schema without its formats, at every depth."""
    return everywhere(schema, lambda one: {word: inner for word, inner in one.items() if word != "format"})
