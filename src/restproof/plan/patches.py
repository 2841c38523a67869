"""Merge patches of objects inside a resource: one member at a time, at every depth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from restproof.contract.shapes import same
from restproof.plan.candidates import accepted
from restproof.semantics.checker import is_valid

if TYPE_CHECKING:
    from restproof.plan.ground import Ground

_MOST, _REMOVALS = 6, 3


def merge_patches(ground: Ground) -> Iterator[dict[str, Any]]:
    """For each field that holds an object of several members: ``patch`` changes one of them where it is ``whole``
    (``removes``: takes it away); ``state`` is what it then is."""
    bodies, resource = ground.bodies, ground.resource
    for name, schema in bodies.changeable.items():
        before = _fullest(schema)
        if not isinstance(before, Mapping) or name in {*resource.references, *resource.reads_as}:
            continue
        if bodies.adjusted_to_rules({name: before}, bodies.full()) != {name: before}:
            continue  # it never changes where it is
        found = [c for c in _changes(schema, before) if is_valid(schema, c[1])]
        if name in bodies.weighed:
            beside = {n: v for n, v in bodies.full().items() if n != name}
            found = [c for c in found if bodies.adjusted_to_rules({name: c[1]}, beside) == {name: c[1]}]
        for patch, state, removes in [c for c in found if not c[2]][:_MOST] + [c for c in found if c[2]][:_REMOVALS]:
            named = bodies.referring
            changed = {"patch": {name: named(name, patch)}, "state": {name: named(name, state)}, "removes": removes}
            yield {"field": name, "whole": {name: named(name, before)}, **changed}


def _fullest(schema: Mapping[str, Any]) -> Any:
    """The value with the most members; of a map, one whose first member has as many as it may."""
    value = max((c.value for c in accepted(schema)), key=_members, default=None)
    inside = schema.get("additionalProperties")
    if isinstance(value, Mapping) and value and "properties" not in schema and isinstance(inside, Mapping):
        first = max((c.value for c in accepted(inside)), key=_members, default=None)
        return {**value, next(iter(value)): first} if first is not None else value
    return value


def _members(value: Any) -> int:
    """How many members an object has, at every depth."""
    return sum(1 + _members(v) for v in value.values()) if isinstance(value, Mapping) else 0


def _changes(schema: Mapping[str, Any], before: Mapping[str, Any]) -> Iterator[tuple[Any, Any, bool]]:
    """(patch, the object after it, whether it removes something), of an object with other members."""
    if len(before) < 2 or any(word in schema for word in ("oneOf", "if", "allOf")):
        return
    for part in schema.get("anyOf", ()):
        if is_valid(part, before):
            yield from _changes(part, before)
            return
    for name, value in before.items():
        member = schema.get("properties", {}).get(name, schema.get("additionalProperties"))
        if not isinstance(member, Mapping) or member.get("readOnly"):
            continue
        if isinstance(value, Mapping):
            for patch, state, removes in _changes(member, value):
                yield {name: patch}, {**before, name: state}, removes
        other = next((c.value for c in accepted(member) if c.value is not None and not same(c.value, value)), None)
        if other is not None and not isinstance(other, Mapping):
            beside = {n: before[n] for n in schema.get("required", ()) if n in before and n != name}
            if beside:  # a server may ask for these in each value: then the others stay all the same
                yield {**beside, name: other}, {**before, name: other}, False
            yield {name: other}, {**before, name: other}, False
        if name not in schema.get("required", ()):
            yield {name: None}, {n: v for n, v in before.items() if n != name}, True
