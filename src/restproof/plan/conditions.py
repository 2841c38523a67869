"""Conditions over several members of a body: how one is kept with few changes, and how it is broken.

What keeps a condition is looked for: what stands against it tells which members to add, to change or to leave out, and
of what that gives the first that keeps it is taken. A body counts as right only where the condition holds in every way
in which servers read it (members that are null present or absent, defaults filled in or not), and as wrong only where
it holds in none.
"""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, product
from typing import Any

from jsonschema.exceptions import ValidationError

from restproof.contract.conditions import choice_of, named, said_of
from restproof.contract.merging import merged
from restproof.contract.model import Schema
from restproof.contract.rules import Condition
from restproof.contract.shapes import is_nullable, same
from restproof.plan.candidates import accepted, refused, sample
from restproof.plan.cases import Body, RuleCase
from restproof.plan.ruling import Keeping, RulePlan, Values
from restproof.semantics.checker import is_valid
from restproof.semantics.patch import leading_to, merges
from restproof.semantics.patch import merged as patched

_MOST_TRIED = 200
"""Bodies that are tried before the search is given up."""
_MOST_BROKEN = 8
_MOST_KEPT = 6
_OF_ONE = 2
"""Steps of one member that are tried, where they are not too many together: one of each is, however many there are."""
_FEW = 6
_BASES = 24
"""Bodies that keep a condition, from which steps are made: of each alternative one, within reason."""
_SEARCHED = 4
"""Alternatives among which the nearest body is searched for; of more, each is made at once."""


