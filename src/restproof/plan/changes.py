"""Enumerated updates: changes that are valid, and small enough to tell which field is at fault.

An enumerator takes a ``Ground`` and yields cases (``plan.cases``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from restproof.plan.cases import ChangeCase, PackedCase
from restproof.plan.inputs import accepted_bodies
from restproof.plan.rules import MOST_VALUES

if TYPE_CHECKING:
    from restproof.plan.ground import Ground


def one_change(ground: Ground) -> Iterator[ChangeCase]:
    """One plain change of one field, a text where there is one; and of one that no create needs (``fresh``)."""
    bodies = ground.bodies
    change = bodies.plain_change()
    if change:
        yield {"change": change, "fresh": False}
    spared = {*bodies.required, *change, *ground.resource.references, *bodies.unique_fields}
    others = [{n: bodies.another(n)} for n in bodies.changeable if n not in spared and bodies.another(n) is not None]
    for other in [c for c in others if bodies.adjusted_to_rules(c, bodies.minimal()) == c][:1]:
        yield {"change": other, "fresh": True}


def few_values(ground: Ground) -> Iterator[tuple[str, list[Any]]]:
    """The fields that have few values, each with all of them but null."""
    for name, schema in ground.bodies.changeable.items():
        values = [v for v in schema.get("enum", ()) if v is not None]
        if 1 < len(values) <= MOST_VALUES and name not in ground.resource.references:
            yield name, values


def replacing_bodies(ground: Ground) -> Iterator[PackedCase]:
    """Bodies of a replace of the full one (``body``, and ``notes``: what is special about a field, in words): the
    required fields alone, then every allowed value of each field, but for the ways from the full body that a rule
    forbids."""
    defaults = ground.bodies.defaults
    before = {**defaults, **ground.bodies.full()}
    least: PackedCase = {"body": ground.bodies.minimal("after"), "notes": {}}
    for case in (least, *accepted_bodies(ground)):
        after = {**defaults, **case["body"]}
        if not any(rule.violation(before, after) for rule in ground.resource.rules):
            yield case
