"""References that go together in inputs: a city, and the country in which it lies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from restproof.contract.model import Contract
from restproof.contract.rules import Belongs
from restproof.contract.shapes import is_nullable
from restproof.plan.cases import Body, RuleCase
from restproof.plan.ruling import Keeping, RulePlan, Values
from restproof.plan.symbols import reference

_SYMBOL = re.compile(r"\{\w+:[^:{}]+:([^:{}]+)\}")
USUAL, OTHER = "0", "1"
"""The two that are referred to."""
APART = "apart"
"""What lies in the second, where it says so itself, by a reference: it has the parents of the usual ones."""
_UNDER_ANOTHER = "other"


class BelongsPlan(RulePlan[Belongs]):
    """What one reference names lies in what another one does."""

    def __init__(self, rule: Belongs, values: Values) -> None:
        super().__init__(rule, values)
        self.inner, self.outer = rule.field, rule.within

    def keep(self, body: Body, keeping: Keeping) -> Body:
        if not body.keys() & {self.inner, self.outer} or self._fit(body, keeping):
            return body
        bound = self.bound(keeping)
        free = [n for n in (self.inner, self.outer) if n not in keeping.fixed]
        outer = {**keeping.stored, **body}.get(self.outer)
        tries: list[Body] = []
        if self.inner in free:
            named = self._named(self.inner, elsewhere(self.values, self.rule) if _key(outer) == OTHER else USUAL)
            tries += [{**body, self.inner: named}] if outer is not None else []
            tries += [{n: v for n, v in body.items() if n != self.inner}] if self.inner not in bound else []
            tries += [{**body, self.inner: None}] if is_nullable(self.values.settable[self.inner]) else []
        if self.outer in free:
            inner = {**keeping.stored, **body}.get(self.inner)
            tries += [{**body, self.outer: self._named(self.outer, OTHER if _lies_elsewhere(inner) else USUAL)}]
        if len(free) > 1:
            both = {self.inner: self._named(self.inner, USUAL), self.outer: self._named(self.outer, USUAL)}
            tries += [{**body, **both}]
        return next((found for found in tries if self._fit(found, keeping)), body)

    def broken(self, operation: str) -> Iterator[RuleCase]:
        yield from ()

    def kept(self, operation: str) -> Iterator[RuleCase]:
        for outer, inner in ((USUAL, USUAL), (OTHER, elsewhere(self.values, self.rule))):
            both = {self.outer: self._named(self.outer, outer), self.inner: self._named(self.inner, inner)}
            note = f"{self.inner} names what lies in {self.outer}"
            yield RuleCase(field=self.inner, note=note, given={}, body={**self.base(operation), **both})

    def _named(self, name: str, key: str) -> Any:
        return named(self.values, name, key)

    def _fit(self, body: Body, keeping: Keeping) -> bool:
        """Whether the two are known to go together once the body is stored. What is stored already is known by nothing
        but its symbols."""
        state = {**keeping.stored, **body}
        unknown = not keeping.creating and not keeping.stored
        inner, outer = state.get(self.inner), state.get(self.outer)
        if inner is None or inner == []:
            return self.inner in state or not unknown
        if outer is None:
            return False
        known = all(n in body or _key(_one(state[n])) for n in (self.inner, self.outer))
        if not _key(outer):  # an id, of which nobody knows what lies in it
            return known and not _key(_one(inner))
        return known and (_key(outer) not in (USUAL, OTHER) or (_key(outer) == OTHER) == _lies_elsewhere(inner))


def elsewhere(values: Values, rule: Belongs) -> str:
    """The key of the instance that lies in the second: where that is its parent, of the one under another parent."""
    inner, outer = (values.resource.references[n].to for n in (rule.field, rule.within))
    return APART if outer in values.contract.ties.get(inner, {}).values() else _UNDER_ANOTHER


def named(values: Values, name: str, key: str) -> Any:
    """What a reference holds to name the instance of a key."""
    ref = values.resource.references[name]
    return [reference(ref.to, key)] if ref.many else reference(ref.to, key)


def _one(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value


def _key(value: Any) -> str:
    """The key of the instance that a symbol names; empty where it is none."""
    found = _SYMBOL.fullmatch(value) if isinstance(value, str) else None
    return found[1] if found else ""


def _lies_elsewhere(value: Any) -> bool:
    """Whether an id, or one of several, names the instance that lies in the second parent."""
    return any(_key(v) in (_UNDER_ANOTHER, APART) for v in (value if isinstance(value, list) else [value]))


def may_build_on(contract: Contract, name: str, other: str) -> bool:
    """Whether what is made of one resource may name something of the ``other``, or be below it, or build on what
    does."""
    met, ahead = set[str](), [name]
    while ahead and other not in ahead:
        found = contract.resources[ahead.pop()]
        if found.name not in met:
            met.add(found.name)
            ahead += [*found.inner_references.values(), *(p.resource for p in found.parents)]
            ahead += [reference.to for reference in found.references.values()]
    return bool(ahead)
