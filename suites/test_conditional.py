"""Conditional requests, where the contract declares ETags; and idempotency keys, where it declares them."""

import re

from restproof.contract.model import creates_by_put
from restproof.plan.symbols import RUN
from restproof.semantics.state import same
from restproof.suite import (
    Ground,
    Inconclusive,
    NotTested,
    Subject,
    all_answered,
    at_once,
    create_at_once,
    for_each,
    must,
    must_be_a_race,
    requirement,
)

ENTITY_TAG = re.compile(r'(W/)?"[\x21\x23-\x7e\x80-\xff]*"')


def has_etag(contract, resource) -> bool:
    return resource.etag


def tag_of(subject: Subject, id) -> str:
    read = subject.read(id)
    must.have_status(read, "read")
    tag = read.header("ETag")
    must.hold(tag, read, "a read has no ETag", kind="no etag", expected="ETag", actual="none")
    must.hold(
        ENTITY_TAG.fullmatch(tag or ""),
        read,
        "an ETag is no entity-tag: it is not in double quotes",
        kind="etag",
        expected="an entity-tag (RFC 9110 §8.8.3)",
        actual=tag,
    )
    return tag or ""


def can_change(contract, resource) -> bool:
    return resource.etag and (resource.supports("update") or resource.supports("replace"))


@requirement("conditional.etag", on="read", needs="create", when=can_change, cost=15)
def test_the_etag_follows_the_state(subject: Subject):
    """Of each field: what a server leaves out of the tag shows only then."""
    bodies, state = subject.bodies, subject.bodies.full()
    made = subject.own(state)
    last = tag_of(subject, made.id)
    again = subject.read(made.id)
    must.hold(
        again.header("ETag") == last or subject.spec.volatile,
        again,
        "the ETag of an unchanged resource changed",
        kind="etag",
        expected="the same",
        actual="another",
    )
    for name in bodies.changeable:
        # References and unique fields say no more of tags than the rest; what no response shows need not be in them.
        spared = {*subject.spec.references, *bodies.unique_fields}
        shown = name in subject.spec.shapes.response["properties"] and name not in spared
        value = bodies.another(name) if shown else None
        change = bodies.kept_rules({name: value}, state) if value is not None else {}
        if change.get(name) is None:
            continue
        state.update(change)
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


@requirement("conditional.if-none-match", on="read", needs="create", when=has_etag, cost=4)
def test_a_read_of_what_is_known_is_not_modified(subject: Subject):
    made = subject.own()
    tag = tag_of(subject, made.id)
    known = subject.read(made.id, headers=(("If-None-Match", tag),))
    must.have_status(known, "not_modified", because="If-None-Match with the present ETag")
    if outdated(subject, made.id):
        other = subject.read(made.id, headers=(("If-None-Match", tag),))
        must.have_status(other, "read", because="If-None-Match with the ETag of an earlier state")


def alone_and_together(ground: Ground):
    """One write after the other; and updates at the same time that all name the present ETag."""
    yield {"together": False}
    if ground.operation == "update" and ground.bodies.plain_change():
        yield {"together": True}


@requirement(
    "conditional.if-match", on=("update", "replace", "delete"), needs=("create", "read"), when=has_etag, cost=5
)
@for_each(alone_and_together)
def test_a_write_on_a_stale_state_is_refused(subject: Subject, operation, together):
    if together:
        of_one_state_one_update(subject)
        return
    if operation == "replace" and creates_by_put(subject.spec):
        nothing = subject.resolved(subject.bodies.chosen_id("nothing"))
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
    before = subject.observe(made.id) or {}
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
        pointer="",
    )
    written = {"update": "updated", "replace": "replaced", "delete": "deleted"}[operation]
    if operation != "delete":
        anything = write(subject, operation, made.id, (("If-Match", "*"),))
        must.have_status(anything, written, because="If-Match: * for what is there")
    tag = tag_of(subject, made.id)
    must.have_status(
        write(subject, operation, made.id, (("If-Match", tag),)), written, because="If-Match with the present ETag"
    )


def differing(subject: Subject, before: dict) -> dict:
    """A valid update that gives every field another value than ``before``, where it has two: any may have an effect."""
    others = subject.bodies.other_values()
    alike = [n for n, v in others.items() if n in before and same(before[n], v)]
    return subject.bodies.kept_rules({**others, **{n: subject.bodies.plain(n, "again") for n in alike}}, before)


def of_one_state_one_update(subject: Subject) -> None:
    must_be_a_race(subject)
    made, scope = subject.given(), subject.scope()
    headers, change = (("If-Match", tag_of(subject, made.id)),), subject.resolved(subject.bodies.plain_change())
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


