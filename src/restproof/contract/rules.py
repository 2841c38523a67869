"""Business rules of a resource: what JSON Schema cannot say. Each knows the fields that it speaks of and when it is
broken; ``plan.rules`` knows how to break and how to keep it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar, Literal

from restproof.contract.conditions import narrow
from restproof.contract.formats import FORMATS
from restproof.contract.shapes import same, type_of
from restproof.contract.validator import asserting
from restproof.frozen import frozen

State = Mapping[str, Any]


@frozen
class Violation:
    """A broken rule: the ``field`` at fault, what is wrong with it in words, and the case of the refusal."""

    field: str | None
    message: str
    case: Literal["rule", "invalid", "over_quota"] = "rule"


class BusinessRule(ABC):
    """A rule over the state of one resource."""

    binds_creates: ClassVar[bool] = True
    """Whether a create can break it."""
    compares: ClassVar[bool] = False
    """Whether it compares its fields with each other."""

    @property
    @abstractmethod
    def fields(self) -> tuple[str, ...]:
        """The request fields that it speaks of, the one at fault first."""

    @property
    def weighed(self) -> tuple[str, ...]:
        """Of these, the fields whose values decide whether it holds: not for every rule may they be any text."""
        return self.fields

    @abstractmethod
    def violation(self, before: State | None, after: State) -> Violation | None:
        """How the step from the state ``before`` (``None`` for a create) to the state ``after`` breaks the rule;
        ``None`` where it does not."""


@frozen
class Ordered(BusinessRule):
    """``first`` ≤ ``second`` wherever both are set; judged on the state after the request."""

    first: str
    second: str
    compares: ClassVar[bool] = True

    @property
    def fields(self) -> tuple[str, ...]:
        return (self.second, self.first)

    def violation(self, before: State | None, after: State) -> Violation | None:
        first, second = after.get(self.first), after.get(self.second)
        if first is None or second is None or not is_after(first, second):
            return None
        return Violation(self.second, f"must not be before {self.first}")


@frozen
class Never(BusinessRule):
    """``field`` never goes from ``before`` to ``after`` in an update."""

    field: str
    before: Any
    after: Any
    binds_creates: ClassVar[bool] = False

    @property
    def fields(self) -> tuple[str, ...]:
        return (self.field,)

    def violation(self, before: State | None, after: State) -> Violation | None:
        if before is None or not same(before.get(self.field), self.before):
            return None
        if not same(after.get(self.field), self.after):
            return None
        return Violation(self.field, f"must not go from {self.before} to {self.after}")


@frozen
class Frozen(BusinessRule):
    """``names`` keep their values in an update of what has, before it, one of the values in ``when`` in each of its
    members."""

    names: tuple[str, ...]
    when: Mapping[str, tuple[Any, ...]]
    because: str
    binds_creates: ClassVar[bool] = False

    @property
    def fields(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys([*self.names, *self.when]))

    @property
    def weighed(self) -> tuple[str, ...]:
        return tuple(self.when)  # what is frozen may hold anything, as long as it stays

    def holds_still(self, state: State) -> bool:
        """Whether a state is one in which the fields never change."""
        return all(any(same(state.get(name), v) for v in values) for name, values in self.when.items())

    def violation(self, before: State | None, after: State) -> Violation | None:
        if before is None or not self.holds_still(before):
            return None
        changed = (n for n in self.names if not same(before.get(n), after.get(n)))
        name = next(changed, None)
        return None if name is None else Violation(name, self.because)


@frozen
class Belongs(BusinessRule):
    """What the reference ``field`` names lies in what the reference ``within`` names. Whether it does, no state tells
    by itself: that asks for what both name."""

    field: str
    within: str

    @property
    def fields(self) -> tuple[str, ...]:
        return (self.field, self.within)

    def violation(self, before: State | None, after: State) -> Violation | None:
        return None


@frozen
class Example(BusinessRule):
    """Members that no resource may have together (laid over a valid body, which the schema allows)."""

    body: Mapping[str, Any]
    because: str

    @property
    def fields(self) -> tuple[str, ...]:
        return tuple(self.body)

    def violation(self, before: State | None, after: State) -> Violation | None:
        if not all(name in after and same(after[name], value) for name, value in self.body.items()):
            return None
        return Violation(next(iter(self.body), None), self.because)


@frozen
class Condition(BusinessRule):
    """A JSON Schema over what the request leads to, without members that are null.

    ``names``: the members that it speaks of; ``members``: all that it looks at. ``case``: ``rule`` for one of the
    contract's rules, ``over_quota`` for what a quota says of one entry alone, ``invalid`` for what a schema says of
    requests as a whole: that binds what a create holds, and nothing is said of an update.
    """

    schema: Mapping[str, Any]
    names: tuple[str, ...]
    members: tuple[str, ...]
    because: str
    case: Literal["rule", "invalid", "over_quota"] = "rule"

    @property
    def fields(self) -> tuple[str, ...]:
        return self.names

    def holds(self, state: State, *, nulls: bool = False, narrowly: bool = False) -> bool:
        """Whether a state keeps the condition; ``nulls``: with its members that are null; ``narrowly``: with no member
        that only another alternative names."""
        members = {n: v for n, v in state.items() if n in self.members and (nulls or v is not None)}
        return bool((self.narrow if narrowly else self.validator).is_valid(members))

    @cached_property
    def validator(self) -> Any:
        """The condition as a validator, which tells why it does not hold."""
        return asserting(self.schema)

    @cached_property
    def narrow(self) -> Any:
        """The condition with alternatives that take no members of others."""
        return asserting(narrow(self.schema)) if self.case == "invalid" else self.validator

    def violation(self, before: State | None, after: State) -> Violation | None:
        if (self.case == "invalid" and before is not None) or self.holds(after):
            return None
        return Violation(next(iter(self.names), None), self.because, self.case)


def is_after(first: Any, second: Any) -> bool:
    """Whether ``first`` is after ``second``: times by their instant, all else as it compares (ISO dates as text)."""
    if isinstance(first, str) and isinstance(second, str):
        is_time = FORMATS["date-time"].check
        if is_time(first) and is_time(second):
            return instant(first) > instant(second)
        return first > second
    numbers = {"integer", "number"}
    return type_of(first) in numbers and type_of(second) in numbers and bool(first > second)


def instant(text: str) -> datetime:
    """The moment that a date-time (RFC 3339) is. Raises ``ValueError`` for another text."""
    # A leap second is no time that ``datetime`` knows; it compares as the second before.
    return datetime.fromisoformat(text.upper().replace(":60", ":59"))
