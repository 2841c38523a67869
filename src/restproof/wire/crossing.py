"""Does a write go where the looks went? To another credential, a wrong one or none at all, the same id may be that of
another tenant's: each has ids of its own, or a server takes whom it does not know for somebody."""

from __future__ import annotations

from dataclasses import replace

from restproof.contract.model import Contract, creates_by_put
from restproof.wire.evidence import Evidence
from restproof.wire.guard import Presented, shown_by
from restproof.wire.holdings import AFRESH, NOTHING_SHOWN, Looker
from restproof.wire.message import About, Exchange
from restproof.wire.places import Spot
from restproof.wire.sight import Sight
from restproof.wire.walk import GUARD, ListUnreadable, listed_one

_Way = tuple[str, str | None, Presented]
"""A resource, and what a request shows of who sends it."""
_ANY = ""
"""Stands for every resource: who is refused by one of them with a wrong credential is somebody to none."""


class Crossing:
    """Looks by the way that a request goes itself, where that is not the way of who made the item."""

    def __init__(self, contract: Contract, evidence: Evidence) -> None:
        self._evidence, self._auth = evidence, contract.auth
        self._known: set[_Way] = set()
        """The ways that lead to what the run has made, or nowhere."""
        self._refusing: set[str] = set()

    def keep(self, exchange: Exchange) -> None:
        """Takes from a read of the suites that a way leads nowhere, or to what the run has made."""
        about, credential = exchange.about, exchange.credential
        if credential == "full" or about.operation != "read":
            return
        # Of a wrong credential, an exchange does not show what it was.
        is_plain = credential is not None or shown_by(self._auth, exchange.request) == NOTHING_SHOWN
        if is_plain and (_is_refused(exchange.status) or self._shows_ours(exchange)):
            self._known.add((about.resource or _ANY, credential, NOTHING_SHOWN))

    def _shows_ours(self, exchange: Exchange) -> bool:
        """Whether it shows what another credential has made."""
        place = self._evidence.places.of(exchange.request) if exchange.is_success else None
        if place is None or exchange.credential in (self._evidence.makers(place) or {exchange.credential}):
            return False
        return self._evidence.sight(place, exchange) is Sight.OURS

    def look(self, place: Spot, looker: Looker) -> Sight:
        """What is at an item, both for who made it and for who sends the request."""
        sight = self._evidence.look(place, looker)
        self._evidence.doubts.note(place, sight)
        if sight not in (Sight.OURS, Sight.NOTHING) or not self._crosses(place, looker):
            return sight
        status, found = self._seen(place, looker)
        if found is Sight.OURS or _is_refused(status):
            of = _ANY if looker.shown != NOTHING_SHOWN and status == 401 else place.resource.name
            self._known.add((of, looker.credential, looker.shown))
            return sight if found is not Sight.OURS else found
        if found is Sight.NOTHING and (sight is Sight.NOTHING or not creates_by_put(place.resource)):
            return sight
        return found

    def leads_to_others(self, place: Spot, looker: Looker) -> bool:
        """Whether an item is of others where the request leaves out a parent that is a parameter: a server may take
        another one. One that refuses to say so of one item does of all."""
        resource, named = place.resource, dict(place.parents)
        read = resource.operation("read")
        if place.id is None or all(p.resource in named for p in read.parameters if p.place != "body"):
            return False
        if not (resource.supports("read") and all(p.resource in named for p in read.parents_in("path"))):
            return False
        if resource.name in self._refusing:
            return False
        sight = self._evidence.look(place, looker)
        self._refusing |= {resource.name} if sight is Sight.UNCLEAR else set()
        return sight is Sight.OTHERS

    def _crosses(self, place: Spot, looker: Looker) -> bool:
        """Whether it is not known where the way of the request leads."""
        makers = self._evidence.makers(place) or {"full"}
        if self._auth.scheme == "none" or (looker.shown == NOTHING_SHOWN and makers == {looker.credential}):
            return False
        way = looker.credential, looker.shown
        return self._known.isdisjoint({(place.resource.name, *way), (_ANY, *way)})

    def _seen(self, place: Spot, looker: Looker) -> tuple[int, Sight]:
        """What a look by the way of the request is answered, and what that shows."""
        resource, evidence = place.resource, self._evidence
        if (shown := evidence.looked.last(place, looker)) is not None:
            return shown.status or 0, evidence.sight(place, shown)
        if resource.supports("read"):
            asked = evidence.places.request(place, "read", (*looker.headers, *looker.shown.headers, AFRESH))
            asked = replace(asked, query=(*asked.query, *looker.shown.query))
            exchange = looker.sender.send(asked, About(resource.name, "read", setup=GUARD), looker.credential)
            return exchange.status or 0, evidence.sight(place, exchange)
        asked_for = evidence.holdings.asked(place, looker)
        try:
            entry = listed_one(*asked_for, str(place.id), credential=looker.credential, setup=GUARD)
        except ListUnreadable as unread:
            return unread.status or 0, Sight.UNCLEAR
        if entry is None:
            return 200, Sight.NOTHING
        return 200, Sight.OURS if evidence.is_ours(place, entry) else Sight.OTHERS


def _is_refused(status: int | None) -> bool:
    """Whether an answer says that nobody is to be served there, whatever the id; a redirect leads to where one logs
    in."""
    return status in (401, 403) or 300 <= (status or 0) < 400
