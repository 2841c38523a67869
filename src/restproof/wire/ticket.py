"""What a session asks before it sends a request, and what it gets: a ticket, or ``NotSent``."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from restproof.contract.model import Resource, creates_by_put
from restproof.semantics.inner import referring
from restproof.semantics.normal import made_normal
from restproof.wire.message import About, Exchange, Headers, Request
from restproof.wire.places import Spot, entity_of
from restproof.wire.proof import Mark, may_show, sums_of
from restproof.wire.walk import Sender


class Ticket(NamedTuple):
    """A request that may leave, and what is to be noted of its answer. ``stores``: whether it may store something;
    ``entry``: then its number in the ledger; ``known``: the ids that the list held just before, where the body could
    hold no mark that shows; ``absent``: whether the id that the path names was seen to name nothing; ``adrift``: the
    request target of a parent that was; ``operation``: the one that the contract has there, if any. ``onto``: where the
    item is from then on, where the body of an update names another id; ``moving``: its number in the ledger;
    ``sent``: what the body holds of the resource."""

    place: Spot | None
    method: str
    headers: Headers = ()
    credential: str | None = None
    stores: bool = False
    marks: tuple[Mark, ...] = ()
    sent: Sequence[Mapping[str, Any]] = ()
    known: frozenset[str] | None = None
    absent: bool = False
    adrift: str = ""
    operation: str | None = None
    entry: int | None = None
    onto: Spot | None = None
    moving: int | None = None

    @property
    def deletes(self) -> bool:
        """Whether it deletes the item, by whatever method."""
        return self.method == "DELETE" or self.operation == "delete"

    @property
    def makes_anew(self) -> bool:
        """Whether an update makes the item anew where it is carried out after the item was deleted."""
        if self.place is None or self.place.id is None or self.entry is not None:
            return False
        return self.method == "PUT" and creates_by_put(self.place.resource)

    @property
    def names(self) -> set[str]:
        """All that the body names of the resource, whether it stays as it was sent or not."""
        return {name for entity in self.sent for name in entity}

    @property
    def fields(self) -> Mapping[str, Any]:
        """What of the body stays as it was sent."""
        return {} if self.place is None else lasting(self.place, self.sent)

    @property
    def kept(self) -> Mapping[str, Any]:
        """The fields as the contract says that they are kept, each under the name by which answers show it."""
        if self.place is None:
            return {}
        places = self.place.resource.reads_as
        plain = {name: at for name, at in places.items() if "[" not in at}  # others show it among several
        return {plain.get(n, n): v for n, v in made_normal(self.place.resource, self.fields).items()}

    @property
    def sums(self) -> dict[str, str]:
        """Digests of what is kept, where the body could hold no mark that shows."""
        return {} if self.place is None or may_show(self.place.resource, self.marks) else self.kept_sums

    @property
    def kept_sums(self) -> dict[str, str]:
        """Digests of what is kept."""
        return sums_of(self.kept)


def lasting(place: Spot, entities: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What of a body that holds one entity stays as it was sent: not the id and what else the server sets, nor a
    reference, which it may clear. A create of what only joins others holds nothing else: there the references tell
    it."""
    if len(entities) != 1:
        return {}
    own = {n for n, schema in place.resource.properties.items() if schema.get("readOnly")} | {place.resource.id.field}
    given = {n: v for n, v in entities[0].items() if n not in own}
    named = referring(place.resource)
    return {n: v for n, v in given.items() if n not in named} or (given if place.id is None else {})


def left_by(ticket: Ticket, resource: Resource, exchange: Exchange, told_by: Collection[str] = ()) -> dict[str, Any]:
    """What an update has left of its item, as far as it stays: what its answer shows, where that is the representation,
    else what was sent. ``told_by``: the fields that tell the item; of one that only joins others, its references."""
    operation = exchange.about.operation or "update"
    is_shown = resource.operation(operation).returns == "representation"
    joining = {*referring(resource)} & {*told_by}
    sent = {n: v for entity in ticket.sent for n, v in entity.items() if n in joining}
    shown = (entity_of(resource, exchange.response, operation) if is_shown else None) or {**ticket.kept, **sent}
    # Where it is not said what answers hold, they most likely hold what was sent: nothing else may show whose it is.
    unsure = () if "answers" in resource.open else resource.volatile
    moving = {*unsure, *resource.touched, *referring(resource)} - joining
    return {n: v for n, v in shown.items() if n not in moving}


class Guard(Protocol):
    """What a session asks before it sends a request, and tells of each answer."""

    def before(self, request: Request, about: About, credential: str | None, sender: Sender) -> Ticket | None:
        """Raises ``NotSent`` where the request must not leave."""

    def again(self, ticket: Ticket, request: Request, about: About, credential: str | None, sender: Sender) -> Ticket:
        """The request is to be sent once more, and may be stored once more. Raises as ``before``."""

    def together(self, tickets: Sequence[Ticket | None]) -> None:
        """The requests leave at the same time. Raises ``NotSent`` where they must not."""

    def after(self, ticket: Ticket | None, exchange: Exchange) -> None:
        """The answer to a request."""

    def ended(self, ticket: Ticket | None, *, under_way: bool) -> None:
        """Nobody waits for an answer any more; ``under_way``: the server may still be at the request."""

    def made(self, exchange: Exchange, id: Any) -> None:
        """What the request of ``exchange`` has made, where its answer could not name it yet."""

    def close(self) -> None:
        """An item has ended."""


class Unguarded:
    """For sessions that only read, or whose caller proves by itself what it changes."""

    def before(self, request: Request, about: About, credential: str | None, sender: Sender) -> Ticket | None:
        return None

    def again(self, ticket: Ticket, request: Request, about: About, credential: str | None, sender: Sender) -> Ticket:
        return ticket

    def together(self, tickets: Sequence[Ticket | None]) -> None:
        """Nothing: the caller knows."""

    def after(self, ticket: Ticket | None, exchange: Exchange) -> None:
        """Nothing: nobody will ask."""

    def ended(self, ticket: Ticket | None, *, under_way: bool) -> None:
        """Nothing: nobody will ask."""

    def made(self, exchange: Exchange, id: Any) -> None:
        """Nothing: nobody will ask."""

    def close(self) -> None:
        """Nothing: nobody has written."""
