"""When the declared times of the last change move: with every change, and with nothing else."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from restproof.suite import (
    Ground,
    Instance,
    Reply,
    Subject,
    for_each,
    must,
    requirement,
)
from restproof.suite.inputs import Body, Cases, one_change
from restproof.suite.setup import aged
from restproof.suite.states import after_update, moving, shown_of
from restproof.suite.values import is_as_good, is_nullable, is_valid, same, types_of


def have_moved(subject: Subject, reply: Reply, before: Body, now: Body) -> None:
    """Every declared time of the last change has moved forward."""
    for name in subject.spec.touched:
        moved = _instant(now.get(name)) > _instant(before.get(name))
        must.hold(moved, reply, f"{name} did not move forward with the {reply}", kind="not-touched", field=name)


def moving_changes(ground: Ground) -> Cases:
    """One plain change, one of a field that no create needs, one of an array and one of an object: each may have a way
    of its own to the store. Then (``brief``) every field, and one to null: what moves the time may know some alone."""
    bodies = ground.bodies
    yield from ({"change": c["change"]} for c in one_change(ground))
    spared = {*ground.resource.references, *bodies.unique_fields}
    for kind in ("array", "object"):
        names = [n for n, p in bodies.changeable.items() if kind in types_of(p) and n not in spared]
        for name in names[:1]:
            if bodies.another(name) is not None:
                yield {"change": {name: bodies.another(name)}}
    cleared = False
    for name, schema in sorted(bodies.changeable.items(), key=lambda f: f[0] in bodies.ruled):
        if name in bodies.unique_fields:
            continue
        ref = ground.resource.references.get(name)
        value = bodies.another(name) if ref is None or bodies.referable(name) else None
        if value is not None:
            yield {"change": {name: value}, "brief": True}
        if not cleared and is_nullable(schema):
            cleared = True
            yield {"change": {name: None}, "brief": True}


def as_stored(subject: Subject, before: Body) -> Body:
    """An update that names every field that a response shows, with the value that it has."""
    shape = subject.spec.shapes.update
    found = shown_of(subject, before, subject.bodies.changeable)
    return {n: v for n, v in found.items() if is_valid(shape["properties"].get(n, {}), v)}


def moves(subject: Subject, change: Body) -> None:
    """An update by one value that was another before moves the declared times."""
    made = aged(subject)
    before = subject.observe(made.id)
    updated = subject.update(made.id, moving(subject, change, before))
    must.have_status(updated, "updated")
    have_moved(subject, updated, before, updated.entity or subject.observe(made.id))


@requirement(
    "update.touches-updated-at",
    on="replace",
    needs=("create", "read"),
    when=lambda c, r: bool(r.touched),
    cost=5,
    late=True,
)
def test_a_replace_moves_the_declared_time_forward(subject: Subject) -> None:
    made = aged(subject)
    before = subject.observe(made.id)
    body = subject.resolved(subject.bodies.full("again"))
    shown = [(n, v, before[n]) for n, v in body.items() if n in before]
    if all(same(now, v) or is_as_good(subject.spec, n, v, now) for n, v, now in shown):
        body = subject.bodies.adjusted_to_rules({**subject.bodies.full("again"), **subject.bodies.other_values()})
    replaced = subject.replace(made.id, body)
    must.have_status(replaced, "replaced")
    have_moved(subject, replaced, before, subject.observe(made.id))


@requirement(
    "update.touches-updated-at",
    on="update",
    needs=("create", "read"),
    when=lambda c, r: bool(r.touched),
    cost=4,
    late=True,
)
@for_each(moving_changes)
def test_a_change_moves_the_declared_time_forward(subject: Subject, change: Body, brief: bool = False) -> None:
    """Judged on an instance that is older than the clock's declared resolution."""
    if brief:
        moves(subject, change)
        return
    made, untouched = aged(subject), subject.shared()
    before, still = subject.observe(made.id), subject.observe(untouched.id)
    change = moving(subject, change, before)
    nothing_moves(subject, made, untouched, before)
    updated = subject.update(made.id, change)
    must.have_status(updated, "updated")
    now = subject.observe(made.id)
    wanted = after_update(subject, updated.sent, before)
    must.agree(updated, wanted, now, what="the state after a late update")
    have_moved(subject, updated, before, now)
    if updated.entity is not None:
        must.agree(updated, times(subject, updated.entity), now, what="a read after the answer to an update")
    again = subject.update(made.id, change)
    must.have_status(again, "updated", because="the same change again")
    what = "the time of the last change after an update without one"
    still_times = {n: v for n, v in times(subject, now).items() if n not in subject.spec.always_touched}
    must.agree(again, still_times, subject.observe(made.id), what=what)
    what = "the time of another resource's last change"
    must.agree(updated, times(subject, still), subject.observe(untouched.id), what=what)


def nothing_moves(subject: Subject, made: Instance, other: Instance, before: Body) -> None:
    """Updates that change nothing: of no field, of every field to what it is, and to a unique value that ``other``
    has. They are sent while the last change is long ago, so that a time that moves shows."""
    first = before
    for nothing in ({}, as_stored(subject, before)):
        empty = subject.update(made.id, nothing)
        must.have_status(empty, "updated", because="an update that changes nothing")
        what = "the state after an update that changes nothing"
        now = subject.observe(made.id)
        must.agree(empty, resting(subject, before), now, what=what)
        for name in subject.spec.always_touched if nothing else ():
            moved = _instant(now.get(name)) > _instant(first.get(name))
            must.hold(moved, empty, f"{name} did not move with an update", kind="not-touched", field=name)
        before = {**before, **times(subject, now)}
    key = next(iter(subject.spec.unique), ())
    taken = {n: other.sent[n] for n in key if other.sent.get(n) is not None}
    if key and len(taken) == len(key) and subject.spec.renamable and not subject.bodies.ruled & taken.keys():
        refused = subject.update(made.id, taken)
        must.be_refused(refused, "conflict", because="an update to a unique value that is taken")
        must.agree(refused, subject.stable(before), subject.observe(made.id), what="the state after a conflict")


def resting(subject: Subject, state: Mapping[str, Any]) -> Body:
    """What of a representation an update that changes nothing leaves as it is."""
    return {n: v for n, v in subject.stable(state).items() if n not in subject.spec.always_touched}


def times(subject: Subject, entity: Mapping[str, Any]) -> Body:
    """The declared times of the last change that a representation shows."""
    return {n: entity[n] for n in subject.spec.touched if n in entity}


def _instant(value: object) -> float:
    """A time as a number: a text of RFC 3339 in seconds, a number in the API's own unit."""
    if isinstance(value, int | float):
        return float(value)
    try:
        return datetime.fromisoformat(str(value).upper()).timestamp()
    except ValueError:
        return 0.0
