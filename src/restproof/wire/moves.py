"""What becomes of an item to which a write gives another id: as its contract says, or by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from restproof.wire.evidence import Evidence
from restproof.wire.failure import NotProven
from restproof.wire.ledger import Ledger
from restproof.wire.message import Exchange
from restproof.wire.places import Spot, entity_of, is_usable_id, readings
from restproof.wire.proof import Mark, Marks, may_show
from restproof.wire.sight import Thing
from restproof.wire.ticket import Ticket


class Moves:
    """Writes down where items may be from now on."""

    def __init__(self, evidence: Evidence, ledger: Ledger, marks: Marks) -> None:
        self._evidence, self._ledger, self._marks = evidence, ledger, marks

    def onto(self, place: Spot, operation: str | None, sent: Sequence[Mapping[str, Any]]) -> Spot | None:
        """Where an update that holds another id leads, by the contract. Raises ``NotProven`` for what bears no mark:
        under another id, nothing would prove it."""
        ids = [] if place.id is None else [place.resource.moved_to(operation, entity, place.id) for entity in sent]
        id = next((id for id in ids if is_usable_id(id)), None)
        if id is None:
            return None
        made = self._evidence.made(place.resource, str(place.id))
        if made is None or not may_show(place.resource, made.marks):
            raise NotProven(f"{place} bears no mark of this run, and would have another id")
        return place.item(id)

    def noted(self, ticket: Ticket) -> Ticket:
        """The ticket with the entry of where the item will be: both ids are in the ledger before the update leaves."""
        if ticket.onto is None:
            return ticket
        entry = self._intended(ticket, ticket.onto)
        self._ledger.created(entry, self._evidence.item_target(ticket.onto), str(ticket.onto.id), placed=True)
        return ticket._replace(moving=entry)

    def answered(self, ticket: Ticket, exchange: Exchange) -> None:
        """The answer to such an update. Where it does not say which id there is now, a look will."""
        if ticket.place is None or ticket.onto is None or ticket.moving is None:
            return
        self._evidence.forget(ticket.place)
        self._evidence.forget(ticket.onto)
        if not exchange.is_success:
            if not exchange.is_given_up:
                is_refusal = 400 <= (exchange.status or 0) < 500
                (self._ledger.refused if is_refusal else self._ledger.answered)(ticket.moving)
            return
        item, resource = self._evidence.item_target(ticket.onto), ticket.onto.resource
        self._ledger.created(ticket.moving, item, str(ticket.onto.id), new=True, placed=True)
        self._evidence.claim(Thing(ticket.onto, ticket.credential, self._marks_of(ticket)))
        shown = entity_of(resource, exchange.response, "update") or {}
        says_so = str(shown.get(resource.id.field)) == ticket.onto.id
        if says_so and self._evidence.end(ticket.place, exchange.credential):
            self._ledger.deleted(self._evidence.item_target(ticket.place), ticket.headers)

    def unasked(self, ticket: Ticket, place: Spot, exchange: Exchange) -> None:
        """Where the answer to a write names another id than its path, the item may be there from now on, and its own id
        may be anybody's: what was seen of it holds no longer, and the other id is written down."""
        operation = exchange.about.operation or "update"
        shown = entity_of(place.resource, exchange.response, operation)
        id = None if shown is None else shown.get(place.resource.id.field)
        if id is None or not is_usable_id(id) or str(id) in readings(place.resource, place.id):
            return
        self._evidence.end(place, exchange.credential)
        if place.resource.operation(operation).address and operation != "create":
            return  # the id may not be heeded, and what was changed somebody's
        item = place.item(id)
        self._ledger.created(self._intended(ticket, item), self._evidence.item_target(item), id)
        self._evidence.claim(Thing(item, ticket.credential, ticket.marks))

    def _intended(self, ticket: Ticket, item: Spot) -> int:
        """The number of a new entry of the ledger, for an item of which nothing is known but its marks."""
        return self._ledger.intend(
            item.resource.name,
            self._evidence.places.list_target(item),
            self._marks_of(ticket) if ticket.onto is not None else ticket.marks,
            headers=ticket.headers,
            credential=ticket.credential,
            adrift=ticket.adrift,
        )

    def _marks_of(self, ticket: Ticket) -> tuple[Mark, ...]:
        """What proves the item under its other id: the marks of its create, and those of the update."""
        place = ticket.place
        made = None if place is None else self._evidence.made(place.resource, str(place.id))
        found = tuple(dict.fromkeys((*(made.marks if made is not None else ()), *ticket.marks)))
        if place is not None:
            self._marks.add(place.resource, found)
        return found