class ConditionPlan(RulePlan[Condition]):
    """A JSON Schema over what a request leads to."""

    def __init__(self, rule: Condition, values: Values) -> None:
        super().__init__(rule, values)
        self._solved: dict[str, Body] = {}

    def keep(self, body: Body, keeping: Keeping) -> Body:
        if self._holds(body, keeping):
            return body
        rest = {n: v for n, v in body.items() if n not in self.rule.fields or n in keeping.fixed}
        for known in self._solved.values():
            found = {**rest, **{n: v for n, v in known.items() if n not in keeping.fixed}}
            if self._holds(found, keeping) and self._is_whole(found, body, keeping):
                return found
        solution = self._searched(body, keeping)
        if solution is None:
            return body
        spoken = {n: v for n, v in solution.items() if n in self.rule.fields}
        self._solved.setdefault(json.dumps(spoken, sort_keys=True, default=str), spoken)
        return solution

    def broken(self, operation: str) -> Iterator[RuleCase]:
        if self.rule.case == "invalid" and operation != "create":
            return
        told = Counter[str]()
        for given, body, name, note in self._steps(operation):
            keeping = Keeping({**self.values.defaults, **given}, operation != "update", {})
            wrong = self._is_right_but_for_this(body, operation) and not self._may_hold(body, keeping)
            if wrong and _is_due(told, name, _MOST_BROKEN):
                told[name] += 1
                case = RuleCase(field=name, note=f"{self.rule.because}: {note}", given=given, body=body)
                yield case if self.rule.case == "rule" else {**case, "refusal": self.rule.case}

    def kept(self, operation: str) -> Iterator[RuleCase]:
        if self.rule.case == "invalid" and operation != "create":
            return
        told = Counter[str]()
        for given, body, name, note in self._steps(operation):
            keeping = Keeping({**self.values.defaults, **given}, operation != "update", {})
            right = self._holds(body, keeping) and self._is_right_but_for_this(body, operation)
            if right and _is_due(told, name, _MOST_KEPT):
                told[name] += 1
                yield RuleCase(field=name, note=f"the condition is kept, {note}", given=given, body=body)

    # ------------------------------------------------------------------- inside

    def _readings(self, body: Body, keeping: Keeping) -> Iterator[bool]:
        """Whether the condition holds, in each way in which a server may read the body."""
        states = [self._reached(body, keeping)]
        if self.rule.case == "invalid":
            states += [dict(body)] if keeping.creating else []
            yield from (self.rule.holds(state, nulls=True) for state in states)
        yield from (self.rule.holds(state) for state in states)

    def _holds(self, body: Body, keeping: Keeping) -> bool:
        reached = self._reached(body, keeping)
        return self.rule.holds(reached, narrowly=True) and all(self._readings(body, keeping))

    def _reached(self, body: Body, keeping: Keeping) -> Body:
        """The state that a body leads to: an object of a merge patch changes the members that it names."""
        if not keeping.creating and merges(self.values.resource, "update"):
            known = self.values.settable
            body = {n: patched(known.get(n, {}), keeping.stored.get(n), v) for n, v in body.items()}
        return {**keeping.stored, **body}

    def _holds_anyhow(self, body: Body, keeping: Keeping) -> bool:
        return any(self._readings(body, keeping))

    def _may_hold(self, body: Body, keeping: Keeping) -> bool:
        """Whether the condition holds in some way: with what the server may make of members that nothing says, too."""
        reached = self._reached(body, keeping)
        made = [n for n in self.rule.fields if n not in reached and n in self.values.resource.made_defaults]
        values = [[(n, v) for v in self._tried(n) or self._options(n)] for n in made]
        ways = ({**body, **dict(way)} for way in islice(product(*values), _MOST_TRIED))
        return self._holds_anyhow(body, keeping) or any(self._holds_anyhow(way, keeping) for way in ways if made)

    def _is_whole(self, found: Body, body: Body, keeping: Keeping) -> bool:
        """Whether what cannot be left out, or changed, is there still."""
        bound = all(n in found for n in self.bound(keeping) if n in body)
        return bound and all(same(found.get(n), v) for n, v in keeping.fixed.items())

    def _searched(self, body: Body, keeping: Keeping) -> Body | None:
        """The nearest body that keeps the condition, by the number of its changes; ``None`` where none is found."""
        parts = choice_of(self.rule.schema)
        if len(parts) > _SEARCHED:
            made = (self._as_one_of(body, part, parts, keeping) for part in parts)
            right = [b for b in made if self._is_whole(b, body, keeping) and self._holds(b, keeping)]
            if right:
                return min(right, key=lambda found: _changes(body, found))
        queue, seen = deque([body]), {_key(body)}
        for _ in range(_MOST_TRIED):
            if not queue:
                return None
            for found in self._changed(queue.popleft(), keeping):
                key = _key(found)
                if key in seen or not self._is_whole(found, body, keeping):
                    continue
                if self._holds(found, keeping):
                    return found
                seen.add(key)
                queue.append(found)
        return None

    def _as_one_of(self, body: Body, part: Schema, parts: Sequence[Schema], keeping: Keeping) -> Body:
        """``body`` as one of several alternatives has it: without what only others name, and with what it needs."""
        own, known, bound = named(part), self._held(keeping.creating), self.bound(keeping)
        others = {n for other in parts for n in named(other)}.difference(own, bound)
        found = {n: v for n, v in body.items() if n not in others}
        for name in (n for n in own if n in known and n not in keeping.fixed):
            said = part.get("properties", {}).get(name, {})
            if name in found and not is_valid(said, found[name]):
                del found[name]
            elif name in found or name not in part.get("required", ()):
                continue
            value = next((v for v in self._options(name) if is_valid(said, v)), None)
            found |= {} if value is None else {name: value}
        return found

    def _changed(self, body: Body, keeping: Keeping) -> Iterator[Body]:
        """``body`` with one change that what stands against the condition suggests."""
        state = {n: v for n, v in self._reached(body, keeping).items() if n in self.rule.members}
        views = [state, {n: v for n, v in state.items() if v is not None}]
        views += [{n: v for n, v in body.items() if n in self.rule.members}] if keeping.creating else []
        errors = (e for view in views for e in self.rule.narrow.iter_errors(view))
        bound = self.bound(keeping)
        # Of too few members, none is at fault: any other will do.
        for name in [*dict.fromkeys(n for error in errors for n in _at_fault(error))] or self.rule.members:
            if name in keeping.fixed or name not in self._held(keeping.creating):
                continue
            for value in self._options(name):
                if name not in body or not same(body[name], value):
                    yield {**body, name: value}
            if name in body and name not in bound:
                yield {n: v for n, v in body.items() if n != name}
            if keeping.stored.get(name) is not None and is_nullable(self.values.settable[name]):
                yield {**body, name: None}

    def _held(self, creating: bool) -> Mapping[str, Mapping[str, Any]]:
        """The fields that a create, or any request, may hold."""
        return self.values.writable if creating else self.values.settable

    def _options(self, name: str) -> list[Any]:
        """Valid values of a member that the condition tells apart, its plain one first."""
        schema = self.values.settable[name]
        plain = self.values.plain(name)
        if name in self.values.distinguishing_fields or name in self.values.resource.references:
            return [plain]
        found = [plain]
        for said in said_of(self.rule.schema, name):
            whole = merged({"allOf": [schema, said]})
            found += [said["const"]] if "const" in said else list(said.get("enum", ()))
            found += [sample(whole)]
        found += [v for v in schema.get("enum", ()) if len(schema["enum"]) <= _FEW]
        right = [v for v in found if v is not None and is_valid(schema, v)]
        return [v for at, v in enumerate(right) if not any(same(v, o) for o in right[:at])]

    def _steps(self, operation: str) -> Iterator[tuple[Body, Body, str, str]]:
        """What is given, what is sent, the member that is special, and how: from each body that keeps the condition,
        every change of one member that it speaks of."""
        known = self._held(operation != "update")
        names = [n for n in self.rule.fields or self.rule.members if n in known]
        required, patches = self.values.required, merges(self.values.resource, operation)
        for base in self._bases(operation):
            if operation != "update":
                yield {}, base, next(iter(names), ""), "as it is"
            for name in names:
                if operation == "update" and name not in self.values.changeable:
                    continue
                given = base if operation == "update" else {}
                before = {} if operation == "update" else base
                if operation != "update" and name in base and name not in required:
                    yield given, {n: v for n, v in base.items() if n != name}, name, f"without {name}"
                for value in self._tried(name):
                    sent = leading_to(known[name], given.get(name), value) if patches else value
                    yield given, {**before, name: sent}, name, f"{name} is {json.dumps(value)[:40]}"
                if operation == "update" and name in base and is_nullable(self.values.settable[name]):
                    yield given, {name: None}, name, f"{name} becomes null"

    def _bases(self, operation: str) -> list[Body]:
        """What keeps the condition: bodies of creates, and, before an update, what updates lead to."""
        known = self._held(operation != "update")
        found = [self.values.minimal(), self.values.full()]
        creating = Keeping(self.values.defaults, True, {})
        for name in self.rule.fields:
            for value in self._options(name)[:_BASES] if name in known else ():
                fixed = Keeping(self.values.defaults, True, {name: value})
                found.append(self.keep({**found[0], name: value}, fixed))
        right = [b for b in found if self._holds(b, creating)]
        return [b for at, b in enumerate(right) if b not in right[:at]][:_BASES]

    def _tried(self, name: str) -> list[Any]:
        """Values of a member that one part of the condition may refuse and the schema of the member allows."""
        schema = self.values.settable[name]
        if name in self.values.distinguishing_fields or name in self.values.resource.references:
            return []
        found = self._options(name)
        for said in said_of(self.rule.schema, name):
            found += [c.value for c in refused({**schema, **said})[:_FEW]]
        found += [c.value for c in accepted(schema)[:_FEW]]
        right = [v for v in found if v is not None and is_valid(schema, v)]
        return [v for at, v in enumerate(right) if not any(same(v, o) for o in right[:at])]

    def _is_right_but_for_this(self, body: Body, operation: str) -> bool:
        """Whether nothing else is wrong with a body: it is there, and each of its members is valid."""
        needed = self.values.required if operation != "update" else ()
        return bool(body or operation != "update") and all(n in body for n in needed)


