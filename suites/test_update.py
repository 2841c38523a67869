"""What an update promises: the change, all of it, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from restproof.suite import Ground, Inconclusive, Subject, for_all, for_each, must, requirement
from restproof.suite.inputs import (
    Body,
    Cases,
    one_change,
    out_of_bounds_bodies,
    reference,
    rule_bodies,
    unknown_field_bodies,
    wrong_type_bodies,
)
from restproof.suite.race import all_answered, at_once
from restproof.suite.refused import must_be_as_before
from restproof.suite.scopes import absent_id
from restproof.suite.setup import completed, spare
from restproof.suite.states import after_update, after_update_again, named, shows_none, state_of
from restproof.suite.values import ReadPath, an, member_schema, same

if TYPE_CHECKING:
    from restproof.suite.inputs import SearchStrategy


def bodies(ground: Ground) -> SearchStrategy[Body]:
    return ground.bodies.valid


def changes(ground: Ground) -> SearchStrategy[Body]:
    return ground.bodies.changes


@requirement("update.answers-ok", on="update", needs="create", cost=2)
@for_each(one_change)
def test_a_valid_update_answers_the_new_state(subject: Subject, change: Body, fresh: bool) -> None:
    made = spare(subject) if fresh else subject.own(subject.bodies.full())
    change = change if fresh else subject.bodies.adjusted_to_rules(change, subject.bodies.full())
    # A read also shows the guard whose it is; what a create answers is judged by the rules of creates.
    before = subject.before(made.id) if subject.spec.supports("read") else made.entity
    updated = subject.update(made.id, change)
    must.have_status(updated, "updated")
    why = "the answer to an update says that there is none"
    must.hold(not shows_none(updated), updated, why, kind="no-representation")
    if updated.entity is not None and before:
        wanted = after_update(subject, updated.sent, before)
        must.agree(updated, wanted, updated.entity, what="the answer to an update")


@requirement("update.persists", on="update", needs=("create", "read"), cost=3)
@for_all(weight=0.5, body=bodies, change=changes)
def test_a_read_shows_what_was_updated(subject: Subject, body: Body, change: Body) -> None:
    made = spare(subject, body)
    change = subject.bodies.adjusted_to_rules(change, body)
    before = {**subject.bodies.defaults, **body}
    if all(same(before.get(n), v) for n, v in change.items()):
        change = subject.bodies.adjusted_to_rules(subject.bodies.plain_change(), body)
    updated = subject.update(made.id, change)
    must.have_status(updated, "updated")
    read = subject.read(made.id)
    must.have_status(read, "read", because="after an update")
    wanted = named(subject, updated.sent)
    must.agree(read, wanted, read.entity, what="a read after the update")


def changes_at_once(ground: Ground) -> Cases:
    """Up to four changes of one field each, of fields that no rule ties together. All of them leave the token of the
    case where it is: what a race leaves is else hard to know again."""
    bodies = ground.bodies
    changes = {n: bodies.another_with_token(n) for n in bodies.other_values() if n not in bodies.ruled}
    found = [{n: v} for n, v in changes.items() if v is not None][:4]
    # What each of them must hold besides, as it was before, is no field that another one changes.
    beside = {n for change in found for n in bodies.left_out("update", change)}
    if len(found) > 1 and not any(beside & change.keys() for change in found):
        yield {"changes": found}


@requirement("update.race", on="update", needs="create", cost=6, alone=True)
@for_each(changes_at_once)
def test_updates_of_different_fields_at_the_same_time_all_last(subject: Subject, changes: list[Body]) -> None:
    made, scope = spare(subject, subject.bodies.full()), subject.scope()
    before = dict(made.entity) or subject.observe(made.id)
    bodies = [completed(subject, "update", made.id, subject.resolved(change, scope)) for change in changes]
    requests = [(subject.request("update", id=made.id, body=body, scope=scope), body) for body in bodies]
    replies = at_once(subject, "update", requests, scope)
    all_answered(replies)
    # One that is refused changes nothing, which is told elsewhere where it was no conflict.
    sent = {n: v for reply in replies if reply.ok for n, v in reply.sent.items()}
    must.agree(
        replies[-1],
        after_update(subject, sent, before),
        subject.observe(made.id),
        what=f"the state after {len(changes)} updates at the same time, each of another field",
    )


def shown_elsewhere(ground: Ground) -> Cases:
    """Each reference of another resource that shows a field of this one beside its id."""
    for other, name, ref in ground.contract.referring.get(ground.resource.name, ()):
        if not (other.supports("read") and other.creatable):
            continue
        root = ReadPath.parse(ref.reads_as).root
        shown = {} if root in other.volatile else member_schema(other.properties.get(root, {})).get("properties", {})
        fields = [n for n in shown if n in ground.bodies.changeable and ground.bodies.another(n) is not None]
        fields = [n for n in fields if n not in ground.bodies.ruled]
        yield from ({"other": other.name, "reference": name, "field": n} for n in fields[:1])


@requirement("update.shown-elsewhere", on="update", needs="create", cost=4, referred=True)
@for_each(shown_elsewhere)
def test_what_refers_to_a_resource_shows_its_new_values(
    subject: Subject, other: str, reference: str, field: str
) -> None:
    made, owner = subject.own(), subject.other(other)
    ref = owner.spec.references[reference]
    holder = owner.given({**owner.bodies.full("holder"), reference: [made.id] if ref.many else made.id})
    updated = subject.update(made.id, {field: subject.bodies.another(field)})
    must.have_status(updated, "updated")
    read = owner.read(holder.id)
    must.have_status(read, "read")
    root = ReadPath.parse(ref.reads_as).root
    shown = read.entity.get(root) if read.entity else None
    entry = next(iter(shown), None) if isinstance(shown, list) else shown
    wanted = named(subject, updated.sent)
    if field not in wanted:
        raise Inconclusive(f"the contract does not say what becomes of the {field} that was sent")
    must.hold(
        isinstance(entry, dict) and same(entry.get(field), wanted[field]),
        read,
        f"{root} shows another {field} than its {subject.name} has since its update",
        kind="stale",
        expected=wanted[field],
        actual=entry.get(field) if isinstance(entry, dict) else entry,
        field=root,
    )
    written = {n: v for n, v in holder.sent.items() if n not in owner.spec.references}
    must.agree(
        read,
        named(owner, written),
        read.entity or {},
        what=f"what refers to {an(subject.name)}, after an update of that",
    )


@requirement("update.empty", on="update", needs="create", cost=4)
def test_an_empty_update_changes_nothing(subject: Subject) -> None:
    """Of one whose fields are other than a create without them leaves them: one that is reset shows."""
    made = subject.own(subject.bodies.full())
    before = subject.observe(made.id)
    updated = subject.update(made.id, {})
    must.have_status(updated, "updated", because="an update that names no field")
    must.agree(
        updated,
        after_update(subject, updated.sent, before),
        subject.observe(made.id),
        what="the state after an empty update",
    )


def full_changes(ground: Ground) -> Cases:
    """All fields at once, with the values of the full body, as far as the rules let them follow the minimal one."""
    bodies = ground.bodies
    change = bodies.adjusted_to_rules(
        {n: v for n, v in bodies.full().items() if n in bodies.changeable}, bodies.minimal()
    )
    if change:
        yield {"change": change}


@requirement("update.idempotent", on="update", needs="create", cost=4, set_up=1)
@for_each(full_changes)
def test_the_same_update_twice_leaves_the_same_state(subject: Subject, change: Body) -> None:
    made = subject.own()
    first = subject.update(made.id, change)
    must.have_status(first, "updated")
    once = state_of(subject, first)
    second = subject.update(made.id, change)
    must.have_status(second, "updated", because="the second time")
    again = after_update_again(subject, second.sent, once)
    must.agree(second, again, state_of(subject, second), what="the state after the same update again")


def immutable_fields(ground: Ground) -> Cases:
    """An update of something else; and for each field that only a create may give, an update that names it."""
    yield from ({"field": None, "change": c["change"]} for c in one_change(ground))
    bodies, identity = ground.bodies, ground.resource.id
    for name in ground.resource.immutable:
        if name in ground.resource.shapes.update["properties"] and name != identity.follows:
            value = bodies.chosen_id("moved") if name == identity.field else bodies.another(name)
            if value is not None:
                yield {"field": name, "change": {name: value}}


@requirement("update.immutable", on="update", needs="create", cost=3, set_up=1)
@for_each(immutable_fields)
def test_what_never_changes_stays(subject: Subject, field: str | None, change: Body) -> None:
    made = subject.own()
    before = subject.before(made.id)
    updated = subject.update(made.id, change)
    if field is None:
        must.have_status(updated, "updated")
    else:
        must.have_answered(updated)  # refused or passed over: what counts is that it has no effect
    kept = {n: before[n] for n in (*subject.spec.immutable, subject.spec.id.field) if n in before}
    must.agree(updated, kept, subject.observe(made.id), what="a field that never changes")


def refused_updates(ground: Ground) -> Cases:
    """Valid changes of all other fields together with one fault, so that a partial effect would show."""
    plain: Body = next((case["change"] for case in one_change(ground)), {})
    change = {**ground.bodies.other_values(), **plain}

    def beside(body: Body) -> Body:
        return {**{n: v for n, v in change.items() if n not in body}, **body}

    for enumerate_ in (out_of_bounds_bodies, wrong_type_bodies, rule_bodies):
        named = [c for c in enumerate_(ground) if c["field"] not in plain and not c.get("given")]
        yield from ({"field": c["field"], "note": c["note"], "body": beside(c["body"])} for c in named[:1])
    if not ground.resource.status("unknown_field").accepted:
        case = next(iter(unknown_field_bodies(ground)))
        yield {"field": case["field"], "note": case["note"], "body": beside(case["body"])}
    for name, ref in ground.resource.references.items():
        if name in ground.bodies.changeable:
            absent = reference(ref.to, "none")
            yield {
                "field": name,
                "note": "an id that names nothing",
                "body": beside({name: [absent] if ref.many else absent}),
            }


@requirement("update.failed-leaves-nothing", on="update", needs="create", cost=3, set_up=1)
@for_each(refused_updates)
def test_a_refused_update_changes_nothing(subject: Subject, body: Body, field: str, note: str) -> None:
    made = subject.target()
    before = subject.before(made.id)
    # What an earlier case has changed, since it was not refused, would show no effect a second time.
    there = [n for n, v in body.items() if n != field and n in before and same(before[n], v)]
    refused = subject.update(made.id, {**body, **{n: subject.bodies.plain(n) for n in there}})
    if not 400 <= refused.status < 500:
        raise Inconclusive(f"{field} ({note}) was not refused", taken=refused)
    must_be_as_before(subject, made.id, before, refused, f"after an update that was refused ({field}: {note})")


@requirement("update.unknown-id", on="update", cost=2, where=lambda way: way.on_item)
@for_each(one_change)
def test_an_update_never_creates(subject: Subject, change: Body) -> None:
    absent = absent_id(subject)
    refused = subject.update(absent, {**subject.bodies.full("absent"), **change})
    must.hold(
        not refused.ok or refused.status in subject.spec.status("absent"),
        refused,
        f"the update of an id that names nothing answered {refused.status}",
        kind="status",
        expected=str(subject.spec.status("absent")),
        actual=refused.status,
    )
    must.hold(
        subject.observe(absent).absent, refused, "the update of an id that names nothing created it", kind="created"
    )
