"""What a run made for itself, and what set-up needs of whoever makes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any, Protocol

from restproof.contract.model import Resource
from restproof.engine.failure import NotTested, SetUpFailed
from restproof.engine.reply import Observation, Reply, may_have_to_stay
from restproof.frozen import frozen
from restproof.oracle.finding import an
from restproof.plan.bodies import Bodies

About = tuple[str | None, str | None, str | None]
"""What a request is sent for: the item, the case, and the shared set-up, each by its name or ``None``."""


@frozen
class Instance:
    """Something that the run made (or, for a given parent, was told of): where it is, and what it looked like."""

    id: Any
    scope: Mapping[str, Any]
    entity: Mapping[str, Any] = field(default_factory=dict)
    sent: Mapping[str, Any] = field(default_factory=dict)


class Lists(Protocol):
    """The lists of a resource, as set-up reads them."""

    def walk(self, *, scope: Mapping[str, Any] | None = None) -> Sequence[Any]: ...


class Maker(Protocol):
    """A resource as set-up speaks to it; ``engine.subject.Subject`` is one."""

    about: About
    bodies: Bodies
    credential: str | None
    name: str
    spec: Resource

    @property
    def lists(self) -> Lists: ...

    def given(self, body: Any = None, *, scope: Mapping[str, Any] | None = None, tag: str = "") -> Instance: ...

    def shared(self, key: str = "0") -> Instance: ...

    def read(self, id: Any, *, scope: Mapping[str, Any] | None = None) -> Reply: ...

    def delete(self, id: Any, *, scope: Mapping[str, Any] | None = None) -> Reply: ...

    def observe(self, id: Any, *, scope: Mapping[str, Any] | None = None) -> Observation: ...

    def scope(self, which: str = "main") -> dict[str, Any]: ...


def delete_in_set_up(maker: Maker, made: Instance) -> None:
    """Deletes what a case needs to be gone. Raises ``SetUpFailed``; ``NotTested`` where a rule that the contract leaves
    open may keep it."""
    reply = maker.delete(made.id, scope=made.scope)
    if why := may_have_to_stay(reply):
        raise NotTested(why)
    if not reply.ok:
        raise SetUpFailed(f"set-up: the delete of {an(maker.name)} failed")


def just_deleted(maker: Maker) -> Any:
    """The id of an instance that this case has made and deleted. Where ids may come again, nothing can be said of one
    that is older."""
    made = maker.given(tag="deleted")
    delete_in_set_up(maker, made)
    return made.id


class MakerOf(Protocol):
    """Gives the maker of a resource for the shared set-up of this name."""

    def __call__(self, resource: Resource, setup: str, credential: str = "full") -> Maker: ...
