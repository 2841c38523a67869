"""Writes to the whole of a collection, or to an id that may be read as none at all: they may change all that is in
it."""

from __future__ import annotations

from restproof.wire.evidence import Evidence
from restproof.wire.failure import NotProven
from restproof.wire.holdings import Looker
from restproof.wire.message import Exchange
from restproof.wire.places import Spot
from restproof.wire.ticket import Ticket
from restproof.wire.walk import ListUnreadable

_SWEPT = "swept"
"""What the processes of a run tell each other of here."""
_REFUSALS = (501, 505)
"""An unknown method, an unknown version of HTTP (RFC 9110 §15.6.2, §15.6.6): nothing was done."""


class Sweeps:
    """Whether such a write may leave, below a parent that the run has made: a server may pass over the parent, in lists
    too."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._done = ""
        """The first of them that was not refused, in any process of the run."""
        evidence.hearsay.listen(_SWEPT, self._heard)

    def check(self, place: Spot, method: str, looker: Looker, *, is_below_ours: bool) -> None:
        """Raises ``NotProven`` where the list does not show that all of it is the run's, or such a write was not
        refused: what it has done beyond the parent, nobody sees."""
        if not is_below_ours:
            raise NotProven(f"{method} on all of {place.resource.name} leaves only below a parent of this run")
        if self._evidence.is_alone:
            return
        if self._done:
            raise NotProven(f"{self._done} was not refused, and what it has changed is not known")
        if not place.resource.supports("list"):
            return
        identity = place.resource.id.field
        try:
            entries = self._evidence.holdings.entries(place, looker)
        except ListUnreadable as unread:
            raise NotProven(f"whose is what {place.collection} holds is not known: {unread}") from unread
        if not all(self._evidence.is_ours(place.item(entry.get(identity)), entry) for entry in entries):
            raise NotProven(f"{place.collection} holds what this run did not make")

    def note(self, ticket: Ticket, exchange: Exchange) -> None:
        """A write was answered, or was not: what fails may have been done all the same."""
        place = ticket.place
        status = exchange.status or 0
        is_create = ticket.method == "POST" and ticket.operation == "create"
        if place is None or is_create or 400 <= status < 500 or status in _REFUSALS:
            return
        if place.id is None or place.is_read_as_all:
            done = f"{ticket.method} on all of {place.resource.name}"
            self._heard(done)
            self._evidence.hearsay.tell(_SWEPT, done)

    def _heard(self, done: str) -> None:
        self._done = self._done or done
