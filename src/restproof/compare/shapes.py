"""The shapes of a run's responses, and where those of another run are no longer the same. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from restproof.record.events import content_of
from restproof.record.jsontext import loads
from restproof.record.model import RecordedExchange, RecordedRun
from restproof.wire.walk import CLEANUP, GUARD

Key = tuple[str, str, int]
"""Resource, operation, status."""
MOST = 8
"""How many members are told of one kind of response."""
ENTRIES = 20
"""How many entries of an array are looked at: they are alike, and a list may have thousands."""


@dataclass(slots=True)
class Member:
    """One place in the responses of a kind: the JSON types seen there, how often it was seen, and how many objects were
    seen there."""

    types: set[str] = field(default_factory=set)
    seen: int = 0
    objects: int = 0


Shape = Mapping[str, Member]
"""Pointer (``*`` for each entry of an array; the empty text is the body itself) → what was seen there."""


def shapes(run: RecordedRun, items: Collection[str] | None = None) -> Mapping[Key, Shape]:
    """What each kind of response in ``run`` holds: by resource, operation and status, the members with their JSON
    types. ``items``: only exchanges of these (shared set-up always counts). Looks at what is the run's own are left
    out: how many there are depends on time, and a replay has none."""
    found: dict[Key, dict[str, Member]] = {}
    for exchange in run.exchanges:
        counted = items is None or exchange.item is None or exchange.item in items
        if exchange.response is None or exchange.resource is None or exchange.setup in (CLEANUP, GUARD) or not counted:
            continue
        key = exchange.resource, exchange.operation or "", exchange.response.status
        _add(found.setdefault(key, {}), "", _body(exchange))
    return found


def drift(old: RecordedRun, new: RecordedRun) -> tuple[str, ...]:
    """One line for each change from ``old`` to ``new``: statuses that are new or gone, members that are new, gone or
    missing at times, and new types. Only what both runs have asked is compared, and a type that merely was not seen
    again is no change."""
    common = {i.id for i in old.items} & {i.id for i in new.items}
    before, after = shapes(old, common), shapes(new, common)
    return tuple(line for key in sorted({*before, *after}) for line in _changes(key, before.get(key), after.get(key)))


def _changes(key: Key, before: Shape | None, after: Shape | None) -> Iterator[str]:
    where = f"{key[0]} {key[1]} {key[2]}"
    if before is None or after is None:
        yield f"{where}: {'never answered before' if before is None else 'not answered any more'}"
        return
    lines = [line for name in sorted({*before, *after}) for line in _member(name, before, after)]
    yield from (f"{where}: {line}" for line in lines[:MOST])
    if len(lines) > MOST:
        yield f"{where}: and {len(lines) - MOST} more changes"


def _member(name: str, before: Shape, after: Shape) -> Iterator[str]:
    one, other = before.get(name), after.get(name)
    above = name.rpartition("/")[0]
    shown = name or "the body"
    if one is None or other is None:
        # What lies in something that is new or gone itself needs no line of its own.
        if above in before and above in after and "object" in (after if one else before)[above].types:
            yield f"{shown} is {'gone' if one else 'new'}"
        return
    if name and other.seen < after[above].objects and one.seen >= before[above].objects:
        yield f"{shown} is missing at times"
    added = other.types - one.types
    if added:
        yield f"{shown} is {_types(added)} now (was {_types(one.types)})"


def _types(types: set[str]) -> str:
    return " or ".join(sorted(types))


def _body(exchange: RecordedExchange) -> Any:
    body = exchange.response.body if exchange.response else None
    if not body:
        return _ABSENT
    try:
        return loads(content_of(body))
    except ValueError:
        return _NO_JSON


class _Odd:
    def __init__(self, name: str) -> None:
        self.name = name


_ABSENT, _NO_JSON = _Odd("no content"), _Odd("no JSON")
_NAMES = {dict: "object", list: "array", str: "string", bool: "boolean", int: "integer", float: "number"}


def _add(shape: dict[str, Member], name: str, value: Any) -> None:
    member = shape.setdefault(name, Member())
    member.types.add(value.name if isinstance(value, _Odd) else _NAMES.get(type(value), "null"))
    member.seen += 1
    if isinstance(value, dict):
        member.objects += 1
        for inner in value:
            _add(shape, f"{name}/{inner}", value[inner])
    elif isinstance(value, list):
        for inner in value[:ENTRIES]:
            _add(shape, f"{name}/*", inner)
