"""What planning knows of one business rule: how inputs keep it, break it, and come close to it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Generic, Protocol, TypeVar

from restproof.contract.model import Contract, Resource
from restproof.contract.rules import BusinessRule
from restproof.frozen import frozen
from restproof.plan.cases import Body, RuleCase
from restproof.plan.spans import Span


class Values(Protocol):
    """What is known of the fields of a resource (``plan.bodies.Bodies``)."""

    @property
    def contract(self) -> Contract: ...
    @property
    def resource(self) -> Resource: ...
    @property
    def writable(self) -> Mapping[str, Mapping[str, Any]]: ...
    @property
    def settable(self) -> Mapping[str, Mapping[str, Any]]: ...
    @property
    def changeable(self) -> Mapping[str, Mapping[str, Any]]: ...
    @property
    def movable(self) -> Mapping[str, Mapping[str, Any]]: ...
    @property
    def required(self) -> tuple[str, ...]: ...
    @property
    def defaults(self) -> Body: ...
    @property
    def distinguishing_fields(self) -> frozenset[str]: ...
    @property
    def spans(self) -> Mapping[str, Span]: ...
    @property
    def kept_rules(self) -> tuple[BusinessRule, ...]: ...
    @property
    def ruled(self) -> frozenset[str]: ...
    def another(self, name: str) -> Any: ...
    def minimal(self, tag: str = "") -> Body: ...
    def full(self, tag: str = "") -> Body: ...
    def plain(self, name: str, tag: str = "") -> Any: ...
    def other_values(self) -> Body: ...


R_co = TypeVar("R_co", bound=BusinessRule, covariant=True)


@frozen
class Keeping:
    """What a body is adjusted to. ``stored``: the state that it meets; ``creating``: whether there is none before it;
    ``fixed``: members whose values stay as they are."""

    stored: Mapping[str, Any]
    creating: bool
    fixed: Mapping[str, Any]


class RulePlan(ABC, Generic[R_co]):
    """How inputs treat one ``rule`` of a resource whose values are ``values``."""

    def __init__(self, rule: R_co, values: Values) -> None:
        self.rule, self.values = rule, values

    @abstractmethod
    def keep(self, body: Body, keeping: Keeping) -> Body:
        """``body``, or the nearest to it that keeps the rule."""

    def freed(self, body: Body) -> Body:
        """``body``, or the same in a state that forbids no update of what this rule speaks of, where one is known."""
        return body

    @abstractmethod
    def broken(self, operation: str) -> Iterator[RuleCase]:
        """Steps that this rule alone refuses."""

    def kept(self, operation: str) -> Iterator[RuleCase]:
        """Steps on the right side of the rule."""
        yield from ()

    def base(self, operation: str) -> Body:
        """What every body of the operation holds."""
        return {} if operation == "update" else self.values.minimal()

    @property
    def mover(self) -> str:
        """The operation that takes a resource from state to state: an update, or where there is none, a replace."""
        return "update" if self.values.resource.supports("update") else "replace"

    def moved(self, given: Body, change: Body) -> Body:
        """What the mover is sent to make ``change`` of what was made with ``given``: the change alone, or all of it."""
        return change if self.mover == "update" else {**given, **change}

    def unruled(self) -> Body:
        """Other values of all fields that no rule speaks of."""
        return {n: v for n, v in self.values.other_values().items() if n not in self.values.ruled}

    def bound(self, keeping: Keeping) -> Collection[str]:
        """Members that cannot be left out."""
        return (*(self.values.required if keeping.creating else ()), *keeping.fixed)
