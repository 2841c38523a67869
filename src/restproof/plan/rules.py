"""Business rules in inputs: for each kind of rule one class that knows how to keep it in a body, how to break it, and
which steps lie just on its right side."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from restproof.contract.rules import Belongs, BusinessRule, Condition, Example, Frozen, Never, Ordered
from restproof.contract.shapes import is_nullable, same, type_of
from restproof.plan.belonging import BelongsPlan
from restproof.plan.candidates import accepted, sample
from restproof.plan.cases import Body, RuleCase
from restproof.plan.conditions import ConditionPlan
from restproof.plan.ruling import Keeping, RulePlan, Values
from restproof.plan.spans import whole
from restproof.semantics.checker import is_valid
from restproof.semantics.distinct import nth
from restproof.semantics.ordering import moments_apart_as_text
from restproof.semantics.patch import merges

MOST_VALUES = 6
"""Of a field with more values than this, only those that a rule names are tried."""
_DRAWN = 20
"""Values of a field without candidates enough of which an early and a late one are taken."""


def keep(values: Values, body: Body, keeping: Keeping) -> Body:
    """``body`` with as little changed as keeps every rule. What one rule takes may be what another
    asks for, so it is looked at again until nothing changes."""
    plans = [plan_of(rule, values) for rule in values.kept_rules]
    for _ in plans:
        before = body
        for plan in plans:
            body = plan.keep(body, keeping)
        if body == before:
            break
    return body


def freed(values: Values, body: Body) -> Body:
    """``body`` in a state in which updates may change as much as the rules let them."""
    for rule in values.kept_rules:
        body = plan_of(rule, values).freed(body)
    return body


def broken(values: Values, operation: str) -> Iterator[RuleCase]:
    """Bodies that the schema allows and one business rule refuses."""
    for rule in values.resource.rules:
        yield from _possible(plan_of(rule, values).broken(operation), values, operation)


def kept(values: Values, operation: str) -> Iterator[RuleCase]:
    """Bodies on the right side of each business rule: equal values, null on one side, allowed steps between values."""
    for rule in values.resource.rules:
        yield from _possible(plan_of(rule, values).kept(operation), values, operation)


def _possible(cases: Iterator[RuleCase], values: Values, operation: str) -> Iterator[RuleCase]:
    """The cases that an update can be: what only a create takes is nothing that an update would be refused for."""
    yield from (c for c in cases if operation != "update" or c["body"].keys() <= values.changeable.keys())


class OrderedPlan(RulePlan[Ordered]):
    """``first`` is never after ``second``."""

    def __init__(self, rule: Ordered, values: Values) -> None:
        super().__init__(rule, values)
        self.first, self.second = rule.first, rule.second

    def keep(self, body: Body, keeping: Keeping) -> Body:
        """The two values swapped, one or both left out, or both the same."""
        if self.first in self.values.spans:
            return body if keeping.creating else whole(self.values, self.values.spans[self.first], body)
        if self.values.distinguishing_fields & {self.first, self.second}:
            return self._beside_unknown(body, self.bound(keeping))
        if self._in_order({**keeping.stored, **body}):
            return body
        one, two = self.first, self.second
        tries = [{**body, one: body[two], two: body[one]}] if one in body and two in body else []
        tries += [{n: v for n, v in body.items() if n not in gone} for gone in ({two}, {one}, {one, two})]
        tries += [{**body, one: value, two: value} for value in (body.get(one), body.get(two)) if value is not None]
        tries += [{**body, **{n: sample(self.values.settable[n]) for n in (one, two)}}]
        return next((found for found in tries if self._will_do(found, body, keeping)), body)

    def _will_do(self, found: Body, body: Body, keeping: Keeping) -> bool:
        both = (self.first, self.second)
        valid = all(is_valid(self.values.settable[n], found[n]) for n in both if found.get(n) is not None)
        stays = all(same(found.get(n), v) for n, v in keeping.fixed.items())
        whole = all(n in found for n in self.bound(keeping) if n in body)
        return valid and stays and whole and self._in_order({**keeping.stored, **found})

    def _beside_unknown(self, body: Body, kept: Collection[str]) -> Body:
        """``body`` where one of the two is known only when it is sent: the other is left out, or the same."""
        known, unknown = sorted((self.first, self.second), key=lambda n: n in self.values.distinguishing_fields)
        if known not in body or known in self.values.distinguishing_fields:
            return body
        if known in kept and unknown in body:
            return {**body, known: body[unknown]}
        return {n: v for n, v in body.items() if n != known}

    def _in_order(self, state: Mapping[str, Any]) -> bool:
        """Whether a state is known to keep the rule. Of a symbol nothing is known."""
        first, second = state.get(self.first), state.get(self.second)
        if first is None or second is None:
            absent = [n for n in (self.first, self.second) if n not in state]
            return len(absent) != 1 or absent[0] not in self.values.resource.made_defaults
        if any(isinstance(v, str) and v.startswith("{") for v in (first, second)):
            return False
        return self.rule.violation(None, state) is None

    def broken(self, operation: str) -> Iterator[RuleCase]:
        early, late = self._two_values()
        if early is None:
            return
        one, two, minimal = self.first, self.second, self.values.minimal()
        note = f"{two} before {one}"
        if operation != "update":
            yield RuleCase(field=two, note=note, given={}, body={**minimal, one: late, two: early})
            for first, second in self._close_pairs():
                yield RuleCase(
                    field=two, note=f"{note}, by little", given={}, body={**minimal, one: first, two: second}
                )
            yield from self._in_two_zones(operation, note, kept=False)
            return
        yield RuleCase(field=two, note=note, given={}, body={one: late, two: early})
        for first, second in self._close_pairs()[:1]:
            body = {**self.unruled(), one: first, two: second}
            yield RuleCase(field=two, note=f"{note}, by little", given={}, body=body)
        yield from self._in_two_zones(operation, note, kept=False)
        stored = f"{note}, which was stored before"
        given = {**minimal, **self._beside(one, early), two: early}
        yield RuleCase(field=one, note=stored, given=given, body={one: late})
        given = {**minimal, one: late, **self._beside(two, late)}
        yield RuleCase(field=two, note=stored, given=given, body={two: early})
        later = self._later(late)
        if later is not None:
            given, note = {**minimal, one: early, two: late}, f"{note} after the update of one of two"
            yield RuleCase(field=two, note=note, given=given, body={one: later})

    def kept(self, operation: str) -> Iterator[RuleCase]:
        early, late = self._two_values()
        if early is None:
            return
        one, two, base = self.first, self.second, self.base(operation)
        yield RuleCase(field=two, note=f"{one} equals {two}", given={}, body={**base, one: early, two: early})
        yield RuleCase(field=two, note=f"{one} before {two}", given={}, body={**base, one: early, two: late})
        yield from self._in_two_zones(operation, f"{one} before {two}", kept=True)
        if operation != "update":
            return
        minimal = self.values.minimal()
        if not self.values.distinguishing_fields & {one, two}:
            note = f"{one} and {two} after what is stored of both"
            given = {**minimal, one: early, two: early}
            yield RuleCase(field=one, note=note, given=given, body={one: late, two: late})
        if is_nullable(self.values.settable[one]):
            given, note = {**minimal, one: late, **self._beside(two, late)}, f"{two} before the stored {one}, which"
            yield RuleCase(field=two, note=f"{note} becomes null", given=given, body={one: None, two: early})
            given = {**minimal, one: early, two: late}
            note = f"{one} becomes null beside the stored {two}"
            yield RuleCase(field=one, note=note, given=given, body={one: None})
            given = {**minimal, one: None, **self._beside(two, late)}
            yield RuleCase(field=two, note=f"{two} where {one} is null", given=given, body={two: early})
        if is_nullable(self.values.settable[two]):
            given = {**minimal, one: early, two: late}
            note = f"{two} becomes null beside the stored {one}"
            yield RuleCase(field=two, note=note, given=given, body={two: None})
            given = {**minimal, two: None, **self._beside(one, early)}
            yield RuleCase(field=one, note=f"{one} where {two} is null", given=given, body={one: late})

    def _in_two_zones(self, operation: str, note: str, *, kept: bool) -> Iterator[RuleCase]:
        """Two moments that keep the rule, or break it, and do not where they are compared as texts: an update has one
        of them beside the other, which is stored."""
        one, two = self.first, self.second
        found = moments_apart_as_text(self.values.resource, self.values.settable[one], self.values.settable[two])
        if not found or self.values.distinguishing_fields & {one, two}:
            return
        first, second = found if kept else found[::-1]
        note = f"{note}, in two zones"
        if operation == "update":
            given = {**self.values.minimal(), one: second, two: second}
            yield RuleCase(field=one, note=note, given=given, body={one: first})
        else:
            yield RuleCase(field=two, note=note, given={}, body={**self.values.minimal(), one: first, two: second})

    def _beside(self, name: str, value: Any) -> Body:
        """A value for the other field of the rule where a create without one would give it one of its own."""
        given = {*self.values.required, *self.values.defaults, *self.values.resource.made_defaults}
        return {name: value} if name in given else {}

    def _two_values(self) -> tuple[Any, Any]:
        """An early and a late value that both fields allow; (None, None) where the schemas leave no two."""
        first, second = self.values.settable.get(self.first), self.values.settable.get(self.second)
        if first is None or second is None:
            return None, None
        for proposed in ((c.value for c in accepted(first)), (nth(first, n) for n in range(_DRAWN))):
            values = [v for v in proposed if v not in (None, "") and not isinstance(v, bool) and is_valid(second, v)]
            options = sorted({v for v in values if type_of(v) == type_of(values[0])})
            if len(options) >= 2:
                break  # of a pattern there is one candidate
        return (options[0], options[-1]) if len(options) >= 2 else (None, None)

    def _close_pairs(self) -> list[tuple[Any, Any]]:
        """Pairs in the wrong order that a careless comparison lets pass: of no value (0), within a month, and
        within a day."""
        first, second = (self.values.settable[n] for n in (self.first, self.second))
        pairs = (
            (7, 0),
            ("2015-02-10", "2015-02-09"),
            ("2015-02-03T12:00:01Z", "2015-02-03T12:00:00Z"),
        )
        return [p for p in pairs if is_valid(first, p[0]) and is_valid(second, p[1])]

    def _later(self, value: Any) -> Any:
        schema = self.values.settable[self.first]
        for candidate in ("2098-12-31", "2098-12-31T00:00:00Z", value + 1 if isinstance(value, int | float) else value):
            if type_of(candidate) == type_of(value) and is_valid(schema, candidate) and candidate > value:
                return candidate
        return None


class NeverPlan(RulePlan[Never]):
    """A field never takes one step."""

    def keep(self, body: Body, keeping: Keeping) -> Body:
        name = self.rule.field
        if keeping.creating or name in keeping.fixed or not self.rule.violation(keeping.stored, body):
            return body
        return {n: v for n, v in body.items() if n != name}

    def broken(self, operation: str) -> Iterator[RuleCase]:
        if operation == "create":
            return
        name, others = self.rule.field, self.unruled() if operation == "update" else {}
        note = f"{name} from {self.rule.before!r} to {self.rule.after!r}"
        given = {**self.values.minimal(), name: self.rule.before}
        for beside, more in (({}, ""), *(((others, ", beside others"),) if others else ())):
            body = {**self.base(operation), **beside, name: self.rule.after}
            yield RuleCase(field=name, note=note + more, given=given, body=body)
        if operation == "update":
            # What else it holds is nothing to the rule.
            whole = {**self.values.full(), name: self.rule.before}
            yield RuleCase(
                field=name, note=f"{note}, of one with every field", given=whole, body={name: self.rule.after}
            )

    def kept(self, operation: str) -> Iterator[RuleCase]:
        if operation != self.mover:
            return
        name, minimal = self.rule.field, self.values.minimal()
        for before, after in self._steps():
            note, given = f"{name} from {before!r} to {after!r}", {**minimal, name: before}
            yield RuleCase(field=name, note=note, given=given, body=self.moved(given, {name: after}))

    def _steps(self) -> Iterator[tuple[Any, Any]]:
        """Every step between two values of the field that no rule forbids: where the schema lists the values, all of
        them."""
        name = self.rule.field
        listed = [v for v in self.values.settable[name].get("enum", ()) if v is not None]
        values = listed if 2 <= len(listed) <= MOST_VALUES else [self.rule.before, self.rule.after]
        rules = [r for r in self.values.resource.rules if isinstance(r, Never) and r.field == name]
        if rules[0] != self.rule:
            return  # told with the first rule of the field
        forbidden = [(r.before, r.after) for r in rules]
        yield from ((one, two) for one in values for two in values if (one, two) not in forbidden)


class FrozenPlan(RulePlan[Frozen]):
    """Some fields never change in some states."""

    def keep(self, body: Body, keeping: Keeping) -> Body:
        """Without what would change. Of a state that is not known, the fields may be as they never change."""
        if keeping.creating or not self._may_hold_still(keeping.stored):
            return body
        stays = {n for n in self.rule.names if n in body and n not in keeping.fixed}
        changed = [n for n in stays if n not in keeping.stored or not same(body[n], keeping.stored[n])]
        return {n: v for n, v in body.items() if n not in changed}

    def freed(self, body: Body) -> Body:
        if not self.rule.holds_still({**self.values.defaults, **body}):
            return body
        found = (
            {**body, name: c.value}
            for name, values in self.rule.when.items()
            for c in accepted(self.values.writable.get(name, {"const": None}))
            if name in body and c.value is not None and not any(same(c.value, v) for v in values)
        )
        return next(found, body)

    def _may_hold_still(self, state: Mapping[str, Any]) -> bool:
        return all(n in state and any(same(state[n], v) for v in values) for n, values in self.rule.when.items())

    def broken(self, operation: str) -> Iterator[RuleCase]:
        if operation != self.mover:
            return
        for name in self._changeable():
            for state in self._states()[:MOST_VALUES]:
                shown = ", ".join(f"{n} is {v!r}" for n, v in state.items())
                given = self._given({name: self.values.plain(name), **state})
                note = f"{self.rule.because}: {name} changes where {shown}"
                body = self.moved(given, {name: self.values.another(name)})
                yield RuleCase(field=name, note=note, given=given, body=body)

    def kept(self, operation: str) -> Iterator[RuleCase]:
        if operation != self.mover:
            return
        for name in self._changeable():
            for member, values in self.rule.when.items():
                others = [v for v in self._known(member) if not any(same(v, o) for o in values)]
                for value in others[:MOST_VALUES]:
                    given = self._given({member: value})
                    note = f"{name} changes where {member} is {value!r}"
                    body = self.moved(given, {name: self.values.another(name)})
                    yield RuleCase(field=name, note=note, given=given, body=body)

    def _given(self, members: Body) -> Body:
        """A create with these members, and with what the other rules ask for besides."""
        return keep(self.values, {**self.values.minimal(), **members}, Keeping(self.values.defaults, True, members))

    def _changeable(self) -> list[str]:
        held = (n for n in self.rule.names if n in self.values.movable and n not in self.rule.when)
        return [n for n in held if self.values.another(n) is not None]

    def _states(self) -> list[Body]:
        """The states in which the fields never change, one of each value."""
        first = {n: values[0] for n, values in self.rule.when.items()}
        return [{**first, n: v} for n, values in self.rule.when.items() for v in values]

    def _known(self, name: str) -> list[Any]:
        schema = self.values.settable.get(name, {})
        return [c.value for c in accepted(schema) if c.value is not None]


class ExamplePlan(RulePlan[Example]):
    """Some members are refused together."""

    def keep(self, body: Body, keeping: Keeping) -> Body:
        """One member left out, or with another value: the first that helps."""
        if not self.rule.violation(None, {**keeping.stored, **body}):
            return body
        bound = self.bound(keeping)
        free = [n for n in self.rule.fields if n in body and n not in bound]
        tries = [{n: v for n, v in body.items() if n not in free}] if free else []
        for name in (n for n in self.rule.fields if n not in keeping.fixed and n in self.values.settable):
            tries += [{**body, name: value} for value in self._others(name)]
        return next((t for t in tries if not self.rule.violation(None, {**keeping.stored, **t})), body)

    def _others(self, name: str) -> list[Any]:
        """Values of a field that no example refuses by itself."""
        alone = [r for r in self.values.resource.rules if isinstance(r, Example) and r.fields == (name,)]
        values = [self.values.another(name), *(c.value for c in accepted(self.values.settable[name]))]
        return [v for v in values if v is not None and not any(r.violation(None, {name: v}) for r in alone)]

    def broken(self, operation: str) -> Iterator[RuleCase]:
        body, because = dict(self.rule.body), self.rule.because
        first = next(iter(body), "")
        if operation != "update":
            yield RuleCase(field=first, note=because, given={}, body={**self.values.minimal(), **body})
            return
        if not all(n in self.values.changeable for n in body):
            return
        if merges(self.values.resource, operation) and any(isinstance(v, Mapping) for v in body.values()):
            return  # what an object leads to depends on what is stored
        yield RuleCase(field=first, note=because, given={}, body=body)
        for name in body if len(body) > 1 else ():
            given = {**self.values.minimal(), **{n: v for n, v in body.items() if n != name}}
            note = f"{because}, the rest of it stored before"
            yield RuleCase(field=name, note=note, given=given, body={name: body[name]})


def plan_of(rule: BusinessRule, values: Values) -> RulePlan[BusinessRule]:
    """How inputs treat a rule."""
    match rule:
        case Ordered():
            return OrderedPlan(rule, values)
        case Never():
            return NeverPlan(rule, values)
        case Frozen():
            return FrozenPlan(rule, values)
        case Example():
            return ExamplePlan(rule, values)
        case Belongs():
            return BelongsPlan(rule, values)
        case Condition():
            return ConditionPlan(rule, values)
        case _:
            raise TypeError(f"no plan for the rule {rule!r}")
