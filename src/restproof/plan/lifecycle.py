"""Lifecycle plans: generated sequences of steps with symbolic references, drawn whole before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from restproof.contract.model import removes
from restproof.plan.cases import Body, Step
from restproof.plan.symbols import RUN, valid_with_token

if TYPE_CHECKING:
    from hypothesis import strategies as st

    from restproof.plan.ground import Ground

Kind = Literal["create", "read", "update", "delete", "list", "duplicate"]
Draw = tuple[Kind, int, Body, Body]
_WHOLE_LIFE: tuple[Kind, ...] = ("create", "update", "update", "update", "list", "duplicate", "delete", "list")


def lifecycle_plans(ground: Ground) -> st.SearchStrategy[list[Step]]:
    """Plans of a resource: lists of steps. A step may be about a deleted instance: then it must find nothing."""
    from hypothesis import strategies as st  # takes its time: only for who draws

    resource, bodies = ground.resource, ground.bodies
    kinds: list[Kind] = ["create", "read"]
    if resource.supports("update"):
        kinds += ["update", "update"]
    if removes(resource):
        kinds += ["delete"]
    if resource.supports("list"):
        kinds += ["list"]
    if resource.unique:
        kinds += ["duplicate"]
    changes = bodies.changes if resource.supports("update") else st.just({})

    def steps(kind: st.SearchStrategy[Kind], of: st.SearchStrategy[int]) -> st.SearchStrategy[Draw]:
        return st.tuples(kind, of, bodies.valid, changes)

    free = st.lists(steps(st.sampled_from(kinds), st.integers(0, 5)), min_size=3, max_size=ground.profile.steps)
    # What draws seldom come to: one resource through all of its life, changed more than once.
    whole = [k for k in _WHOLE_LIFE if k in kinds]
    life = st.tuples(*(steps(st.just(kind), st.just(0)) for kind in whole)).map(list)
    return st.one_of(life, free).map(lambda drawn: _plan(ground, drawn))


def _plan(ground: Ground, drawn: list[Draw]) -> list[Step]:
    """The drawn steps with their references made good: the first step creates, and an update keeps the business rules
    on the state that it meets."""
    steps: list[Step] = []
    states: dict[int, Body] = {}
    for kind, index, body, change in drawn:
        if kind == "create" or not states:
            number = len(states)
            states[number] = _tagged(ground, body, number)
            steps.append({"do": "create", "as": number, "body": states[number]})
            continue
        of = index % len(states)
        if kind == "update":
            kept = ground.bodies.adjusted_to_rules(_tagged(ground, change, len(steps), "u"), states[of])
            states[of] = {**states[of], **kept}
            steps.append({"do": "update", "of": of, "body": kept})
        elif kind == "list":
            steps.append({"do": "list"})
        else:
            steps.append({"do": kind, "of": of})
    return steps


def _tagged(ground: Ground, body: Mapping[str, Any], number: int, kind: str = "c") -> Body:
    """``body`` with unique text that no other step of the plan holds."""
    bodies, tag, found = ground.bodies, f"{kind}{number}", dict(body)
    for name in {
        *bodies.distinguishing_fields,
        *([ground.resource.id.field] if bodies.names_id else ()),
    } & found.keys():
        value = found[name]
        if value is None:
            continue
        tagged = value.replace(RUN, f"{RUN}{tag}", 1) if isinstance(value, str) else value
        fits = isinstance(tagged, str) and tagged != value and valid_with_token(bodies.settable[name], tagged)
        found[name] = tagged if fits else bodies.plain(name, tag)
    return found