def outdated(subject: Subject, id) -> bool:
    """Change the resource, so that its ETag until now is that of an earlier state; false where no update can. ETags
    are opaque and of the server's own form (RFC 9110 §8.8.3), so one that it never gave is no test."""
    before = subject.observe(id) or {}
    if not subject.spec.supports("update"):
        full = subject.resolved(subject.bodies.full("own"))
        if not subject.spec.supports("replace") or full.keys() == subject.bodies.minimal().keys():
            return False
        is_full = all(same(before[n], v) for n, v in full.items() if n in before)
        replaced = subject.replace(id, subject.bodies.minimal("own") if is_full else full)
        must.have_status(replaced, "replaced")
        return True
    change = subject.bodies.plain_change()
    if not change:
        return False
    if all(same(before.get(n), v) for n, v in subject.resolved(change).items()):
        change = {n: subject.bodies.plain(n, "again") for n in change}
    updated = subject.update(id, change)
    must.have_status(updated, "updated")
    return True


def write(subject: Subject, operation: str, id, headers):
    if operation == "update":
        return subject.update(id, subject.bodies.plain_change(), headers=headers)
    if operation == "replace":
        return subject.replace(id, subject.bodies.minimal("own"), headers=headers)
    return subject.delete(id, headers=headers)


def marked(subject: Subject) -> list[str]:
    """A field that takes a text which only one case sends: it tells its resources from what others make at the same
    time."""
    bodies, references = subject.bodies, subject.spec.references
    return [n for n in bodies.writable if n not in references and bodies.unique_value(n) == RUN][:1]


@requirement("idempotency.key", on="create", needs="list", when=lambda c, r: c.idempotency_key is not None, cost=4)
@for_each(lambda ground: [{"together": False}, {"together": True}])
def test_a_repeated_key_has_one_effect(subject: Subject, contract, together):
    key, marks = ((contract.idempotency_key, subject.token),), marked(subject)
    body = {**subject.bodies.minimal(), **dict.fromkeys(marks, RUN)}
    if together:
        at_the_same_time(subject, body, key, marks)
        return
    first = subject.create(body, headers=key)
    must.have_status(first, "created")
    before = [*subject.entry_ids(subject.walk()), first.id]
    second = subject.create(body, headers=key)
    must.hold(
        second.status == first.status and second.id == first.id,
        second,
        "a repeated idempotency key did not get the first answer",
        kind="idempotency",
        expected=first.status,
        actual=second.status,
    )
    entries = subject.walk()
    count = subject.entry_ids(entries).count(first.id)
    must.hold(
        count == 1,
        second,
        f"after a repeated idempotency key the list holds {count} of the resource",
        kind="idempotency",
        expected=1,
        actual=count,
    )
    others = [e for e in entries if isinstance(e, dict) and e.get(subject.spec.id.field) not in before]
    twins = [e for e in others if any(e.get(n) == second.sent[n] for n in marks)]
    must.hold(
        not twins,
        second,
        "a repeated idempotency key made another resource like the first",
        kind="idempotency",
        expected="one effect",
        actual=f"{1 + len(twins)} resources",
    )
    alone = not contract.given and not subject.spec.parents  # tenants are told apart by their credentials alone
    if alone and subject.spec.id.chosen_by == "server" and subject.world.has_credential("foreign"):
        theirs = subject.create(body, headers=key, credential="foreign")
        must.hold(
            theirs.id is None or theirs.id != first.id,
            theirs,
            "another tenant that sent the same idempotency key got this one's resource",
            kind="foreign entry",
            expected="an answer of its own",
            actual="the first answer",
        )


def at_the_same_time(subject: Subject, body: dict, key, marks: list[str]) -> None:
    """Each is refused while another is at work, or gets the answer of the one that was; afterwards all do. There is one
    effect."""
    scope = subject.scope()
    must_be_a_race(subject)
    if not marks:
        raise Inconclusive("no field tells what one case made from what others do")
    sent = subject.resolved(body, scope)
    request = subject.request("create", body=sent, scope=scope, headers=key)
    replies = create_at_once(subject, request, sent, scope)
    all_answered(replies)
    made = [e for e in subject.walk() if isinstance(e, dict) and all(e.get(n) == sent[n] for n in marks)]
    must.hold(
        len(made) <= 1,
        replies[-1],
        f"three creates with one idempotency key at the same time made {len(made)} resources",
        kind="race",
        expected="one effect",
        actual=f"{len(made)} resources",
    )
    made_one = next((r for r in replies if r.ok), None)
    if made_one is not None:
        again = subject.create(body, headers=key)
        must.hold(
            again.status == made_one.status and again.id == made_one.id,
            again,
            "after several creates with one idempotency key a repeat did not get the answer of the one that succeeded",
            kind="idempotency",
            expected=made_one.status,
            actual=again.status,
        )