def _is_due(told: Counter[str], name: str, most: int) -> bool:
    """Whether another step of a member is tried."""
    return told[name] < (_OF_ONE if told.total() < most else 1)


def _changes(one: Body, other: Body) -> int:
    return sum(n not in one or n not in other or not same(one[n], other[n]) for n in {*one, *other})


def _key(body: Mapping[str, Any]) -> str:
    return json.dumps(body, sort_keys=True, default=str)


def _at_fault(error: ValidationError) -> Iterator[str]:
    """The members of the whole object that an error is about."""
    if error.context:
        for inner in error.context:
            yield from _at_fault(inner)
        return
    if error.absolute_path:
        yield str(error.absolute_path[0])
        return
    said: Any = error.validator_value
    there: Any = error.instance if isinstance(error.instance, dict) else {}
    schema: Any = error.schema if isinstance(error.schema, dict) else {}
    if error.validator == "required":
        yield from (n for n in said if n not in there)
    elif error.validator == "dependentRequired":
        yield from (n for name, others in said.items() if name in there for n in (*others, name))
    elif error.validator in ("not", "oneOf"):
        parts = said if isinstance(said, list) else [said]
        yield from (n for part in parts if isinstance(part, dict) for n in named(part))
    elif error.validator in ("additionalProperties", "unevaluatedProperties"):
        yield from (n for n in there if n not in schema.get("properties", {}))
    elif error.validator in ("maxProperties", "propertyNames"):
        yield from there
