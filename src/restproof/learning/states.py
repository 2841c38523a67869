"""Instances as traffic has shown them, one state after the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from restproof.contract.shapes import same
from restproof.contract.texts import id_text
from restproof.frozen import frozen
from restproof.learning.sighting import Read
from restproof.oracle.seen import Seen

Instance = tuple[str, tuple[tuple[str, str], ...], str]
"""Resource, ancestors in the path, and id."""


@frozen
class Change:
    """What one write to an instance did. ``before`` and ``after``: its representations; ``sent``: the fields of the
    request; ``since``: seconds from the write before it; ``nothing``: whether every field that was sent had its value
    already."""

    resource: str
    instance: Instance
    n: int
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    sent: Mapping[str, Any]
    since: float
    nothing: bool

    @property
    def is_lost(self) -> bool:
        """Whether a field that was sent is as it was before, and not as it was sent: whatever that is, it teaches
        nothing."""
        return any(
            name in self.after and same(self.after[name], self.before.get(name)) and not same(self.after[name], value)
            for name, value in self.sent.items()
        )


@frozen
class Made:
    """A create that succeeded: what was sent, and how the new instance was shown."""

    resource: str
    instance: Instance
    n: int
    sent: Mapping[str, Any]
    shown: Mapping[str, Any]


@frozen
class Quiet:
    """Two reads of an instance between which nobody wrote to it."""

    resource: str
    n: int
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    apart: float


@dataclass
class _Open:
    """An instance on its way through the traffic. ``write``: the last write, whose outcome the next read shows."""

    state: Mapping[str, Any] | None
    written: float
    seen: float = 0.0
    write: Seen | None = None
    last: Change | None = None


@dataclass
class States:
    """What became of the instances that the traffic made or changed."""

    made: list[Made] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    quiet: list[Quiet] = field(default_factory=list)
    _open: dict[Instance, _Open] = field(default_factory=dict)
    _creates: dict[Instance, Seen] = field(default_factory=dict)

    @classmethod
    def of(cls, reads: Sequence[Read]) -> States:
        """The states that exchanges show, in their order; those that others may have crossed are left out."""
        found = cls()
        for read in reads:
            if read.seen.certain and read.seen.operation is not None and read.seen.exchange.request.method != "HEAD":
                found._take(read.seen)
        return found

    def of_resource(self, name: str) -> tuple[list[Made], list[Change], list[Quiet]]:
        return (
            [m for m in self.made if m.resource == name],
            [c for c in self.changes if c.resource == name],
            [q for q in self.quiet if q.resource == name],
        )

    def _take(self, seen: Seen) -> None:
        if not seen.ok:
            return
        if seen.operation == "create":
            self._create(seen)
        elif seen.resource.moved_to(seen.operation, seen.fields, seen.route.id) is not None:
            for id in (seen.route.id, seen.resource.moved_to(seen.operation, seen.fields, seen.route.id)):
                self._open.pop(key_of(seen, str(id)), None)
        elif seen.operation in ("update", "replace"):
            self._write(seen)
        elif seen.operation == "read" and seen.plain:
            self._read(seen)
        elif seen.operation == "delete" and seen.id is not None:
            self._open.pop(key_of(seen, seen.id), None)

    def _create(self, seen: Seen) -> None:
        id = seen.made
        if id is None:
            return
        key = key_of(seen, id)
        self._open[key] = _Open(seen.entity, seen.exchange.started, seen.exchange.started)
        if seen.entity is not None:
            self.made.append(Made(seen.resource.name, key, seen.n, seen.fields or {}, seen.entity))
        else:
            self._creates[key] = seen

    def _write(self, seen: Seen) -> None:
        if seen.route.id is None or seen.fields is None:
            return
        key = key_of(seen, seen.route.id)
        self._creates.pop(key, None)  # what a read shows from here on is not what the create has made
        known = self._open.get(key)
        if known is None or known.state is None:
            self._open[key] = _Open(seen.entity, seen.exchange.started, seen.exchange.started)
            return
        entity = seen.entity
        if entity is not None and known.state.keys() <= entity.keys():
            self._changed(key, known, seen, entity)
        else:
            known.write = seen

    def _changed(self, key: Instance, known: _Open, seen: Seen, after: Mapping[str, Any]) -> None:
        before, sent = known.state or {}, seen.fields or {}
        nothing = all(n in before and same(before[n], v) for n, v in sent.items())
        started = seen.exchange.started
        change = Change(seen.resource.name, key, seen.n, before, after, sent, started - known.written, nothing)
        self.changes.append(change)
        self._open[key] = _Open(after, started, started, last=change)

    def _read(self, seen: Seen) -> None:
        if seen.route.id is None or seen.entity is None:
            return
        key = key_of(seen, seen.route.id)
        known = self._open.get(key)
        if known is None or known.state is None:
            create = self._creates.pop(key, None)
            if create is not None:
                self.made.append(Made(seen.resource.name, key, create.n, create.fields or {}, seen.entity))
            written = known.written if known else seen.exchange.started
            self._open[key] = _Open(seen.entity, written, seen.exchange.started)
        elif known.write is not None:
            self._changed(key, known, known.write, seen.entity)
        else:
            self._compared(known, seen.entity)
            apart = seen.exchange.started - known.seen
            self.quiet.append(Quiet(seen.resource.name, seen.n, known.state, seen.entity, apart))
            self._open[key] = _Open(seen.entity, known.written, seen.exchange.started, last=known.last)

    def _compared(self, known: _Open, entity: Mapping[str, Any]) -> None:
        """A write whose answer shows what no read does has been lost: it teaches nothing."""
        last = known.last
        if last is not None and any(n in entity and not same(entity[n], last.after.get(n)) for n in last.sent):
            self.changes = [change for change in self.changes if change is not last]


def key_of(seen: Seen, id: str) -> Instance:
    return seen.resource.name, tuple((n, i or "") for n, i in seen.route.ids.items()), id_text(id)


def kept_pairs(made: Sequence[Made], changes: Sequence[Change], name: str) -> Iterator[tuple[int, Any, Any]]:
    """What a field was sent as and what then read back: exchange, sent, shown. What was lost is left out."""
    for one in made:
        if name in one.sent and name in one.shown:
            yield one.n, one.sent[name], one.shown[name]
    for change in changes:
        if name in change.sent and name in change.after and not change.is_lost:
            yield change.n, change.sent[name], change.after[name]
