"""What is refused: bodies with exactly one fault in a field, each with the status that the contract names for it."""

from collections.abc import Sequence
from functools import reduce
from itertools import combinations
from operator import or_
from typing import Any, Unpack

from restproof.suite import Ground, Inconclusive, NotTested, Reply, Subject, for_all, for_each, must, requirement
from restproof.suite.inputs import (
    Body,
    Cases,
    generated_bodies,
    kept_rule_bodies,
    missing_field_bodies,
    null_bodies,
    out_of_bounds_bodies,
    reference_bodies,
    rule_bodies,
    unknown_field_bodies,
    wrong_type_bodies,
)
from restproof.suite.operations import SUCCESS, WRITES, Sending
from restproof.suite.refused import without_effect_if_refused
from restproof.suite.setup import brought_to, put_away
from restproof.suite.values import is_valid
from restproof.suite.wire import encode

LONGEST_SHOWN = 40
"""Characters of the longest value that a message shows."""


def submit(
    subject: Subject,
    operation: str,
    body: Body,
    id: Any = None,
    *,
    as_is: bool = False,
    watched: bool = False,
    **options: Unpack[Sending],
) -> Reply:
    """Send ``body`` by the operation; an update or a replace goes to the instance that refused requests share, and
    leaves it as it was where it is refused. ``as_is``: nothing is added that it must hold;
    ``watched``: that it is as it was is looked at in every profile."""
    if operation == "create":
        return subject.create(body, **options)
    target = subject.target().id if id is None else id
    send = subject.update if operation == "update" else subject.replace
    return without_effect_if_refused(
        subject, target, lambda: send(target, body, as_is=as_is, **options), always=watched
    )


def wrong(subject: Subject, operation: str, body: Body, field: str) -> str:
    """The value of the field as it is sent, for a message: empty where it is long or secret. Where the schema allows
    it (an id of the run that is of another form than the case needs), the case says nothing: ``Inconclusive``."""
    value = subject.resolved(body[field])
    shape = subject.spec.shapes.request(operation)["properties"]
    if is_valid(shape.get(field, subject.spec.properties[field]), value):
        raise Inconclusive(f"no id of this run makes a wrong value of {field}")
    text = encode(value).decode()
    return "" if len(text) > LONGEST_SHOWN or field in subject.spec.secret else f" ({text})"


def be_refused(subject: Subject, operation: str, body: Body, status: str, *, field: str | None, because: str) -> None:
    """``body`` is refused as the contract says of ``status``. Where it may be taken, what holds it serves no later
    case."""
    reply = submit(subject, operation, body)
    must.be_refused(reply, status, field=field, because=because)
    if reply.ok:
        put_away(subject, reply)


def other_types(ground: Ground) -> Cases:
    """Each field with a value of another type; then two that are no references at once, where each alone has the same
    answer."""
    found = list(wrong_type_bodies(ground))
    yield from found
    plain = [case for case in found if case["field"] not in ground.resource.references]
    for one, two in combinations(plain, 2):
        if one["field"] != two["field"] and one["status"] == two["status"]:
            body = {**one["body"], two["field"]: two["body"][two["field"]]}
            yield {"field": "", "note": "two fields of another type", "status": one["status"], "body": body}
            return


@requirement("input.type", on=WRITES, set_up=1)
@for_each(other_types, apart=True)
def test_a_value_of_another_type_is_refused(
    subject: Subject, operation: str, body: Body, field: str, note: str, status: str
) -> None:
    why = f"{field} is {note}{wrong(subject, operation, body, field)}" if field else f"the body holds {note}"
    be_refused(subject, operation, body, status, field=field or None, because=why)


@requirement("input.null", on=WRITES, set_up=1)
@for_each(null_bodies, apart=True)
def test_null_is_refused_where_it_is_not_allowed(
    subject: Subject, operation: str, body: Body, field: str, status: str
) -> None:
    be_refused(subject, operation, body, status, field=field, because=f"{field} is null")


@requirement("input.bounds", on=WRITES, set_up=1)
@for_each(out_of_bounds_bodies, apart=True)
def test_a_value_beyond_a_bound_is_refused(
    subject: Subject, operation: str, body: Body, field: str, note: str, status: str
) -> None:
    value = wrong(subject, operation, body, field)
    be_refused(subject, operation, body, status, field=field, because=f"{field}: {note}{value}")


