"""An update of which nobody was told whether it was carried out."""

from __future__ import annotations

from restproof.wire.evidence import Evidence
from restproof.wire.ledger import Ledger
from restproof.wire.ticket import Ticket


def expect(ticket: Ticket, evidence: Evidence, ledger: Ledger) -> None:
    """What the update wrote proves its item, too, from now on."""
    place, marks = ticket.place, evidence.marks
    if place is None or place.id is None or ticket.absent or ticket.deletes or ticket.moving is not None:
        return
    made, item = evidence.made(place.resource, place.id), evidence.item_target(place)
    if made is None:
        return
    marks.add(place.resource, ticket.marks)
    erases = not ticket.marks and (ticket.method == "PUT" or marks.are_in(place.resource, ticket.names))
    # Of what bore no mark before, only what was seen there tells, in case that nothing was done.
    sums = ticket.kept_sums if erases and not made.sums and not ledger.written(item) else {}
    if sums or ticket.marks:
        ledger.wrote(item, sums, ticket.marks)
