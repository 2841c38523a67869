"""Whose is it? The one place that decides whether a request that may change something leaves.

Every request passes through ``Session.send`` or ``Session.send_together``, and both ask here first: what it may change
is proven to be the run's by a read under that very id, given for writing, or was seen to name nothing just before.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from restproof.config import Target
from restproof.contract.model import Contract, Resource
from restproof.semantics.inner import read_as_ids
from restproof.wire import guard
from restproof.wire.ceilings import Ceilings
from restproof.wire.crossing import Crossing
from restproof.wire.evidence import Evidence
from restproof.wire.failure import NotProven, NotSent
from restproof.wire.given import Given
from restproof.wire.hearsay import Hearsay
from restproof.wire.heeding import Heeding
from restproof.wire.holdings import Looker, is_new
from restproof.wire.ledger import Ledger, is_refused
from restproof.wire.likeness import must_be_like_nobody
from restproof.wire.looking import Failed, Looking
from restproof.wire.message import About, Exchange, Request
from restproof.wire.moves import Moves
from restproof.wire.places import Spot, body_of, chosen_id, entities, is_usable_id, named_id, plain, readings, scalars
from restproof.wire.proof import Mark, Marks, is_telling, may_show, sums_of
from restproof.wire.searching import Searches
from restproof.wire.sight import Sight, Thing, why_not_ours
from restproof.wire.singles import Singles
from restproof.wire.sweeps import Sweeps
from restproof.wire.ticket import Ticket, left_by
from restproof.wire.unheard import expect
from restproof.wire.unsent import Asked
from restproof.wire.walk import CLEANUP, GUARD, ListUnreadable, Sender, UsualHeaders


class Ownership:
    """Decides for one process of a run. Safe to use from several threads.

    ``refused`` is told of each refusal, by a name that is the same in a replay, ``failed`` of each look at which the
    server fails. ``clock`` gives seconds. ``ceilings`` bound the writes that may store something.
    ``hearsay``: what the processes of a run tell each other.
    """

    def __init__(
        self,
        contract: Contract,
        target: Target,
        ledger: Ledger,
        prefix: str,
        *,
        clock: Callable[[], float],
        refused: Callable[[str, NotSent], None] = lambda name, reason: None,
        failed: Failed = lambda exchange: None,
        ceilings: Ceilings | None = None,
        hearsay: Hearsay | None = None,
    ) -> None:
        self.contract, self.target, self.ledger = contract, target, ledger
        self.marks = Marks(prefix)
        self._hearsay = hearsay or Hearsay()
        self.evidence = Evidence(contract, target, ledger, self.marks, clock, self._hearsay)
        self.given = Given(contract, target.ids)
        self._searches = Searches(contract)
        self.headers = UsualHeaders(contract, dict(target.ids))
        self.crossing = Crossing(contract, self.evidence)
        self.sweeps = Sweeps(self.evidence)
        self.heeding = Heeding(self.evidence, self.marks)
        self.moves, self.singles = Moves(self.evidence, ledger, self.marks), Singles(self.evidence, ledger)
        self._refused, self._failed, self._ceilings = refused, failed, ceilings or Ceilings()
        self._asked = Asked()
        self._unnamed: dict[int, Ticket] = {}
        """By the number of their exchanges, creates of which no answer has named yet what they have made."""
        self._lock = threading.RLock()  # Reentrant: a second Ctrl-C may come while it is held.

    def before(self, request: Request, about: About, credential: str | None, sender: Sender) -> Ticket | None:
        if about.setup in (GUARD, CLEANUP) or not self._searches.may_change(request):
            return None
        with self._lock:
            name = self._asked.name(about)
            try:
                return self._decided(request, about, credential, sender)
            except NotSent as reason:
                self._refused(name, reason)
                raise

    def close(self) -> None:
        """What an item has written is put back, where it may be what others have."""
        with self._lock:
            self.singles.finish()

    def together(self, tickets: Sequence[Ticket | None]) -> None:
        """Of what bears no mark, each write is proven by the state before it: of several at once, the second may meet
        what the first has led to."""
        named = [t for t in tickets if t is not None and t.place is not None and t.place.id]
        self.heeding.check_together(named)
        places = [t.place for t in named if t.place is not None and not t.absent]
        for place in (p for p in places if sum(other.key == p.key for other in places) > 1):
            made = self.evidence.made(place.resource, str(place.id))
            shows = made is not None and may_show(place.resource, made.marks)
            is_marked = shows and not self.ledger.written(self.evidence.item_target(place))
            if not (is_marked or self.evidence.is_alone):
                raise NotProven(f"{place} bears no mark of this run: several writes at once could meet another's")

    def again(self, ticket: Ticket, request: Request, about: About, credential: str | None, sender: Sender) -> Ticket:
        with self._lock:
            self.ended(ticket, under_way=False)
            expect(ticket, self.evidence, self.ledger)
            return self._decided(request, about, credential, sender)

    def _decided(self, request: Request, about: About, credential: str | None, sender: Sender) -> Ticket:
        """By what holds in the end: what others tell meanwhile has it decided anew."""
        decision = _Decision(self, request, credential, Looking(sender, about, self._failed))
        heard = -1
        while heard != (heard := self._hearsay.hear()):
            ticket = decision.ticket()
        return self._noted(ticket)

    def _noted(self, ticket: Ticket) -> Ticket:
        """The ticket with its entry in the ledger, where the request may store something, or move it."""
        if not ticket.stores or ticket.place is None:
            return self.moves.noted(ticket)
        self._ceilings.take_create()
        return ticket._replace(entry=self._intended(ticket, ticket.place))

    def _intended(self, ticket: Ticket, place: Spot) -> int:
        """The number of the entry of a write that may store something."""
        self.marks.add(place.resource, ticket.marks)
        entry = self.ledger.intend(
            place.resource.name,
            self.evidence.places.list_target(place),
            ticket.marks,
            sums=ticket.sums,
            before=self.evidence.earlier.held(place, ticket.known, ticket.credential),
            headers=ticket.headers,
            credential=ticket.credential,
            adrift=ticket.adrift,
        )
        if place.id is not None:
            # The path says where it will be, whatever the answer; that anything is there, only a success says.
            self.ledger.created(entry, self.evidence.item_target(place), place.id, placed=True)
        return entry

    def ended(self, ticket: Ticket | None, *, under_way: bool) -> None:
        with self._lock:
            if ticket is not None and ticket.place is not None and not under_way:
                # What it did, if it was sent, is not known: its id may be somebody else's by now.
                self.evidence.forget(ticket.place)
                for entry in (e for e in (ticket.entry, ticket.moving) if e is not None):
                    self.ledger.answered(entry)
            elif under_way and ticket and ticket.place and (ticket.makes_anew or is_refused(self.ledger, ticket.entry)):
                self._intended(ticket, ticket.place)

    def after(self, ticket: Ticket | None, exchange: Exchange) -> None:
        with self._lock:
            if ticket is None:
                self.evidence.keep(exchange)
                self.crossing.keep(exchange)
                self.singles.keep(exchange)
            elif ticket.place is not None:
                self._answered(ticket, ticket.place, exchange)

    def _answered(self, ticket: Ticket, place: Spot, exchange: Exchange) -> None:
        done = exchange.is_success
        self.heeding.note(ticket, exchange)
        self.singles.note(ticket, exchange)
        self.sweeps.note(ticket, exchange)
        if ticket.moving is not None:
            self.moves.answered(ticket, exchange)
            return
        if place.id is not None and ticket.entry is None:
            # What overrides a method may have been obeyed, or not.
            plainly = ticket.method == exchange.request.method
            if ticket.deletes and (done or not ticket.absent):
                self.evidence.forget(place)
            if done and ticket.deletes and plainly:
                if self.evidence.end(place, exchange.credential):
                    self.ledger.deleted(self.evidence.item_target(place), ticket.headers)
            elif done and plainly:
                self._updated(ticket, place, exchange)
            elif not ticket.absent:
                self.evidence.heed(place, exchange)
            return
        if ticket.entry is None:
            return
        if not done:
            if not exchange.is_given_up:
                (self.ledger.refused if 400 <= (exchange.status or 0) < 500 else self.ledger.answered)(ticket.entry)
            return
        id = place.id if place.id is not None else named_id(self.contract, place.resource, exchange.response)
        is_under_way = place.resource.operation(exchange.about.operation or "create").is_under_way(exchange.status)
        id = chosen_id(place.resource, exchange.request) if id is None and not is_under_way else id
        if id is None:
            self.ledger.answered(ticket.entry, accepted=True)
            self._unnamed[exchange.n] = ticket  # its job may name what it makes, or the list
            return
        self._claimed(ticket, ticket.entry, exchange, id)

    def made(self, exchange: Exchange, id: Any) -> None:
        with self._lock:
            ticket = self._unnamed.pop(exchange.n, None)
            if ticket is not None and ticket.entry is not None and is_usable_id(id):
                self._claimed(ticket, ticket.entry, exchange, id)

    def _claimed(self, ticket: Ticket, entry: int, exchange: Exchange, id: Any) -> None:
        """The id of what was made is known."""
        place = ticket.place
        if place is None:
            return
        item = place.item(id)
        new = ticket.absent if ticket.known is None else is_new(item, ticket.known)
        there = not new and self.evidence.earlier.is_met(item, ticket.credential, exchange)
        if new or place.id is None:
            placed = place.id is not None
            self.ledger.created(entry, self.evidence.item_target(item), id, new=new, placed=placed, there=there)
        self.evidence.claim(Thing(item, ticket.credential, ticket.marks, ticket.sums, new, there), exchange)
        self.heeding.made(item)
        self.singles.made(item)
        if place.id is not None:
            self.moves.unasked(ticket, place, exchange)  # It may be stored under another id than the path chose.

    def _updated(self, ticket: Ticket, place: Spot, exchange: Exchange) -> None:
        """An update went through. One without a mark may have erased the create's: then what is there now proves it."""
        item = self.evidence.item_target(place)
        made = self.evidence.made(place.resource, str(place.id))
        self.moves.unasked(ticket, place, exchange)
        anew = ticket.method == "PUT" or ticket.operation == "create"
        erases = anew or self.marks.are_in(place.resource, ticket.names)
        known = self.ledger.written(item)
        self.marks.add(place.resource, ticket.marks)
        by_sums = known or (made is not None and made.sums)
        if ticket.marks and not by_sums:
            self.ledger.wrote(item, {}, ticket.marks)
        elif erases or by_sums:
            left = left_by(ticket, place.resource, exchange, made.sums if made is not None else ())
            if by_sums or is_telling(left, place.resource.properties):  # others have a null, too
                self.ledger.wrote(item, sums_of(left), ticket.marks)
        # Its id may be somebody's by now, who saw the change may have taken it up, or it is one with what is like it.
        self.evidence.forget(place, exchange)


