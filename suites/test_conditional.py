"""Conditional requests, where the contract declares ETags."""

import re
from collections.abc import Callable
from typing import Any

from restproof.suite import Contract, Ground, NotTested, Reply, Resource, Subject, for_each, must, requirement
from restproof.suite.inputs import Body, Cases
from restproof.suite.operations import SUCCESS, by_get, creates_by_put
from restproof.suite.race import all_answered, at_once, must_be_a_race
from restproof.suite.scopes import chosen_id
from restproof.suite.setup import completed, spare
from restproof.suite.states import changes_alone
from restproof.suite.values import an, is_as_good, same
from restproof.suite.wire import Headers

NOTHING = (("If-Match", ""),)
"""Of a write that names no state, be it by a tag or by a version."""
ENTITY_TAG = re.compile(r'(W/)?"[\x21\x23-\x7e\x80-\xff]*"')


def tag_of(subject: Subject, id: Any) -> str:
    read = subject.read(id)
    must.have_status(read, "read")
    tag = read.header("ETag")
    must.hold(tag, read, "a read has no ETag", kind="no-etag", expected="ETag", actual="none")
    must.hold(
        ENTITY_TAG.fullmatch(tag or ""),
        read,
        "an ETag is no entity-tag: it is not in double quotes",
        kind="etag",
        expected="an entity-tag (RFC 9110 §8.8.3)",
        actual=tag,
    )
    return tag or ""


def can_change(contract: Contract, resource: Resource) -> bool:
    return resource.etag and (resource.supports("update") or resource.supports("replace"))


@requirement("conditional.etag", on="read", needs="create", when=can_change, cost=15)
def test_the_etag_follows_the_state(subject: Subject) -> None:
    """Of each field: what a server leaves out of the tag shows only then."""
    last = tag_of(subject, (made := subject.own(subject.bodies.full())).id)
    again = subject.read(made.id)
    must.hold(
        again.header("ETag") == last or subject.spec.volatile,
        again,
        "the ETag of an unchanged resource changed",
        kind="etag",
        expected="the same",
        actual="another",
    )
    for name, change, state in changes_alone(subject):
        if subject.spec.supports("update"):
            changed = subject.update(made.id, change)
            must.have_status(changed, "updated")
        else:
            changed = subject.replace(made.id, state)
            must.have_status(changed, "replaced")
        before, last = last, tag_of(subject, made.id)
        answered = changed.header("ETag") or last
        must.hold(
            answered == last,
            changed,
            "the answer to a change has another ETag than a read after it",
            kind="etag",
            expected=last,
            actual=answered,
        )
        must.hold(
            last != before,
            changed,
            f"the ETag stayed when {name} changed",
            kind="etag",
            expected="another",
            actual="the same",
            field=name,
        )


@requirement("conditional.if-none-match", on="read", needs="create", when=lambda c, r: r.etag and by_get(r), cost=4)
def test_a_read_of_what_is_known_is_not_modified(subject: Subject) -> None:
    made = subject.own()
    tag = tag_of(subject, made.id)
    known = subject.read(made.id, headers=(("If-None-Match", tag),))
    must.have_status(known, "not_modified", because="If-None-Match with the present ETag")
    if outdated(subject, made.id):
        other = subject.read(made.id, headers=(("If-None-Match", tag),))
        must.have_status(other, "read", because="If-None-Match with the ETag of an earlier state")


def alone_and_together(ground: Ground) -> Cases:
    """One write after the other; and updates at the same time that all name the present ETag."""
    yield {"together": False}
    if ground.operation == "update" and ground.bodies.plain_change():
        yield {"together": True}


