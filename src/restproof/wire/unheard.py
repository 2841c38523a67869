"""An update of which nobody was told whether it was carried out."""

from __future__ import annotations

from restproof.wire.evidence import Evidence
from restproof.wire.ledger import Ledger
from restproof.wire.proof import ANYWHERE, is_telling, may_show
from restproof.wire.sight import Thing
from restproof.wire.ticket import Ticket


def expect(ticket: Ticket, evidence: Evidence, ledger: Ledger) -> None:
    """What the update wrote proves its item, too, from now on: its marks, or values that others would hardly have where
    it leaves no mark. A server that has lost an answer may have begun anew since, with others' items under its ids."""
    place, marks = ticket.place, evidence.marks
    if place is None or place.id is None or ticket.absent or ticket.deletes or ticket.moving is not None:
        return
    made, item = evidence.made(place.resource, place.id), evidence.item_target(place)
    if made is None:
        return
    marks.add(place.resource, ticket.marks)
    # Of what bore no mark before, only what was seen there tells, in case that nothing was done.
    is_proof = not (ticket.marks or made.sums or ledger.written(item)) and _takes_all_marks(ticket, made)
    sums = ticket.kept_sums if is_proof and is_telling(ticket.kept, place.resource.properties) else {}
    if sums or ticket.marks:
        ledger.wrote(item, sums, ticket.marks)


def _takes_all_marks(ticket: Ticket, made: Thing) -> bool:
    """Whether an item shows no mark of its create any more where the update is carried out. An id keeps its own."""
    resource = made.place.resource
    bearing = {field for field, token in made.marks if may_show(resource, [(field, token)])} - {ANYWHERE}
    if ticket.method == "PUT":
        return resource.id.field not in bearing
    return not bearing.isdisjoint(ticket.names) and bearing <= ticket.names
