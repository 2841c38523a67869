"""States that no create can give, because the server sets the first one or a create may hold the first ones alone: the
updates that lead there, or where there are none, the replaces."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from restproof.contract.rules import Never
from restproof.contract.shapes import same
from restproof.plan.cases import Body, RuleCase

if TYPE_CHECKING:
    from restproof.plan.ground import Ground

_NOWHERE: dict[str, Any] = {}


def reached(ground: Ground, case: RuleCase) -> RuleCase | None:
    """The case, with the changes (``steps``) that lead to what it is given where a create cannot hold that; ``None``
    where no way is known: the schema does not say in which state a new one is, or nothing leads from there."""
    bodies, given = ground.bodies, case["given"] or _NOWHERE
    late = [n for n, v in given.items() if not bodies.may_hold("create", n, v)]
    if not late:
        return case
    name, first = late[0], {n: v for n, v in given.items() if n not in late}
    start = _start(ground, name)
    if name in bodies.writable and start is not None:
        first = {**first, name: start}
    if len(late) > 1 or start is None or name not in bodies.movable or bodies.adjusted_to_rules(first) != first:
        return None
    way = _way(ground, name, start, given[name])
    steps: list[Body] = []
    state = {**bodies.defaults, **first, name: start}
    for value in way or ():
        steps.append(bodies.adjusted_to_rules({name: value}, state, fixed={name: value}))
        state.update(steps[-1])
    moved = any(not same(state[n], v) for n, v in given.items())
    return None if way is None or moved else {**case, "given": first, "steps": steps}


def _start(ground: Ground, name: str) -> Any:
    """What a field is at first: its default, or the first of the values that a create may hold; ``None`` where nothing
    says it."""
    bodies = ground.bodies
    if name not in bodies.writable:
        return bodies.first_value(name)
    values = [v for v in bodies.writable[name].get("enum", ()) if v is not None]
    return bodies.defaults.get(name, next(iter(values), None))


def _way(ground: Ground, name: str, start: Any, end: Any) -> list[Any] | None:
    """The values that a field takes one after the other, from ``start`` (left out) to ``end``, by the fewest steps that
    no rule forbids; ``None`` where there is no way. What lies between is known where the schema lists the values."""
    values = [v for v in ground.bodies.movable[name].get("enum", (end,)) if v is not None]
    forbidden = [(r.before, r.after) for r in ground.resource.rules if isinstance(r, Never) and r.field == name]
    ways: deque[list[Any]] = deque([[start]])
    seen: list[Any] = [start]
    while ways:
        way = ways.popleft()
        if same(way[-1], end):
            return way[1:]
        for value in values:
            if not _holds(seen, value) and not any(same(way[-1], a) and same(value, b) for a, b in forbidden):
                seen.append(value)
                ways.append([*way, value])
    return None


def _holds(values: Collection[Any], value: Any) -> bool:
    return any(same(value, other) for other in values)
