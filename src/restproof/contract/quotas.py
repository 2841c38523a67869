"""Quotas: how much of a resource there may be at once, of one user, on one day, under one parent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from decimal import Decimal
from typing import Any, Literal

from restproof.contract.rules import Condition
from restproof.contract.shapes import same, type_of
from restproof.frozen import frozen

State = Mapping[str, Any]


@frozen
class Quota:
    """At most ``most`` entries with the same values in the fields ``per`` are there at once; with ``of``, their values
    of that field are at most so much together.

    ``within``: whether entries count that live under the same ``parents``, or ``anywhere``. ``told_by``: the parent,
    and the field of it that says how many, where not the contract does. ``when``: only entries count that have one of
    these values in each of the members. Null is no value: what has it in a field of ``per`` does not count.
    """

    most: float = 0
    of: str = ""
    per: tuple[str, ...] = ()
    within: Literal["parents", "anywhere"] = "parents"
    told_by: tuple[str, str] | None = None
    when: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    because: str = "there are too many"

    def counts(self, state: State) -> bool:
        """Whether an entry in this state counts at all."""
        named = all(state.get(name) is not None for name in self.per)
        return named and all(any(same(state.get(n), v) for v in values) for n, values in self.when.items())

    def together(self, one: State, other: State) -> bool:
        """Whether two entries, both of which count, count together."""
        return all(same(one.get(name), other.get(name)) for name in self.per)

    def amount(self, state: State) -> Decimal:
        """How much an entry counts."""
        if not self.of:
            return Decimal(1)
        value = state.get(self.of)
        return Decimal(str(value)) if type_of(value) in ("integer", "number") else Decimal(0)

    def alone(self, members: tuple[str, ...]) -> Condition | None:
        """What it says of a single entry; ``None`` where it says nothing of one. ``members``: those of a request."""
        if not self.of or self.told_by is not None:
            return None
        bound: dict[str, Any] = {"properties": {self.of: {"maximum": self.most}}}
        counted = {
            "required": [*self.when],
            "properties": {name: {"enum": list(values)} for name, values in self.when.items()},
        }
        schema = {"if": counted, "then": bound} if self.when else bound
        return Condition(schema, (self.of, *self.when), members, self.because, "over_quota")
