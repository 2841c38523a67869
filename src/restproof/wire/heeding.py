"""Does the server heed an id that does not stand in the path? What is asked for at one path, whatever its parameters,
header fields and body say, may be the first or the newest there is: a server passes over what it does not know. So
nothing is written there until it is seen that ids make a difference to a read, and no more once a write of a kind has
left the item that it named as it was."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

from restproof.contract.model import Contract, Resource, creates_by_put
from restproof.contract.versions import CHANGES
from restproof.semantics.normal import made_normal
from restproof.semantics.state import differences
from restproof.wire.evidence import Evidence
from restproof.wire.failure import NotProven, NotSent
from restproof.wire.group import Group
from restproof.wire.holdings import Looker
from restproof.wire.ledger import Ledger
from restproof.wire.message import About, Exchange, Request
from restproof.wire.nothing import FAILED
from restproof.wire.places import Places, Spot, entity_of
from restproof.wire.proof import Marks
from restproof.wire.reads import Reads, await_shown
from restproof.wire.session import Session
from restproof.wire.ticket import Ticket
from restproof.wire.walk import CLEANUP, GUARD

_Way = tuple[str, str]
"""A resource and an operation."""
_DENIED = "denied"
"""What the processes of a run tell each other of here."""


class Heeding:
    """What was seen, in a run, of the ids that stand elsewhere than in paths."""

    def __init__(self, evidence: Evidence, marks: Marks) -> None:
        self._evidence, self._marks = evidence, marks
        self._reads = Reads(evidence.places, GUARD)
        self._tried: dict[_Way, list[Ticket]] = {}
        """The last writes of a way that have succeeded (several, where they were sent at once), and of which nobody has
        looked what they have done."""
        self._at: dict[_Way, float] = {}
        """When the last of these was answered."""
        self._proven: set[_Way] = set()
        self._denied: dict[_Way, str] = {}
        self._newest: dict[str, str] = {}
        """Resource → the id of what was made last."""
        self._addressed: dict[str, bool] = {}
        """Resource → whether an id of it stands elsewhere."""
        self._made: dict[_Way, Mapping[str, Any]] = {}
        """What was made, by resource and id, as it was then; of resources whose ids stand elsewhere."""
        evidence.hearsay.listen(_DENIED, self._heard)

    def check(self, place: Spot, operation: str | None, looker: Looker) -> None:
        """Raises ``NotProven`` where a write to an item could go to another one."""
        resource = place.resource
        if place.id is None or not self._is_addressed(resource):
            return
        if doubt := self._reads.doubt(place, looker):
            raise NotProven(f"{place} is not proven to be this run's: {doubt}")
        if operation is None:
            raise NotProven(f"whether a method that the contract has not heeds the id of {place} is not known")
        way = resource.name, operation
        # This write may hide what others have done to the item.
        for other in [w for w, ts in self._tried.items() if w == way or any(_is_of(t, place) for t in ts)]:
            self._look(other, looker)
        if way in self._denied:
            raise NotProven(self._denied[way])

    def _is_addressed(self, resource: Resource) -> bool:
        """Whether an operation names ids elsewhere than in its path: of no other there is anything to note."""
        known = self._addressed.get(resource.name)
        if known is None:
            known = any(resource.operation(o).address for o in resource.operations)
            self._addressed[resource.name] = known
        return known

    def check_told(self, ticket: Ticket, looker: Looker) -> None:
        """Raises ``NotProven`` for a write of which no look would tell that it went elsewhere (nothing is under its id,
        or what it says is there already), until one of its kind was seen to go to the item that it named."""
        place = ticket.place
        if place is None or not self._is_unproven(ticket):
            return
        shown = None if ticket.absent else self._reads.shown(place, looker)
        known = {n: shown[n] for n in _comparable(place.resource) & shown.keys()} if shown else {}
        if not shown or not (ticket.deletes or _is_lost(place.resource, ticket.fields, known)):
            raise NotProven(_untold(ticket))

    def check_together(self, tickets: Sequence[Ticket]) -> None:
        """As ``check_told``, of writes that leave at the same time: by the time of a look, all of them have gone."""
        for ticket in tickets:
            if self._is_unproven(ticket):
                raise NotProven(_untold(ticket))

    def _is_unproven(self, ticket: Ticket) -> bool:
        """Whether a write to an item may go to another one, as far as any look has shown."""
        place, operation = ticket.place, ticket.operation
        if place is None or operation not in CHANGES or place.resource.operation(operation).address is None:
            return False
        makes = ticket.absent and operation == "replace" and creates_by_put(place.resource)
        return not makes and (place.resource.name, operation) not in self._proven

    def made(self, item: Spot) -> None:
        """A create has named what it has made."""
        self._newest[item.resource.name] = str(item.id)
        self._forget(item)

    def note(self, ticket: Ticket, exchange: Exchange) -> None:
        """A write was answered: what it has done is looked at before the next one."""
        place, operation = ticket.place, ticket.operation
        if place is None or not self._is_addressed(place.resource):
            return
        if place.id is None and exchange.is_success:
            self._keep(place.resource, ticket, exchange)
        if place.id is None or ticket.absent or 400 <= (exchange.status or 0) < 500:
            return
        resource, way = place.resource, (place.resource.name, operation or "")
        is_done = ticket.method == exchange.request.method and exchange.is_success
        # What it may have done hides what was done before.
        self._forget(place, but=way if is_done else None)
        if not is_done or way in self._proven:
            return
        if operation in CHANGES and resource.operation(operation).address:
            self._tried.setdefault(way, []).append(ticket)
            self._at[way] = time.monotonic()

    def _keep(self, resource: Resource, ticket: Ticket, exchange: Exchange) -> None:
        """What a create has made, where a look may have to tell it from what an update has made of it."""
        made = entity_of(resource, exchange.response, "create") or {}
        if resource.id.field in made:
            self._made[resource.name, str(made[resource.id.field])] = {**ticket.fields, **made}

    def _is_as_made(self, place: Spot, sent: Mapping[str, Any], shown: Mapping[str, Any]) -> bool:
        """Whether all that was to change shows what the create has made: it bears the marks of the same case."""
        made = self._made.get((place.resource.name, str(place.id)), {})
        asked = sent.keys() & shown.keys()
        return bool(asked) and all(n in made and shown[n] == made[n] != sent[n] for n in asked)

    def _forget(self, item: Spot, but: _Way | None = None) -> None:
        """What was done to an item does not show any more, save what ``but`` does."""
        for way, tickets in self._tried.items():
            if way != but:
                tickets[:] = [t for t in tickets if not _is_of(t, item)]

    def _deny(self, way: _Way, reason: str) -> None:
        """No process of the run sends another write of that way."""
        self._denied[way] = reason
        self._evidence.hearsay.tell(_DENIED, json.dumps([*way, reason]))

    def _heard(self, said: str) -> None:
        resource, operation, reason = json.loads(said)
        self._denied[resource, operation] = reason

    def _look(self, way: _Way, looker: Looker) -> None:
        """What the last writes of a way have done to the item that they named."""
        tickets = self._tried.pop(way, [])
        place = tickets[-1].place if tickets else None
        if place is not None:
            await_shown(place.resource, way[1], self._at[way])
        shown = self._reads.shown(place, looker) if place is not None else None
        if place is None or shown is None:
            return
        resource = place.resource
        done = f"the {way[1]} of {place} was answered with success, and it is"
        # What is done to the newest of ours proves nothing: it may be done to the newest there is.
        tells = self._newest.get(resource.name) not in (None, place.id)
        if tickets[-1].deletes:
            if not shown:
                self._proven |= {way} if tells else set()
            elif self._evidence.is_ours(place, shown):
                self._deny(way, f"{done} still there: what was deleted is not known")
            return
        fields = _comparable(resource) & shown.keys()
        alike = [t for t in tickets if _is_of(t, place)]
        known = {n: shown[n] for n in fields}
        as_made = all(self._is_as_made(place, t.fields, known) for t in alike)
        marked = any(self._marks.shown(resource, shown, [m for m in t.marks if m[0] in fields]) for t in alike)
        if (marked and not as_made) or any(_is_stored(resource, t.fields, known) for t in alike):
            self._proven |= {way} if tells else set()
        elif all(_is_lost(resource, t.fields, known) for t in alike):
            self._deny(way, f"{done} as it was: what was changed is not known")


def _untold(ticket: Ticket) -> str:
    return f"no {ticket.operation} was seen yet to heed an id like that of {ticket.place}, which is not in its path"


def _is_of(ticket: Ticket, item: Spot) -> bool:
    return ticket.place is not None and ticket.place.key == item.key


def _comparable(resource: Resource) -> set[str]:
    """The fields of an update that a read shows as they were sent."""
    others = {*resource.immutable, *resource.derived, *resource.volatile, *resource.references, *resource.secret}
    return {*resource.shapes.update["properties"]} - others


def _is_lost(resource: Resource, sent: Mapping[str, Any], shown: Mapping[str, Any]) -> bool:
    """Whether nothing of what was sent is shown, and something of it could be written in no other way."""
    kept = made_normal(resource, {n: v for n, v in sent.items() if n in shown})
    has_one_form = any("format" not in resource.properties.get(n, {}) for n in kept)
    return has_one_form and all(any(True for _ in differences(v, shown[n])) for n, v in kept.items())


def _is_stored(resource: Resource, sent: Mapping[str, Any], shown: Mapping[str, Any]) -> bool:
    """Whether all of what was sent is shown, of which nothing was before (``Heeding.check_told``)."""
    kept = made_normal(resource, {n: v for n, v in sent.items() if n in shown})
    return bool(kept) and not any(True for n, v in kept.items() for _ in differences(v, shown[n]))


class Deletes:
    """Sends the requests of clean-up, which proves by itself what it deletes."""

    def __init__(self, session: Session, contract: Contract, ledger: Ledger, marks: Marks) -> None:
        self._session, self._contract = session, contract
        self._ledger, self._marks = ledger, marks
        self._places = Places(contract)
        self._reads = Reads(self._places, CLEANUP)
        self._done: dict[str, tuple[Spot, float]] = {}
        """The last of a resource of which a delete has succeeded, and when."""
        self._began = time.monotonic()
        self._looked: set[str] = set()
        """The resources of which it was seen what the run's own deletes have done."""
        self._denied: set[str] = set()

    def send(self, group: Group, operation: str, request: Request) -> Exchange:
        """Raises ``NotSent``; also where a delete could be that of another item."""
        resource = group.resource
        apart = operation == "delete" and resource.operation("delete").address is not None
        place = self._places.of(request) if apart else None
        if place is not None:
            self._check(group, place, Looker(self._session, group.headers, group.credential))
        about = About(resource.name, operation, setup=CLEANUP)
        exchange = self._session.send(request, about, group.credential, beyond_ceiling=True)
        if place is not None and exchange.is_success:
            self._done[resource.name] = place, time.monotonic()
        return exchange

    def shown(self, group: Group, target: str, id: object) -> Mapping[str, Any] | None:
        """What a read shows under an id; ``None`` where it shows nothing, or what has another id. ``target``: that of
        the delete. Raises ``NotSent`` where no answer says what is there: who asks again may know."""
        exchange = self.send(group, "read", group.request(self._contract, "read", target))
        if (exchange.status or FAILED) >= FAILED:
            raise NotSent(f"the read {exchange.ending}")
        shown = entity_of(group.resource, exchange.response) if exchange.is_success else None
        return shown if shown is not None and str(shown.get(group.resource.id.field, id)) == str(id) else None

    def _check(self, group: Group, place: Spot, looker: Looker) -> None:
        name = group.resource.name
        if doubt := self._reads.doubt(place, looker):
            raise NotProven(doubt)
        done, at = self._done.pop(name, (None, 0.0))
        if done is not None:
            await_shown(group.resource, "delete", at)
            self._denied |= {name} if self._reads.shown(done, looker) else set()
        if name not in self._looked and self._shows_what_was_deleted(group, looker):
            self._denied.add(name)
        self._looked.add(name)
        if name in self._denied:
            raise NotProven("not deleted: a delete was answered with success, and what it named is still there")

    def _shows_what_was_deleted(self, group: Group, looker: Looker) -> bool:
        """Whether what the run has deleted last is there."""
        await_shown(group.resource, "delete", self._began)
        for entry in reversed(group.entries):
            if entry.item is None or not entry.marks or not self._ledger.is_deleted(entry):
                continue
            place = self._places.of(group.request(self._contract, "delete", entry.item))
            shown = None if place is None else self._reads.shown(place, looker)
            return bool(shown) and self._marks.shown(group.resource, shown or {}, entry.marks)
        return False