@requirement(
    "conditional.if-match",
    on=("update", "replace", "delete"),
    needs=("create", "read"),
    when=lambda c, r: r.etag,
    cost=5,
    alone=True,
)
@for_each(alone_and_together)
def test_a_write_on_a_stale_state_is_refused(subject: Subject, operation: str, together: bool) -> None:
    if operation not in subject.spec.matched:
        raise NotTested(f"the contract does not say that If-Match counts for {an(operation)}")
    if together:
        of_one_state_one_update(subject)
        return
    if operation == "replace" and creates_by_put(subject.spec):
        nothing = chosen_id(subject, "nothing")
        refused = subject.replace(nothing, subject.bodies.minimal("nothing"), headers=(("If-Match", "*"),))
        must.hold(
            not refused.ok,
            refused,
            f"a replace of nothing with If-Match: * answered {refused.status}",
            kind="status",
            expected=str(subject.spec.status("precondition_failed")),
            actual=refused.status,
        )
    made = subject.own()
    tag = tag_of(subject, made.id)
    if not outdated(subject, made.id):
        raise NotTested("no update can make an ETag stale")
    before = subject.observe(made.id)
    headers = (("If-Match", tag),)
    if operation == "update" and subject.bodies.other_values():
        refused = subject.update(made.id, differing(subject, before), headers=headers)
    else:
        refused = write(subject, operation, made.id, headers)
    must.have_status(refused, "precondition_failed", because="If-Match with the ETag of an earlier state")
    must.agree(
        refused,
        subject.stable(before),
        subject.observe(made.id),
        what="the state after a failed precondition",
    )
    written = SUCCESS[operation]
    if subject.spec.weak_etag or tag.startswith("W/"):
        # A weak entity-tag never matches in the strong comparison of If-Match (RFC 9110 §13.1.1); some let it.
        return
    if operation != "delete":
        anything = write(subject, operation, made.id, (("If-Match", "*"),))
        must.have_status(anything, written, because="If-Match: * for what is there")
    tag = tag_of(subject, made.id)
    must.have_status(
        write(subject, operation, made.id, (("If-Match", tag),)), written, because="If-Match with the present ETag"
    )


@requirement(
    "conditional.required",
    on=("update", "replace", "delete"),
    needs="create",
    when=lambda c, r: bool(r.preconditions),
    cost=5,
)
def test_a_write_without_a_precondition_is_refused(subject: Subject, operation: str) -> None:
    if operation not in subject.spec.preconditions:
        raise NotTested(f"{an(operation)} needs no If-Match")
    made = subject.own()
    before = subject.observe(made.id)
    version = subject.spec.version.shown(before) if subject.spec.version else None
    refused = write(subject, operation, made.id, NOTHING, version=version)
    must.be_refused(refused, "precondition_required", because="no If-Match")
    must.agree(
        refused, subject.stable(before), subject.observe(made.id), what="the state after a write without If-Match"
    )


def has_version(contract: Contract, resource: Resource) -> bool:
    return resource.version is not None


@requirement(
    "conditional.version", on=("update", "replace", "delete"), needs=("create", "read"), when=has_version, cost=8
)
def test_a_write_that_names_an_earlier_version_is_refused(subject: Subject, operation: str) -> None:
    version = subject.spec.version
    placed = version.placed(operation) if version else None
    if version is None or placed is None:
        raise NotTested(f"{an(operation)} names no version")
    made = subject.own()
    earlier = version.shown(subject.observe(made.id))
    if not outdated(subject, made.id):
        raise NotTested("no update can make a version an earlier one")
    before = subject.observe(made.id)
    present = version.shown(before)
    must.hold(
        present is not None and present != earlier,
        subject.read(made.id),
        f"{version.field} stayed when the resource changed",
        kind="version",
        expected="another version",
        actual="the same" if present is not None else "none",
        field=version.root,
    )
    if operation == "update" and version.required:  # else it may be that of a part
        must_move_with_each_field(subject, version.shown)
    refused = write_another(subject, operation, made.id, earlier)
    must.be_refused(refused, "stale", because=f"{placed[1]} names an earlier version")
    must.agree(refused, subject.stable(before), subject.observe(made.id), what="the state after a stale write")
    if version.required and operation not in subject.spec.preconditions:
        refused = write_another(subject, operation, made.id, None)
        must.be_refused(refused, "no_version", because=f"no {placed[1]}")
        must.agree(
            refused, subject.stable(before), subject.observe(made.id), what="the state after a write without one"
        )
    done = write_another(subject, operation, made.id, version.shown(subject.observe(made.id)))
    must.have_status(done, SUCCESS[operation], because=f"{placed[1]} names the present version")


