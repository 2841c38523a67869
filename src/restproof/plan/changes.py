"""Enumerated updates: changes that are valid, and small enough to tell which field is at fault.

An enumerator takes a ``Ground`` and yields cases (``plan.cases``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from restproof.plan.cases import ChangeCase, PackedCase, RuleCase
from restproof.plan.inputs import accepted_bodies
from restproof.plan.reaching import reached
from restproof.plan.rules import MOST_VALUES
from restproof.plan.symbols import RUN

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


def late_states(ground: Ground) -> Iterator[RuleCase]:
    """The values of such fields that no create can hold, each with what an instance is made with and the updates that
    lead there."""
    for name, values in few_values(ground):
        for value in (v for v in values if not ground.bodies.may_hold("create", name, v)):
            way = reached(
                ground, {"body": {}, "field": name, "note": "", "given": {**ground.bodies.minimal(), name: value}}
            )
            if way is not None:
                yield way


def replacing_bodies(ground: Ground) -> Iterator[PackedCase]:
    """Bodies of a replace of the full one (``body``, and ``notes``: what is special about a field, in words): the
    required fields alone, then every allowed value of each field. Where a rule forbids the way there from the full
    body, the fields that rules speak of are repeated as that has them, but for those that each instance has its own
    of."""
    bodies, rules = ground.bodies, ground.resource.rules
    full = bodies.full()
    repeated = {n: v for n, v in full.items() if n in bodies.ruled & bodies.replaceable.keys() and RUN not in str(v)}
    least: PackedCase = {"body": bodies.minimal("after"), "notes": {}}
    for case in (least, *accepted_bodies(ground)):
        notes = {n: note for n, note in case["notes"].items() if n not in repeated}
        likely: list[PackedCase] = [case]
        if notes or case is least:
            likely.append({"body": {**case["body"], **repeated}, "notes": notes})
        for one in likely:
            states = [{**bodies.defaults, **body} for body in (full, one["body"])]
            if not any(rule.violation(*states) for rule in rules):
                yield one
                break
