"""What follows from a schema alone, worked out once."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

_T = TypeVar("_T")
_MANY = 100_000
"""Schemas that are known as objects; of more, all are forgotten, and found again by what they say."""
_told: dict[int, tuple[Mapping[str, Any], str]] = {}


def _as_text(schema: Mapping[str, Any]) -> str:
    known = _told.get(id(schema))
    if known is not None:
        return known[1]
    if len(_told) >= _MANY:
        _told.clear()
    text = json.dumps(schema, sort_keys=True)
    # The schema is kept, so that its identity is not given to another object.
    _told[id(schema)] = (schema, text)
    return text


class PerSchema(Generic[_T]):
    """A function of a schema that is called again and again: equal schemas share what was made of the first of them,
    and the same object finds it at once. A schema that was given is never changed afterwards."""

    def __init__(self, make: Callable[[Mapping[str, Any]], _T]) -> None:
        self._make = make
        self._made: dict[str, _T] = {}

    def __call__(self, schema: Mapping[str, Any]) -> _T:
        text = _as_text(schema)
        if text not in self._made:
            self._made[text] = self._make(schema)
        return self._made[text]