def must_move_with_each_field(subject: Subject, shown: Callable[[Body], Any]) -> None:
    """The version that is ``shown`` of a state is another one after a change of any field that need not be unique."""
    made, unique = spare(subject, subject.bodies.full()), subject.bodies.unique_fields
    seen = subject.observe(made.id)
    for name, change, _ in (one for one in changes_alone(subject) if unique.isdisjoint(one[1])):
        changed = subject.update(made.id, change)
        must.have_status(changed, "updated")
        before, seen = seen, subject.observe(made.id)
        moves = shown(seen) != shown(before) or all(same(seen.get(n), before.get(n)) for n in change)
        what = f"the version stayed when {name} changed"
        must.hold(moves, changed, what, kind="version", expected="another", actual="the same", field=name)


def write_another(subject: Subject, operation: str, id: Any, version: Any) -> Reply:
    """A write that names ``version``, or no state where that is ``None``; an update gives every field another value."""
    differs = operation == "update" and subject.bodies.other_values()
    change = differing(subject, subject.observe(id)) if differs else None
    return write(subject, operation, id, NOTHING if version is None else (), change=change, version=version)


def differing(subject: Subject, before: Body) -> Body:
    """A valid update that gives every field another value than ``before``, where it has two: any may have an effect."""
    others = subject.bodies.other_values()
    alike = [n for n, v in others.items() if n in before and same(before[n], v)]
    return subject.bodies.adjusted_to_rules({**others, **{n: subject.bodies.plain(n, "again") for n in alike}}, before)


def of_one_state_one_update(subject: Subject) -> None:
    must_be_a_race(subject)
    made, scope = spare(subject), subject.scope()
    headers = (("If-Match", tag_of(subject, made.id)),)
    change = completed(subject, "update", made.id, subject.resolved(subject.bodies.plain_change()))
    request = subject.request("update", id=made.id, body=change, scope=scope, headers=headers)
    replies = at_once(subject, "update", [(request, change)] * 3, scope)
    all_answered(replies)
    done = [r for r in replies if r.ok]
    must.hold(
        len(done) <= 1,
        (done or replies)[-1],
        f"of three updates at the same time with If-Match of one state {len(done)} succeeded",
        kind="race",
        expected=1,
        actual=len(done),
    )


def outdated(subject: Subject, id: Any) -> bool:
    """Change the resource, so that its ETag until now is that of an earlier state; false where no update can. ETags
    are opaque and of the server's own form (RFC 9110 §8.8.3), so one that it never gave is no test."""
    before = subject.observe(id)
    if not subject.spec.supports("update"):
        full = subject.resolved(subject.bodies.full("own"))
        if not subject.spec.supports("replace") or full.keys() == subject.bodies.minimal().keys():
            return False
        is_full = all(same(before[n], v) for n, v in full.items() if n in before)
        replaced = subject.replace(id, subject.bodies.minimal("own") if is_full else full)
        must.have_status(replaced, "replaced")
        return True
    change = subject.resolved(subject.bodies.plain_change())
    if not change:
        return False
    if all(same(v, now := before.get(n)) or is_as_good(subject.spec, n, v, now) for n, v in change.items()):
        change = {n: subject.bodies.plain(n, "again") for n in change}
    updated = subject.update(id, change)
    must.have_status(updated, "updated")
    return True


def write(
    subject: Subject, operation: str, id: Any, headers: Headers = (), *, change: Body | None = None, version: Any = None
) -> Reply:
    """A write that names ``version``, where it is given. ``change``: what an update sends, else a plain one."""
    known = subject.spec.version
    place, name = (known and version is not None and known.placed(operation)) or ("", "")
    inside, named = {name: version} if place == "body" else {}, ((name, str(version)),)
    query = named if place == "query" else ()
    headers = (*headers, *named) if place == "header" else headers
    if operation == "update":
        return subject.update(id, {**(change or subject.bodies.plain_change()), **inside}, headers=headers, query=query)
    if operation == "replace":
        return subject.replace(id, {**subject.bodies.minimal("own"), **inside}, headers=headers, query=query)
    return subject.delete(id, headers=headers, query=query)