class _Decision:
    """Whether one request may leave."""

    def __init__(self, owner: Ownership, request: Request, credential: str | None, looking: Looking) -> None:
        self.owner, self.request, self.looking = owner, request, looking
        self.body = body_of(request)
        self.method = guard.effective_method(request)
        shown = guard.shown_by(owner.contract.auth, request)
        self.looker = Looker(looking, owner.headers.of(request.headers), credential, shown)

    def ticket(self) -> Ticket:
        """Raises ``NotProven`` where the request must not leave."""
        places = self.owner.evidence.places
        place, operation = places.led_to(self.request, self.body)
        if place is None:
            above = places.above(self.request)
            if above is None:
                raise NotProven(f"{self.method} {self.request.path} leads to nothing that the contract names")
            self._must_be_ours(above)
            return Ticket(None, self.method)
        adrift = ""
        for above in places.parents_of(place):
            adrift = self._must_name_nobody(above.resource, above.id, place) or adrift
        if self.owner.crossing.leads_to_others(place, self.looker):
            raise NotProven(f"without its parent, {place} is what this run did not make")
        place = self.owner.given.filled(place)
        if place.is_read_as_all:
            self._must_be_below_ours(place)
        self.owner.heeding.check(place, operation, self.looker)
        found = entities(place.resource, self.body, operation)
        for entity in found:
            self._check_values(place, entity)
        marks = self.owner.marks.of(place.resource, found, self.body, self.request.body or b"", place.id)
        absent = place.id is not None and self._is_absent(place)
        makes = place.id is None or (absent and (self.method == "PUT" or operation == "create"))
        known = self._known_ids(place, operation, marks) if place.id is None else None
        if makes:
            must_be_like_nobody(self.owner.evidence, place, found, self.looker)
        # What overrides a method that stores may go unheeded.
        deletes = self.method == "DELETE" and (self.request.method == "DELETE" or not self.request.writes)
        stores = not deletes and operation != "delete" and (absent or place.id is None)
        look = self.looker
        to = Ticket(
            place, self.method, look.headers, look.credential, stores, marks, found, known, absent, adrift, operation
        )
        self.owner.heeding.check_told(to, look)
        self.owner.singles.check(place, self.looking, look)
        onto = None if absent else self.owner.moves.onto(place, operation, found)
        return to if onto is None else to._replace(onto=onto)

    def _known_ids(self, collection: Spot, operation: str | None, marks: tuple[Mark, ...]) -> frozenset[str] | None:
        """The ids that the list holds now, where nothing else tells what a create has made from what others have; any
        other write to a collection must be below what this run has made."""
        resource = collection.resource
        if self.method != "POST" or operation != "create":
            self._must_be_below_ours(collection)
            return None
        if may_show(resource, marks) or not resource.supports("list"):
            return None
        try:
            return self.owner.evidence.holdings.ids(collection, self.looker)
        except ListUnreadable:
            return None

    def _is_absent(self, place: Spot) -> bool:
        """Whether the id names nothing. Raises ``NotProven`` where, in any reading of it, it names what is not proven
        to be this run's."""
        sights = []
        for id in self._readings(place.resource, place.id):
            item = self._known(place.item(id))
            sight = Sight.OURS if self._is_writable(item) else self._look(item)
            if item.resource.id.single and sight is not Sight.OURS:
                raise NotProven(f"{item.resource.name} is not below anything that this run has made")
            if sight not in (Sight.OURS, Sight.NOTHING):
                raise NotProven(why_not_ours(place, item, sight))
            sights.append(sight)
        return sights[0] is Sight.NOTHING

    def _must_be_ours(self, place: Spot) -> None:
        if not self._is_writable(place) and (sight := self._look(place)) is not Sight.OURS:
            raise NotProven(why_not_ours(place, place, sight))

    def _must_be_below_ours(self, place: Spot) -> None:
        """A write to a whole collection may change all that is in it."""
        self.owner.sweeps.check(place, self.method, self.looker, is_below_ours=self._is_below_ours(place))

    def _is_below_ours(self, place: Spot) -> bool:
        above = [self._known(item) for item in self.owner.evidence.places.parents_of(place)]
        given = not above or (above[-1].resource.name, above[-1].id) in self.owner.given.named
        return self.owner.evidence.is_alone or (not given and self._look(above[-1]) is Sight.OURS)

    def _check_values(self, place: Spot, entity: Mapping[str, Any]) -> None:
        """No value of ours names somebody: neither as a reference, nor as the id that the server gives."""
        resource, identity = place.resource, place.resource.id
        for name, ref in resource.references.items():
            for value in scalars(entity[name]) if name in entity else ():
                self._must_name_nobody(self.owner.contract.resources[ref.to], value, place)
        for to, id in read_as_ids(resource, entity) if resource.inner_references else ():
            self._must_name_nobody(self.owner.contract.resources[to], id, place)
        if identity.field in entity and (identity.chosen_by == "server" or place.id is not None):
            for value in scalars(entity.get(identity.field)):
                if plain(value) != place.id:
                    self._must_name_nobody(resource, value, place)

    def _must_name_nobody(self, resource: Resource, value: Any, place: Spot) -> str:
        """``value`` as an id of ``resource`` is this run's, given, or names nothing, in every reading. Returns the
        request target where a look has shown nothing, if any: no list leads to what a server may store below it."""
        nothing = ""
        for id in self._readings(resource, value):
            if (resource.name, id) in self.owner.given.named:
                continue
            item = self._place_of(resource, id, place)
            if resource.id.type != "integer" or id.lstrip("-").isdecimal():
                sight = Sight.UNCLEAR if item is None else self._look(item)
                if sight not in (Sight.OURS, Sight.NOTHING):
                    raise NotProven(f"the request names {resource.name} {id}, which is not proven to be this run's")
            else:
                sight = Sight.NOTHING  # the readings of it as a number follow
            if sight is Sight.NOTHING and item is not None and id == plain(value):
                nothing = self.owner.evidence.item_target(item)
        return nothing

    def _readings(self, resource: Resource, value: Any) -> Sequence[str]:
        """What the server may take an id for: what it has given out itself, to the run or to who set the target up, it
        reads as it is."""
        text = plain(value)
        is_made = text.isdecimal() and self.owner.evidence.made(resource, text) is not None
        is_known = is_made or (resource.name, text) in self.owner.given.named
        return [text] if is_known else self.owner.evidence.may_name(resource, readings(resource, value))

    def _place_of(self, resource: Resource, id: str, place: Spot) -> Spot | None:
        """Where an item that a value names would be: where this run made it, else beside what the request names."""
        made = self.owner.evidence.made(resource, id)
        if made is not None:
            return made.place
        ids = {**self.owner.given.parents, **dict(place.parents), place.resource.name: place.id or ""}
        above = self.owner.contract.ancestors(resource)
        # A read that names the item alone finds it below whatever parent it is.
        asked = {p.resource for p in resource.operation("read").parents} if resource.supports("read") else set(above)
        known = tuple(sorted((n, ids[n]) for n in above if ids.get(n)))
        return Spot(resource, known, id) if asked <= dict(known).keys() else None

    def _known(self, place: Spot) -> Spot:
        """Where this run has made the item, if the request does not say all that a look needs."""
        made = self.owner.evidence.made(place.resource, str(place.id))
        is_whole = dict(place.parents).keys() >= {p.resource for p in place.resource.parents}
        return place if is_whole or made is None else made.place

    def _is_writable(self, place: Spot) -> bool:
        if place.resource.id.single:
            return self._is_below_ours(place)
        return (place.resource.name, place.id) in self.owner.given.writable

    def _look(self, place: Spot) -> Sight:
        return self.owner.crossing.look(place, self.looker)
