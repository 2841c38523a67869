"""What was there before the run: a create may be a write to what others have where a value of it is theirs, though the
contract calls no such value unique. What then bears a token of the run under an id of others is theirs all the same."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from itertools import islice

from restproof.config import Target
from restproof.contract.model import Contract
from restproof.wire.births import Births
from restproof.wire.failure import NotProven
from restproof.wire.given import Given
from restproof.wire.hearsay import Hearsay
from restproof.wire.holdings import NOTHING_SHOWN, Holdings, Looker
from restproof.wire.ledger import Ledger, LedgerEntry
from restproof.wire.message import Exchange
from restproof.wire.places import Key, Spot, entity_of, entries_of
from restproof.wire.proof import Marks, digests_of
from restproof.wire.sight import Thing
from restproof.wire.spelling import spelt
from restproof.wire.walk import GUARD, ListUnreadable, listed

_MOST = 1000
"""Entries of a list that are looked at before its first create."""
_AS_FULL = ("read_only", "throttled")
"""Credentials that are shown what the usual one is; a walk would use up what one of them may ask for."""
_FREE, _MERGED = "free", "merged"
"""What the processes of a run tell each other of here."""


class _Known:
    """The ids that a list has shown, and whether each was others'. One that differs from those of others by its case
    alone, or otherwise in how it is spelt, is theirs, too, until it was shown itself."""

    def __init__(self) -> None:
        self._by_spelling: dict[str, dict[str, bool]] = {}

    def holds(self, id: str) -> bool:
        return id in self._by_spelling.get(spelt(id), ())

    def is_theirs(self, id: str) -> bool:
        alike = self._by_spelling.get(spelt(id))
        return alike is not None and alike.get(id, any(alike.values()))

    def theirs(self) -> list[str]:
        return [id for alike in self._by_spelling.values() for id, is_theirs in alike.items() if is_theirs]

    def take(self, id: str, *, is_theirs: bool) -> None:
        self._by_spelling.setdefault(spelt(id), {})[id] = is_theirs

    def drop(self, id: str) -> None:
        self._by_spelling.get(spelt(id), {}).pop(id, None)


class Earlier:
    """The ids that lists have shown with what bears no token of the run, before a create was answered with one of them.
    Only in collections below nothing that the run has made: what is below that is its own."""

    def __init__(
        self, contract: Contract, target: Target, marks: Marks, ledger: Ledger, holdings: Holdings, hearsay: Hearsay
    ) -> None:
        self._given, self._asks = Given(contract, target.ids), contract.auth.scheme != "none"
        self._forbidden = target.forbid
        self._marks, self._ledger, self._holdings, self._hearsay = marks, ledger, holdings, hearsay
        self._ids: dict[tuple[Key, str | None], _Known] = {}
        """What the list of a collection has shown to a credential: tenants that are told apart by these may have the
        same ids."""
        self._births = Births()
        self._looked: set[tuple[Key, str | None]] = set()
        self._told: set[Key] = set()
        """The collections of which the ledger knows a create."""
        self._merged: dict[str, str] = {}
        """Resource → what a create of it seems to have changed."""
        hearsay.listen(_FREE, self._heard_free)
        hearsay.listen(_MERGED, self._heard_merged)

    def keep(self, place: Spot | None, exchange: Exchange) -> None:
        """Takes what a list has shown."""
        if place is None or place.id is not None or not self._is_open(place):
            return
        known, identity = self._known(place, exchange.credential), place.resource.id.field
        for entry in entries_of(place.resource, exchange.response) or ():
            id = entry.get(identity)
            if id is not None and not known.holds(id := str(id)):
                known.take(id, is_theirs=not self._marks.are_in_any(entry.values()))

    def check(self, place: Spot, looker: Looker) -> None:
        """Before the first create in a collection, looks at what is there. Raises ``NotProven`` where a create was
        answered with what was."""
        if place.id is not None:
            return
        looker = replace(looker, credential=_tenant(looker.credential))
        asking = place.key, looker.credential
        is_somebody = looker.shown == NOTHING_SHOWN and (looker.credential is not None or not self._asks)
        may_look = place.resource.supports("list") and f"{place.resource.name}.list" not in self._forbidden
        if is_somebody and asking not in self._looked and self._is_open(place) and may_look:
            self._looked.add(asking)
            with suppress(ListUnreadable):
                asked = self._holdings.asked(place, looker)
                entries = listed(*asked, credential=looker.credential, setup=GUARD)
                for _ in () if self._holdings.has_walked(place, looker) else islice(entries, _MOST):
                    pass  # each page is kept as it comes
        if (merged := self._merged.get(place.resource.name)) is not None:
            raise NotProven(f"a create was answered with {merged}, which was there before, and may have changed it")

    def held(self, place: Spot, known: Iterable[str] | None, credential: str | None) -> tuple[str, ...] | None:
        """Digests of the ids that a list holds before a create, for the ledger: those that are ``known``, else before
        the first create in a collection those of others; ``None`` where nothing is to be said."""
        if known is None and place.id is None and place.key not in self._told:
            theirs = self._known(place, credential).theirs()
            known = {text for id in theirs for text in (id, spelt(id))} or None
        self._told.add(place.key)
        return None if known is None else digests_of(known)

    def was_there(self, item: Spot, makers: Iterable[str | None]) -> bool:
        """Whether a list has shown it as others' to one of the ``makers``, by their credentials, and no create was
        answered since to have made it; or any process of the run has seen that a create has changed it."""
        shown = any(self._known(item, credential).is_theirs(str(item.id)) for credential in makers)
        return shown or self._merged.get(item.resource.name) == str(item)

    def is_met(self, item: Spot, credential: str | None, answer: Exchange) -> bool:
        """Whether a create was answered with what was there before: a list has shown it, or it says itself that it was
        made long before the run began."""
        shown = entity_of(item.resource, answer.response, answer.about.operation or "create")
        is_old = shown and answer.response and self._births.is_earlier(item.resource, shown, answer.response)
        return self.was_there(item, [credential]) or (bool(is_old) and self._is_open(item))

    def met(self, thing: Thing, item: str, answer: Exchange | None) -> None:
        """A create was answered with an id. ``item``: the request target by which the ledger knows it."""
        place, is_theirs = thing.place, thing.there and not thing.new
        if self._is_open(place):
            self._known(place, thing.credential).take(str(place.id), is_theirs=is_theirs)
        if is_theirs and (thing.said or self._is_silent(thing, answer)):
            self._ledger.changes(item, place.resource.name)
            self._merged[place.resource.name] = str(place)
            self._hearsay.tell(_MERGED, f"{place.resource.name} {place}")
        elif not is_theirs and self._ledger.changed.get(item) is not None:
            self._ledger.changes(item, None)

    def _is_silent(self, thing: Thing, answer: Exchange | None) -> bool:
        """Whether an answer does not show the fields that the create has marked: what it has named may hold others'
        values in them, or the run's."""
        resource = thing.place.resource
        shown = answer and entity_of(resource, answer.response, answer.about.operation or "create")
        if not shown or shown.keys() <= {resource.id.field}:
            return True
        return bool(thing.marks) and not self._marks.are_in(resource, shown)

    def is_free(self, place: Spot, *, deleted: bool = False) -> None:
        """Nothing is there any more, as an answer says: its id may come again. ``deleted``: since the run has deleted
        it; lists of others may have shown it without a token."""
        self._forget(place.resource.name, str(place.id), self._given.filled(place).collection.key)
        if deleted and place.resource.id.type != "uuid" and self._is_open(place):
            self._hearsay.tell(_FREE, f"{place.resource.name} {place.id}")

    def _forget(self, resource: str, id: str, collection: Key | None = None) -> None:
        for (key, _), known in self._ids.items():
            if key[0] == resource and collection in (None, key):
                known.drop(id)

    def _known(self, place: Spot, credential: str | None) -> _Known:
        """What a credential was shown of the collection; what a list does not name of its parents, a create may."""
        return self._ids.setdefault((self._given.filled(place).collection.key, _tenant(credential)), _Known())

    def _is_open(self, place: Spot) -> bool:
        return self._given.named.issuperset(place.parents)

    def _heard_free(self, said: str) -> None:
        resource, _, id = said.partition(" ")
        self._forget(resource, id)

    def _heard_merged(self, said: str) -> None:
        resource, _, item = said.partition(" ")
        self._merged.setdefault(resource, item)


def _tenant(credential: str | None) -> str | None:
    return "full" if credential in _AS_FULL else credential


def was_there(id: object, entries: Iterable[LedgerEntry]) -> bool:
    """Whether the list showed an id as others' before the first create in its collection, as its ``entries`` say."""
    before = next((e.before for e in entries if not e.placed), None)
    return before is not None and not set(digests_of([str(id), spelt(str(id))])).isdisjoint(before)
