"""Schemas that hold no others. Large documents have many, and few that differ: each is read once."""

from __future__ import annotations

from typing import Any

from restproof.contract.openapi.keywords import LISTS, MAPS, SINGLE
from restproof.contract.openapi.values_by_description import worded

INNER = frozenset({"$ref", *MAPS, *SINGLE, *LISTS})
"""Keywords that hold other schemas."""
_VALUES = (str, bool, int, float, type(None))


class Leaves:
    """Of the schemas that say the same, and hold no others, the first."""

    def __init__(self) -> None:
        self._first: dict[str, Any] = {}

    def first(self, schema: Any) -> Any:
        """The one that stands for ``schema``; itself, where others are inside of it."""
        said = _said(schema)
        return self._first.setdefault(said, schema) if said else schema

    def forget(self, schema: Any) -> None:
        """Let the next one that says the same stand for itself: what is told of it is told at its own place."""
        self._first.pop(_said(schema), None)


def _said(schema: Any) -> str:
    """What a schema says of values; empty where it holds other schemas, or a value that holds others."""
    if not isinstance(schema, dict) or not INNER.isdisjoint(schema):
        return ""
    said = {word: value for word, value in worded(schema).items() if word not in ("description", "title")}
    return repr(said) if all(map(_is_flat, said.values())) else ""


def _is_flat(value: Any) -> bool:
    return isinstance(value, _VALUES) or (isinstance(value, list) and all(isinstance(one, _VALUES) for one in value))
