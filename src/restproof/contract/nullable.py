"""Null beside another type: ``anyOf: [{type: string, …}, {type: null}]``, as pydantic and others write what may be
null, says the same as ``type: [string, null], …``, and is read as that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from restproof.contract.inner import Made, everywhere

_ANNOTATIONS = frozenset({"title", "description", "$comment", "deprecated"})
_OF_EVERY_TYPE = frozenset(
    {"enum", "const", "not", "allOf", "anyOf", "oneOf", "if", "then", "else", "$ref", "$dynamicRef", "$id", "$anchor"}
)
"""Keywords that speak of null as well, or stand for others (JSON Schema 2020-12 §10.2, core §8.2)."""


def joined(schema: Any, made: Made | None = None) -> Any:
    """``schema`` with null among the types of what may be null, at every depth. ``made``: as ``everywhere`` has it."""
    return everywhere(schema, _joined, made)


def _joined(schema: dict[str, Any]) -> dict[str, Any]:
    for word in ("anyOf", "oneOf"):
        part = _beside_null(schema.get(word))
        if part is not None and not part.keys() & (schema.keys() - _ANNOTATIONS):
            kinds = part["type"]
            beside = {w: inner for w, inner in schema.items() if w != word}
            return {**part, **beside, "type": [*([kinds] if isinstance(kinds, str) else kinds), "null"]}
    return schema


def _beside_null(parts: Any) -> Mapping[str, Any] | None:
    """The one other of two alternatives of which one is null alone, where its keywords say nothing of null."""
    if not isinstance(parts, list) or len(parts) != 2 or not all(isinstance(part, Mapping) for part in parts):
        return None
    others = [part for part in parts if part.keys() - _ANNOTATIONS != {"type"} or part["type"] != "null"]
    if len(others) != 1 or "type" not in others[0] or others[0].keys() & _OF_EVERY_TYPE:
        return None
    kinds = others[0]["type"]
    return None if "null" in ([kinds] if isinstance(kinds, str) else kinds) else others[0]
