"""Is what there is one of below each parent (``/offices/{id}/settings``) one for all of them? A server may pass over
the parent. So it is read below another parent, before a write and after it. Until it is seen that the two are apart,
what was there is put back as soon as the item is over; and where they are one, no case writes any more but those that
look at another one themselves."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from restproof.contract.model import Resource
from restproof.semantics.state import differences
from restproof.wire.evidence import Evidence
from restproof.wire.failure import NotProven, NotSent
from restproof.wire.holdings import Looker
from restproof.wire.ledger import Ledger
from restproof.wire.looking import Looking
from restproof.wire.message import About, Exchange
from restproof.wire.places import Key, Spot
from restproof.wire.reads import Reads, await_shown, of_nobody
from restproof.wire.stop import STOP
from restproof.wire.ticket import Ticket
from restproof.wire.walk import CLEANUP, GUARD, ListUnreadable, listed

_APART, _SHARED = "apart", "shared"
"""What the processes of a run tell each other of here."""
_PATIENCE, _PAUSE = 1.0, 0.02
"""Seconds for which a write waits for another process that is at it, and between two looks."""
_MOST = 3
"""Other parents of the run, and of others, below which it is looked for."""


@dataclass
class _Trial:
    """What was there before an ``item`` has written to it, at ``place`` and below another parent (``beside``, if it
    could be read there); ``writes``: how many were not refused; ``at``: when the last one left."""

    place: Spot
    looker: Looker
    item: str | None
    before: Mapping[str, Any]
    beside: tuple[Spot, Mapping[str, Any]] | None
    writes: int = 0
    at: float = 0.0


class Singles:
    """What one process of a run knows of what there is one of."""

    def __init__(self, evidence: Evidence, ledger: Ledger) -> None:
        self._evidence, self._ledger = evidence, ledger
        self._looks, self._last_looks = (Reads(evidence.places, setup) for setup in (GUARD, CLEANUP))
        self._trial: _Trial | None = None
        self._apart: set[str] = set()
        self._shared: dict[str, str] = {}
        """Resource → why no more is written to it."""
        self._made: dict[str, list[Spot]] = {}
        """Resource → the last that the run has made, and not deleted."""
        self._watched: dict[str, tuple[str, set[Key]]] = {}
        """Resource → the last case that has read it, and where."""
        evidence.hearsay.listen(_APART, self._apart.add)
        evidence.hearsay.listen(_SHARED, self._is_shared)

    # ------------------------------------------------------------ what is noted

    def made(self, item: Spot) -> None:
        """A create has named what it has made."""
        self._made[item.resource.name] = [item, *self._made.get(item.resource.name, ())][:_MOST]

    def keep(self, exchange: Exchange) -> None:
        """Takes note of a read of the suites."""
        case = exchange.about.case
        if case is None or exchange.about.operation != "read":
            return
        place = self._evidence.places.of(exchange.request)
        if place is not None and place.resource.id.single:
            known, where = self._watched.get(place.resource.name, (case, set()))
            self._watched[place.resource.name] = (case, (where if known == case else set()) | {place.key})

    def note(self, ticket: Ticket, exchange: Exchange) -> None:
        """A write was answered: only a refusal says that nothing was done."""
        trial, place = self._trial, ticket.place
        if place is not None and ticket.deletes:
            kept = self._made.get(place.resource.name, [])
            kept[:] = [one for one in kept if one.id != place.id]
        if trial is not None and place is not None and place.key == trial.place.key:
            trial.writes -= 400 <= (exchange.status or 0) < 500
            trial.at = time.monotonic()

    # -------------------------------------------------------------- the decision

    def check(self, place: Spot, looking: Looking, looker: Looker) -> None:
        """Raises ``NotProven`` where a write could be one to what others have."""
        resource, asked = place.resource, looking.asked
        if not resource.id.single or self._evidence.is_alone or not resource.supports("read"):
            return
        trial = self._trial
        if trial is not None and (trial.place.key, trial.item) != (place.key, asked.item):
            self.finish()
        if self._trial is None:
            self._begin(place, looking, looker)
        if self._trial is not None:
            self._trial.writes += 1
            self._trial.at = time.monotonic()

    def _looks_itself(self, place: Spot, case: str | None) -> bool:
        """Whether the case has read what is below another parent, too: it will tell of it."""
        known, where = self._watched.get(place.resource.name, (None, set[Key]()))
        return known == case and any(other != place.key for other in where)

    def _begin(self, place: Spot, looking: Looking, looker: Looker) -> None:
        """Sees what is there before the first write of an item, unless it is known to be apart."""
        name = place.resource.name
        if self._is_apart(place, looking.asked):
            return
        self._take_turn(name)
        try:
            if not self._is_apart(place, looking.asked):  # as others may have seen meanwhile
                self._trial = self._trial_of(place, looking, looker)
        finally:
            if self._trial is None:
                self._evidence.hearsay.leave(name)

    def _is_apart(self, place: Spot, asked: About) -> bool:
        """Whether it is known that there is one of it below each parent. Raises ``NotProven`` where there is one for
        all."""
        if place.resource.name in self._apart:
            return True
        if place.resource.name in self._shared and not self._looks_itself(place, asked.case):
            raise NotProven(self._shared[place.resource.name])
        return False

    def _trial_of(self, place: Spot, looking: Looking, looker: Looker) -> _Trial:
        above = [*self._evidence.places.parents_of(place)]
        makers = self._evidence.makers(above[-1]) if above else set[str | None]()
        looker = Looker(looking, looker.headers, next(iter(makers), looker.credential))
        before = self._looks.shown(place, looker)
        if before is None:
            raise NotProven(f"no read shows what there is of {place.resource.name}, so that it could not be put back")
        beside = self._seen_elsewhere(place, looker)
        self._ledger.changes(self._evidence.places.target(place, "read"), place.resource.name)
        # What the server fails at afterwards is no matter of the item, which is over.
        return _Trial(place, replace(looker, sender=looking.sender), looking.asked.item, before, beside)

    def _take_turn(self, name: str) -> None:
        """Waits until no other process is at it: what that has changed is put back first, or told in its ledger where
        it has ended before. Raises ``NotProven``."""
        until = time.monotonic() + _PATIENCE
        while not self._evidence.hearsay.claim(name):
            if time.monotonic() > until:
                raise NotProven(f"another worker is seeing whether {name} is one for all")
            STOP.sleep(_PAUSE)

    def _seen_elsewhere(self, place: Spot, looker: Looker) -> tuple[Spot, Mapping[str, Any]] | None:
        """What is shown below another parent: one of the run (where none is shown, there is none), one of others, or
        one that is not there."""
        *_, parent = self._evidence.places.parents_of(place)
        own = [one.id for one in self._made.get(parent.resource.name, ()) if one.parents == parent.parents]
        ids = (*((id, True) for id in own), *((id, False) for id in self._listed(parent, looker)))
        for id, is_own in (*ids, (of_nobody(parent.resource), False)):
            if id is not None and id != parent.id:
                parents = {**dict(place.parents), parent.resource.name: id}
                other = replace(place, parents=tuple(sorted(parents.items())))
                shown = self._looks.shown(other, looker)
                if shown or (is_own and shown is not None):
                    return other, shown
        return None

    def _listed(self, parent: Spot, looker: Looker) -> Iterator[str]:
        resource = parent.resource
        if not resource.supports("list"):
            return
        with suppress(ListUnreadable):
            asked = self._evidence.holdings.asked(parent, looker)
            for entry in islice(listed(*asked, credential=looker.credential, setup=GUARD), _MOST):
                yield str(entry.get(resource.id.field))

    # ------------------------------------------------------------------ the end

    def finish(self) -> None:
        """Sees what the writes of an item have done, and puts back what may be others'."""
        trial, self._trial = self._trial, None
        if trial is None:
            return
        try:
            if not trial.writes or self._is_as_it_was(trial):
                self._ledger.changes(self._evidence.places.target(trial.place, "read"), None)
        except NotSent:
            pass  # the ledger says that it may be changed
        except KeyboardInterrupt:
            self._trial = trial  # it is put back at the end of the run
            raise
        finally:
            if self._trial is None:
                self._evidence.hearsay.leave(trial.place.resource.name)

    def _is_as_it_was(self, trial: _Trial) -> bool:
        """Whether nobody else's is changed, or no more."""
        resource = trial.place.resource
        _await_shown(resource, trial.at)
        now = self._last_looks.shown(trial.place, trial.looker)
        if now is None:
            return False
        changed = _changed(resource, trial.before, now)
        if changed and trial.beside is not None:
            other, before = trial.beside
            shown = self._last_looks.shown(other, trial.looker)
            if shown is None or (before and not shown):
                return self._is_put_back(trial, changed)  # what is gone by now, or cannot be read, says nothing
            if _changed(resource, now, shown) & changed:
                self._apart.add(resource.name)
                self._evidence.hearsay.tell(_APART, resource.name)
                return True
            if _changed(resource, before, shown) & changed:
                self._is_shared(resource.name)
                self._evidence.hearsay.tell(_SHARED, resource.name)
                if _changed(resource, before, trial.before) & changed:
                    return False  # they were not alike: what was there below one parent is wrong below the other
        return not changed or self._is_put_back(trial, changed)

    def _is_put_back(self, trial: _Trial, changed: set[str]) -> bool:
        resource, before = trial.place.resource, trial.before
        if not before:
            return False  # nothing deletes what there is one of
        operation = "update" if resource.supports("update") else "replace"
        names = changed if operation == "update" else _written(resource, operation) & before.keys()
        request = self._evidence.places.writing(
            trial.place, operation, {n: before.get(n) for n in names}, trial.looker.headers
        )
        about = About(resource.name, operation, setup=CLEANUP)
        trial.looker.sender.send(request, about, trial.looker.credential, beyond_ceiling=True)
        _await_shown(resource, time.monotonic())
        shown = self._last_looks.shown(trial.place, trial.looker)
        return shown is not None and not _changed(resource, before, shown)

    def _is_shared(self, name: str) -> None:
        self._shared[name] = f"{name} is one for all: a write below what this run has made has changed what others have"


def _await_shown(resource: Resource, since: float) -> None:
    for operation in ("update", "replace"):
        if resource.supports(operation):
            await_shown(resource, operation, since)


def _written(resource: Resource, operation: str) -> set[str]:
    return {*getattr(resource.shapes, operation)["properties"]}


def _changed(resource: Resource, before: Mapping[str, Any], now: Mapping[str, Any]) -> set[str]:
    """The fields that writes set and reads show of which one of two states does not have what the other has."""
    written = {n for o in ("update", "replace") if resource.supports(o) for n in _written(resource, o)}
    told = written - {*resource.derived, *resource.volatile, *resource.touched, *resource.secret}
    return {n for n in told & {*before, *now} if _differs(before, now, n)}


def _differs(before: Mapping[str, Any], now: Mapping[str, Any], name: str) -> bool:
    if (name in before) != (name in now):
        return True
    return any(True for one in ((before, now), (now, before)) for _ in differences(one[0][name], one[1][name]))