@requirement("input.required", on=WRITES, set_up=1)
@for_each(missing_field_bodies, apart=True)
def test_a_missing_required_field_is_refused(
    subject: Subject, operation: str, body: Body, field: str, note: str, status: str
) -> None:
    reply = submit(subject, operation, body, as_is=True)
    why = f"{field} is missing" if field else f"the body holds {note}"
    must.be_refused(reply, status, field=field or None, because=why)
    if reply.ok:
        put_away(subject, reply)


@requirement("input.unknown-field", on=WRITES, set_up=1)
@for_each(unknown_field_bodies, apart=True)
def test_a_field_that_does_not_exist_gets_the_declared_answer(
    subject: Subject, operation: str, body: Body, beside: Body, field: str, note: str, path: str
) -> None:
    reply = submit(subject, operation, body, beside=subject.resolved(beside))
    case = "unknown_beside" if beside else "unknown_field"
    status = subject.spec.status(case)
    if not status.accepted:
        must.be_refused(reply, case, field=field, because=note)
        return
    if "." in path:
        must.be_refused(reply, "invalid", field=field, because=f"{note}, which its schema closes")
        return
    must.have_control(reply)
    must.have_status(
        reply,
        SUCCESS[operation],
        because=f"unknown fields are {status}",
    )
    if beside:
        return
    if field not in subject.spec.properties:
        state = subject.observe(reply.id)
        kept = field in state
        must.hold(
            kept == (status.accepted == "kept"),
            reply,
            f"an unknown field is {'kept' if kept else 'not kept'}",
            kind="unknown-field",
            expected=status.accepted,
            actual="kept" if kept else "ignored",
            field=field,
        )


@requirement("input.business-rule", on=WRITES, cost=2)
@for_each(rule_bodies, apart=True)
def test_a_broken_business_rule_gets_its_status(
    subject: Subject,
    operation: str,
    body: Body,
    field: str,
    note: str,
    given: Body | None,
    refusal: str = "rule",
    steps: Sequence[Body] = (),
) -> None:
    id = brought_to(subject, given, steps)
    # A move that is refused is at times stored before the rule is asked; no other rule sends the same.
    must.be_refused(submit(subject, operation, body, id, watched=True), refusal, field=field, because=note)


@requirement("input.rule-kept", on=WRITES, cost=2)
@for_each(kept_rule_bodies, apart=True)
def test_a_kept_business_rule_is_no_obstacle(
    subject: Subject, operation: str, body: Body, field: str, note: str, given: Body | None, steps: Sequence[Body] = ()
) -> None:
    id = brought_to(subject, given, steps)
    reply = submit(subject, operation, body, id)
    must.have_status(reply, SUCCESS[operation], field=field, because=note)


@requirement("input.reference", on=WRITES, set_up=1)
@for_each(reference_bodies, apart=True)
def test_a_reference_to_nothing_gets_its_status(
    subject: Subject,
    operation: str,
    body: Body,
    field: str,
    note: str,
    status: str = "reference",
    at: str | None = None,
) -> None:
    if at is not None:
        joins_nothing(subject, subject.resolved(at), body, because=f"{field}: {note}")
        return
    be_refused(subject, operation, body, status, field=field, because=f"{field}: {note}")


def joins_nothing(subject: Subject, id: Any, body: Body, *, because: str) -> None:
    """What is not there cannot be joined to anything, be it that the body is refused or that the path leads nowhere."""
    to = subject.other(subject.spec.references[subject.spec.id.field].to)
    if to.spec.supports("read") and to.read(id).ok:
        raise NotTested("the id names something")
    reply = subject.replace(id, body)
    must.be_refused(
        reply, subject.spec.status("reference", "replace") | subject.spec.status("absent", "replace"), because=because
    )
    if reply.ok:
        put_away(subject, reply)


@requirement("input.generated", on=("create", "update", "replace"), cost=1, set_up=1, late=True)
@for_all(weight=0.5, least=2, body=generated_bodies)  # one shows next to nothing, and its maker takes long to load
def test_a_generated_body_is_accepted_or_refused_as_the_schema_says(
    subject: Subject, operation: str, body: Body
) -> None:
    reply = submit(subject, operation, body, None if operation == "create" else subject.own().id)
    refusals = subject.bodies.refusals(operation, reply.sent)
    if not refusals:
        must.have_status(reply, SUCCESS[operation], because="the schema allows the body")
        return
    wanted = reduce(or_, (subject.spec.status(r.case) for r in refusals))
    first = refusals[0]
    field = first.field.split(".")[0] if first.field else None
    must.be_refused(reply, wanted, field=field, because=f"{first.field or 'the body'} {first.message}")
