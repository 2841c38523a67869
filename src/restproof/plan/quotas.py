"""What uses a quota up: bodies that count together, until there is room for nothing more, and one beyond."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from restproof.contract.model import Contract, Resource
from restproof.contract.quotas import Quota
from restproof.contract.shapes import same
from restproof.plan.candidates import accepted
from restproof.plan.cases import Body, QuotaCase, QuotaChange
from restproof.plan.room import numbers_of
from restproof.semantics.checker import is_valid

if TYPE_CHECKING:
    from restproof.plan.bodies import Bodies
    from restproof.plan.ground import Ground

MOST_FILLED = 25
"""Of a quota that takes more entries than this, nothing is tried."""
_TOLD = 2
"""What a parent says, where the case makes one."""
_TAG = "quota"


def owner_of(contract: Contract, resource: Resource, quota: Quota) -> str | None:
    """The parent under which entries count together and of which the run can make one: below it, nobody else's
    count."""
    if quota.within == "anywhere":
        return None
    names = [quota.told_by[0]] if quota.told_by else [p.resource for p in resource.parents[-1:]]
    return next((n for n in names if contract.resources[n].creatable), None)


def used_up(ground: Ground) -> Iterator[QuotaCase]:
    """For each quota the bodies that use it up, where a case can see that they alone do."""
    bodies, resource = ground.bodies, ground.resource
    for number, quota in enumerate(resource.quotas):
        owner = owner_of(ground.contract, resource, quota)
        if owner is None and quota in bodies.shared_quotas:
            continue
        most = _most(ground, quota, owner)
        amounts = _amounts(bodies, quota, most) if most is not None else ()
        made = [_one(bodies, quota, n, amount) for n, amount in enumerate(amounts)]
        taken = any({*key} <= {*quota.per, *quota.when} for key in resource.unique)
        # What a rule keeps from counting, or from being held apart below, is refused whatever room there is.
        lawful = all(bodies.adjusted_to_rules(one) == one for one in made)
        if not made or taken or not lawful or _crowds_others(bodies, quota, made[:-1]):
            continue
        above = {quota.told_by[1]: most} if quota.told_by else {}
        *fill, beyond = made
        case = QuotaCase(quota=number, owner=owner, above=above, fill=fill, beyond=beyond, far=False)
        yield case
        if quota.within == "anywhere" and resource.parents and not any(_is_below(ground, name) for name in quota.per):
            yield {**case, "far": True}


def moved_beyond(ground: Ground) -> Iterator[QuotaChange]:
    """For each quota that a case can use up, an update that moves one more to where it counts."""
    bodies = ground.bodies
    for case in (c for c in used_up(ground) if not c["far"]):
        quota = bodies.resource.quotas[case["quota"]]
        yield from _raised(bodies, quota, case)
        beyond = case["beyond"]
        for apart in _apart(bodies, quota):
            change = {n: beyond[n] for n in apart}
            other = bodies.adjusted_to_rules({**beyond, **apart}, fixed=apart)
            right = all(n in bodies.changeable for n in change) and all(other.get(n) == v for n, v in apart.items())
            right = right and not _crowds_others(bodies, quota, [*case["fill"], other])
            right = right and bodies.adjusted_to_rules(other) == other
            if right and bodies.adjusted_to_rules(change, other) == change:
                shared = {word: case[word] for word in ("quota", "owner", "above", "fill")}
                yield QuotaChange(**shared, other=other, change=change)  # type: ignore[typeddict-item]
                break


def _raised(bodies: Bodies, quota: Quota, case: QuotaCase) -> Iterator[QuotaChange]:
    """An update that raises what one of the entries counts, where all of them together leave no room."""
    *fill, last = case["fill"]
    if not quota.of or not fill or quota.of not in bodies.changeable:
        return
    schema = bodies.changeable[quota.of]
    larger = [v for v in (*numbers_of(schema), last[quota.of] + 1) if v > last[quota.of] and is_valid(schema, v)]
    change = {quota.of: min(larger)} if larger else {}
    if change and bodies.adjusted_to_rules(change, last) == change:
        above, owner = case["above"], case["owner"]
        yield QuotaChange(quota=case["quota"], owner=owner, above=above, fill=fill, other=last, change=change)


def _apart(bodies: Bodies, quota: Quota) -> Iterator[Body]:
    """Members with which an entry does not count, or not together with the others."""
    for name, values in quota.when.items():
        schema = bodies.writable.get(name, {})
        uncounted = (c.value for c in accepted(schema) if not any(same(c.value, v) for v in values))
        yield from ({name: value} for value in uncounted if value is not None)
    for name in quota.per:
        other = bodies.another(name)
        if other is not None:
            yield {name: other}


def _is_below(ground: Ground, name: str) -> bool:
    """Whether a field names what lives below a parent, and may not be named from below another one."""
    reference = ground.resource.references.get(name)
    return reference is not None and bool(ground.contract.resources[reference.to].parents)


def _most(ground: Ground, quota: Quota, owner: str | None) -> Any:
    """How much there may be in the case; ``None`` where nothing can be said."""
    if quota.told_by is None:
        return quota.most
    if owner is None:
        return None
    schema = ground.contract.resources[owner].shapes.create["properties"].get(quota.told_by[1], {})
    fitting = (v for v in (_TOLD, *sorted(numbers_of(schema))) if _TOLD <= v <= MOST_FILLED and is_valid(schema, v))
    return next(fitting, None)


def _amounts(bodies: Bodies, quota: Quota, most: Any) -> list[Any]:
    """How much each entry counts: together all that there may be, and of the last one more than there is room for;
    empty where there is no such way."""
    if not quota.of:
        return [None] * (int(most) + 1) if 1 <= most <= MOST_FILLED else []
    schema = bodies.writable.get(quota.of, {})
    numbers = [v for v in numbers_of(schema) if v > 0]
    left, found = Decimal(str(most)), list[Any]()
    while left > 0 and len(found) < MOST_FILLED:
        whole = int(left) if left == left.to_integral_value() else float(left)
        fitting = [v for v in (*numbers, whole, 1) if Decimal(str(v)) <= left and is_valid(schema, v)]
        if not fitting:
            break
        found.append(max(fitting))
        left -= Decimal(str(found[-1]))
    beyond = min((v for v in (*numbers, 1) if Decimal(str(v)) > left and is_valid(schema, v)), default=None)
    return [*found, beyond] if found and len(found) < MOST_FILLED and beyond is not None else []


def _crowds_others(bodies: Bodies, quota: Quota, made: list[Body]) -> bool:
    """Whether what uses one quota up is also beyond another one, which would then refuse it first."""
    states = [{**bodies.defaults, **body} for body in made]
    for other in (q for q in bodies.resource.quotas if q is not quota and q.told_by is None):
        counted = [s for s in states if other.counts(s)]
        for one in counted:
            if sum(other.amount(s) for s in counted if other.together(s, one)) > Decimal(str(other.most)):
                return True
    return False


def _least(schema: Mapping[str, Any]) -> Any:
    """The smallest number above nothing that a field allows; ``None`` where there is none."""
    return min((v for v in (*numbers_of(schema), 1) if v > 0 and is_valid(schema, v)), default=None)


def _one(bodies: Bodies, quota: Quota, number: int, amount: Any) -> Body:
    """One of the bodies that count together."""
    fixed = {name: bodies.plain(name, _TAG) for name in quota.per}
    fixed |= {name: values[0] for name, values in quota.when.items()}
    # Of what other quotas add up, as little as can be.
    others = {q.of: _least(bodies.writable.get(q.of, {})) for q in bodies.resource.quotas if q.of}
    fixed |= {name: least for name, least in others.items() if least is not None and name in bodies.required}
    fixed |= {quota.of: amount} if quota.of else {}
    tag = f"{_TAG}{number}"
    known = {n: bodies.plain(n, tag) for key in bodies.resource.unique for n in key if n in bodies.required}
    return bodies.adjusted_to_rules({**bodies.minimal(tag), **known, **fixed}, fixed=fixed)
