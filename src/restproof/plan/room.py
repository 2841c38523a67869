"""How much room a parent gives to what lives below it, where it says so itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from restproof.contract.shapes import type_of
from restproof.plan.candidates import accepted
from restproof.semantics.checker import is_valid

_ROOM = (10_000, 1_000, 100)


def numbers_of(schema: Mapping[str, Any]) -> list[Any]:
    """The numbers among the values that a field is tried with."""
    return [c.value for c in accepted(schema) if type_of(c.value) in ("integer", "number")]


def room_for_many(schema: Mapping[str, Any]) -> Any:
    """The largest ordinary number that a field allows which says how much there may be below; ``None`` where it allows
    none."""
    listed = [v for v in numbers_of(schema) if 0 < v <= _ROOM[0]]
    return max((v for v in (*_ROOM, *listed) if is_valid(schema, v)), default=None)
