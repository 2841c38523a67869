"""Fields that are called like the two ends of something: the first is hardly ever after the second."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from restproof.contract.rules import Ordered
from restproof.contract.shapes import types_of
from restproof.contract.words import referred

_ENDS = (
    ("start", "end"),
    ("start", "due"),
    ("start", "finish"),
    ("from", "to"),
    ("from", "until"),
    ("since", "until"),
    ("begin", "end"),
    ("min", "max"),
    ("opens", "closes"),
    ("issue", "due"),
    ("arrival", "departure"),
    ("check_in", "check_out"),
    ("checkIn", "checkOut"),
)
_MOMENTS = ("date", "time", "date-time")


def pairs(properties: Mapping[str, Mapping[str, Any]]) -> list[Ordered]:
    """The pairs among the fields, each of which holds times of one form or numbers: ``start_date`` and ``end_date``.
    Ids have no order: ``from_account_id`` and ``to_account_id`` are none."""
    found: dict[tuple[str, str], Ordered] = {}
    for first in (name for name in properties if not referred(name)[0]):
        for one, two in _ENDS:
            for begin, end in ((one, two), (one.capitalize(), two.capitalize())):
                second = first.replace(begin, end)
                if second != first and second in properties and _compare(properties[first], properties[second]):
                    found[first, second] = Ordered(first, second)
    return list(found.values())


def _compare(first: Mapping[str, Any], second: Mapping[str, Any]) -> bool:
    kinds = types_of(first) - {"null"}
    if kinds and kinds <= {"integer", "number"}:
        return types_of(second) - {"null"} <= {"integer", "number"}
    return first.get("format") in _MOMENTS and first.get("format") == second.get("format")
