"""Spans of time in bodies: where it is open which rules there are, what holds a begin and an end may well be refused
where it overlaps another one (a booking, a shift, a lease), so that each body has a span of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from restproof.contract.model import Resource
from restproof.contract.rules import BusinessRule, Ordered
from restproof.contract.values import listed
from restproof.plan.symbols import unique

Span = tuple[str, str]
_DAYS = 3693
"""Ten years, and so many days more that the numbers of each worker, a million after those of the one before, begin
hundreds of spans away from those of the others."""
_MOMENTS = {"date": "%Y-%m-%d", "date-time": "%Y-%m-%dT%H:%M:%SZ"}
_BEGIN, _LASTS = timedelta(hours=10), timedelta(hours=1)


class Moving(Protocol):
    """What is known of the fields that updates move."""

    @property
    def resource(self) -> Resource: ...
    @property
    def movable(self) -> Mapping[str, Mapping[str, Any]]: ...


def spans_of(rules: Iterable[BusinessRule], fields: Mapping[str, Mapping[str, Any]]) -> dict[str, Span]:
    """By each field of it, the pairs among ``fields`` that hold the begin and the end of a span, as ``rules`` say."""
    found: dict[str, Span] = {}
    for rule in rules:
        if not isinstance(rule, Ordered) or not {rule.first, rule.second} <= fields.keys():
            continue
        first, second = fields[rule.first], fields[rule.second]
        is_plain = not ({"pattern"} & (first.keys() | second.keys()) or listed(first) or listed(second))
        alike = first.get("format") == second.get("format") and first.get("format") in _MOMENTS
        if alike and is_plain and not {rule.first, rule.second} & found.keys():
            found |= dict.fromkeys((rule.first, rule.second), (rule.first, rule.second))
    return found


def bound_of(span: Span, name: str, schema: Mapping[str, Any], number: int, now: datetime) -> str:
    """What ``name`` holds in span ``number``: an hour of a day to come, or a day and the next one. Of as many as
    ``_DAYS``, none overlaps another."""
    form, is_end = schema["format"], name == span[1]
    day = now.astimezone(UTC).replace(hour=0, minute=0, second=0) + timedelta(days=2 + 2 * (number % _DAYS))
    if form == "date":
        return (day + timedelta(days=int(is_end))).strftime(_MOMENTS[form])
    return (day + _BEGIN + (_LASTS if is_end else timedelta())).strftime(_MOMENTS[form])


def whole(values: Moving, span: Span, body: Mapping[str, Any]) -> dict[str, Any]:
    """The update ``body`` with both bounds of a span where it moves one: alone, it may pass the other."""
    found = dict(body)
    for name, other in (span, span[::-1]):
        begin = unique(values.resource.name, name, "")[:-1]  # up to the tag
        if str(body.get(name)).startswith(begin) and other not in body and other in values.movable:
            found[other] = unique(values.resource.name, other, str(body[name])[len(begin) : -1])
    return found
