"""The resources beside one that is written to, which a write may not touch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from restproof.contract.model import removes
from restproof.engine.failure import NotTested, SetUpFailed
from restproof.engine.instance import Instance
from restproof.engine.reply import Observation, Reply
from restproof.engine.subject import Subject
from restproof.semantics.state import differences
from restproof.suite import must
from restproof.suite.states import after_replace
from restproof.suite.values import same

__all__ = [
    "Bystander",
    "bystanders",
    "must_be_gone",
    "must_be_replaced",
    "must_be_untouched",
    "under_another_parent",
    "what_stays",
]

Bystander = tuple[Instance, Mapping[str, Any]]
"""A resource, and its state before the write."""


def bystanders(subject: Subject, made: Instance, values: Mapping[str, Any]) -> list[Bystander]:
    """What a write of ``values`` to ``made`` may not touch: a resource that has these very values, one under another
    parent that has the unique ones, the newest, which shares none, and one that was there before. Of what there is just
    one of, there is only :func:`under_another_parent`."""
    if subject.spec.id.single:
        return []
    bodies = subject.bodies
    held = {**made.sent, **subject.resolved(values)}
    keys = {n: v for n, v in held.items() if n in bodies.unique_fields}
    wanted = [(bodies.full("alike"), "main")]
    if keys and subject.spec.parents and subject.spec.unique_scope == "parent":
        wanted.append((bodies.adjusted_to_rules({**bodies.minimal(), **keys}, fixed=keys), "other"))
    found = list[Instance]()
    for body, which in (*wanted, (_unlike(subject, values), "main")):
        with suppress(NotTested):  # where there is no other parent, or unique values are used up
            found.append(subject.given(body, scope=subject.scope(which)))
    beside: list[Bystander] = [(one, dict(one.entity) or subject.observe(one.id, scope=one.scope)) for one in found]
    with suppress(NotTested):
        older = subject.shared()
        # What refers to it may show in it since it was made.
        beside += [(older, subject.observe(older.id, scope=older.scope))] if older.id != made.id else []
    return beside


def _unlike(subject: Subject, values: Mapping[str, Any]) -> dict[str, Any]:
    """A small body that a write of ``values`` would not leave as it is."""
    bodies = subject.bodies
    body = bodies.minimal("apart")
    if not values or any(name not in body or not same(body[name], value) for name, value in values.items()):
        return body
    others = {name: bodies.another_with_token(name) for name in values}
    return bodies.adjusted_to_rules({**body, **{name: value for name, value in others.items() if value is not None}})


def under_another_parent(subject: Subject) -> list[Bystander]:
    """Of what there is just one of, what no write to it may touch. Ask for it before the first: where it may be one for
    all, only who looks there writes to it."""
    if not subject.spec.id.single:
        return []
    with suppress(NotTested):
        one, scope = subject.shared(), subject.scope("other")
        if scope != one.scope:
            return [(Instance(one.id, scope), subject.observe(one.id, scope=scope))]
    return []


def what_stays(subject: Subject, before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """What is promised to stay of the state ``before``. That which only the answer to a create has shown may be as it
    was sent: where it is not what is there ``now``, another one tells which members a look shows otherwise than its
    create."""
    found = subject.stable(before)
    is_seen = isinstance(before, Observation) and before.reply.operation in ("read", "list")
    if is_seen or not any(differences(found, now)):
        return found
    with suppress(NotTested, SetUpFailed):
        other = subject.given(subject.bodies.full("control"))
        shown = subject.observe(other.id)
        found = {n: v for n, v in found.items() if n not in other.entity or same(other.entity[n], shown.get(n))}
    return found


def must_be_untouched(written: Reply, subject: Subject, others: Sequence[Bystander], what: str) -> None:
    """Each of ``others`` is as it was before the write that was answered with ``written``."""
    for other, before in others:
        now = subject.observe(other.id, scope=other.scope)
        must.agree(written, what_stays(subject, before, now), now, what=what)


def must_be_gone(deleted: Reply, subject: Subject, id: Any) -> None:
    """What a delete named is gone, where the id stands in no path. No other delete leaves once one was seen to leave
    there what it named (``wire/heeding.py``), so that no later rule could tell of it."""
    if subject.spec.operation("delete").address is None or not removes(subject.spec):
        return
    if subject.spec.supports("read"):
        must.have_status(subject.read(id), "gone", because="after its delete")
    elif subject.spec.supports("list") and "list" not in subject.spec.open:
        what = f"the list still holds a deleted {subject.name}"
        must.hold(subject.observe(id).absent, deleted, what, kind="listed", expected="not listed", actual="listed")


def must_be_replaced(replaced: Reply, subject: Subject, id: Any, before: Mapping[str, Any]) -> None:
    """What a replace named is as it was sent, where the id stands in no path, as ``must_be_gone``."""
    if subject.spec.operation("replace").address is not None:
        wanted = after_replace(subject, replaced.sent, before)
        must.agree(replaced, wanted, subject.observe(id), what="the state after a replace")
