"""What a create promises: its status, what it answers, what is read and listed afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from restproof.suite import (
    Contract,
    Ground,
    Inconclusive,
    NotTested,
    Reply,
    Subject,
    for_all,
    for_each,
    must,
    requirement,
)
from restproof.suite.bystanders import what_stays
from restproof.suite.inputs import Body, Cases, accepted, accepted_bodies, server_set_bodies
from restproof.suite.lists import until_settled
from restproof.suite.setup import undo_large_write
from restproof.suite.states import after_create, promised_of
from restproof.suite.values import an, differences, same, types_of
from restproof.suite.wire import leads_through, parts_of

if TYPE_CHECKING:
    from restproof.suite.inputs import SearchStrategy


def valid_bodies(ground: Ground) -> SearchStrategy[Body]:
    return ground.bodies.valid


def minimal_and_full(ground: Ground) -> Cases:
    yield {"body": ground.bodies.minimal()}
    yield {"body": ground.bodies.full("full")}


@requirement("create.answers-created", on="create")
@for_each(minimal_and_full, apart=True)
def test_a_valid_create_is_accepted(subject: Subject, body: Body) -> None:
    made = subject.create(body)
    must.have_status(made, "created")
    must.hold(
        made.id is not None,
        made,
        f"the create of {an(subject.name)} names no id",
        kind="no-id",
        field=subject.spec.id.field,
    )
    if made.entity is not None:
        must.agree(made, after_create(subject, made.sent), made.entity, what="the answer to a create")


@requirement("create.reads-back", on="create", needs="read", cost=2, by_put=True)
@for_all(weight=0.5, body=valid_bodies)
def test_a_read_shows_what_was_created(subject: Subject, body: Body) -> None:
    made = subject.create(body)
    must.have_status(made, "created")
    # Where the request has chosen an id, it is there whatever the answer shows.
    read = subject.read(made.id if made.asked_id is None else made.asked_id)
    must.have_status(read, "read", because="of what was just created")
    must.agree(read, after_create(subject, made.sent), read.entity, what="a read after the create")
    if made.entity is not None:
        wanted = promised_of(subject, made.entity, read.entity or {})
        must.agree(read, wanted, read.entity, what="a read against the answer to the create")


def of_every_kind(ground: Ground) -> Cases:
    """A plain body, and bodies that hold each value of the fields that have few: a list may hide some."""
    yield {"body": ground.bodies.minimal()}
    few = {
        name: [c.value for c in accepted(schema) if c.value is not None]
        for name, schema in ground.bodies.writable.items()
        if name not in ground.bodies.unique_fields and ("enum" in schema or types_of(schema) - {"null"} == {"boolean"})
    }
    for at in range(max(map(len, few.values()), default=0)):
        values = {name: allowed[at % len(allowed)] for name, allowed in few.items() if allowed}
        body = ground.bodies.adjusted_to_rules({**ground.bodies.minimal(f"k{at}"), **values})
        if any(not same(ground.bodies.defaults.get(n), v) for n, v in body.items() if n in values):
            yield {"body": body}


@requirement("create.is-listed", on="create", needs="list", cost=2, by_put=True)
@for_each(of_every_kind)
def test_the_list_holds_a_created_resource_once(subject: Subject, body: Body) -> None:
    made = subject.create(body)
    must.have_status(made, "created")
    stands_once(subject, made)


@until_settled("lists")
def stands_once(subject: Subject, made: Reply) -> None:
    entries = subject.lists.walk()
    found = subject.lists.ids(entries).count(made.id)
    if not found:
        must.be_judged_whole(made)
    listed = subject.list() if found != 1 else made
    must.hold(
        found == 1,
        listed,
        f"what was created stands {found} times in the list" if found else "what was created is not in the list",
        kind="listed",
        expected=1,
        actual=found,
    )
    if made.exchange.again:
        return
    texts = {n: v for n, v in made.sent.items() if isinstance(v, str) and subject.token in v}
    twins = [e for e in entries if isinstance(e, dict) and any(subject.token in str(e.get(n)) for n in texts)]
    must.hold(
        len(twins) < 2,
        subject.list() if len(twins) > 1 else made,
        f"the list holds what one create was sent with under {len(twins)} ids",
        kind="listed",
        expected=1,
        actual=len(twins),
    )


@requirement("create.defaults", on="create", needs="read", cost=2, by_put=True)
def test_an_omitted_field_reads_back_as_its_default(subject: Subject) -> None:
    made = subject.create(subject.bodies.bare())
    must.have_status(made, "created")
    read = subject.read(made.id)
    must.have_status(read, "read")
    must.agree(read, after_create(subject, made.sent), read.entity, what="a field that the create left out")


def beyond_doubles(ground: Ground) -> Cases:
    """Each integer without a bound, with the first value that a double cannot hold: it may be refused, and if it is
    taken it is kept (RFC 8259 §6)."""
    for name, schema in ground.bodies.writable.items():
        bounds = {"maximum", "exclusiveMaximum", "enum", "const", "multipleOf", "format"} & schema.keys()
        spared = {*ground.resource.references, *ground.resource.lenient, *ground.bodies.ruled}
        if types_of(schema) - {"null"} == {"integer"} and not bounds and name not in spared:
            body = ground.bodies.with_field(name, 2**53 + 1, "large")
            yield {"body": body, "notes": {name: "an integer that no double holds"}, "may_be_refused": True}


@requirement("create.accepts-valid", on="create", cost=2)
@for_each(lambda ground: [*accepted_bodies(ground), *beyond_doubles(ground)], apart=True)
def test_every_allowed_value_is_accepted_and_kept(
    subject: Subject, body: Body, notes: dict[str, str], may_be_refused: bool = False
) -> None:
    made, allowed = subject.create(body), "after a create with a value that the schema allows"
    if may_be_refused and not made.ok:
        must.be_the_clients_fault(made, because="an integer that no double holds")
        return
    whole = None
    if made.ok:
        # The answer may show what was sent where the store holds something else.
        whole = subject.observe(made.id)
        try:
            must.agree(made, after_create(subject, made.sent), whole, what=allowed)
            if made.entity is not None:
                must.agree(made, after_create(subject, made.sent), made.entity, what=allowed)
            undo_large_write(subject, made)
            return
        except AssertionError:
            pass  # told below by the one field that is at fault, where a smaller body shows it
    for name, note in notes.items():
        if made.ok and name in subject.bodies.unique_fields:
            # Taken by the body as a whole: what became of it there says all.
            wanted = {n: v for n, v in after_create(subject, made.sent).items() if n == name}
            must.agree(made, wanted, whole, what=allowed)
            continue
        alone = subject.create(subject.bodies.with_field(name, body[name], f"{name}"))
        if made.ok and alone.left_open:
            continue  # the body as a whole may have taken it, and is told of below
        must.have_status(alone, "created", field=name, because=f"{name}: {note}")
        for state in (subject.observe(alone.id), alone.entity):
            if state is not None and not state.absent:
                must.agree(alone, after_create(subject, alone.sent), state, what=allowed)
    must.have_status(made, "created", because="of values that are accepted one by one")
    must.agree(made, after_create(subject, made.sent), whole, what=allowed)


@requirement("create.unique-id", on="create", cost=1)
@for_each(lambda ground: [{}])
def test_two_creates_never_share_an_id(subject: Subject) -> None:
    first, second = subject.create(subject.bodies.minimal("a")), subject.create(subject.bodies.minimal("b"))
    for made in (first, second):
        must.have_status(made, "created")
        kind = {"integer": int, "uuid": str, "string": str}[subject.spec.id.type]
        # A schema that says no type of the id lets answers show a number where paths hold its text.
        kinds = (kind,) if "type" in subject.spec.properties[subject.spec.id.field] else (int, str)
        right = isinstance(made.id, kinds) and not isinstance(made.id, bool)
        must.hold(
            right,
            made,
            f"the id {made.id!r} is no {subject.spec.id.type}",
            kind="id-type",
            expected=subject.spec.id.type,
            field=subject.spec.id.field,
        )
    ids = [first.id, second.id]
    if not subject.spec.id.may_come_again and subject.spec.supports("delete") and subject.delete(second.id).ok:
        third = subject.create(subject.bodies.minimal("c"))
        must.have_status(third, "created")
        ids.append(third.id)
    twice = len(set(map(str, ids))) < len(ids)
    must.hold(not twice, made, "two creates got the same id", kind="same-id", field=subject.spec.id.field)


@requirement("create.siblings", on="create", cost=3)
@for_each(lambda ground: [{"body": ground.bodies.full("first"), "alike": ground.bodies.full("second")}])
def test_a_create_leaves_what_is_there(subject: Subject, body: Body, alike: Body) -> None:
    """What has the same values, but for the unique ones: a create may take nothing away from it."""
    first = subject.given(body)
    before = dict(first.entity) or subject.observe(first.id)
    second = subject.create(alike)
    must.have_status(second, "created")
    now = subject.observe(first.id)
    must.agree(second, what_stays(subject, before, now), now, what="another resource after a create")


def _is_the_same(one: Any, other: Any) -> bool:
    """Whether two values agree both ways: an empty object agrees with every object, and is none of them."""
    return not any(differences(one, other)) and not any(differences(other, one))


@requirement("create.server-set", on=("create", "update", "replace"), cost=1)
@for_each(server_set_bodies)
def test_a_client_cannot_set_what_the_server_sets(
    subject: Subject, operation: str, field: str, body: Body, value: Any, instead: Any
) -> None:
    status = subject.spec.status("server_set")
    mine = subject.own()
    usual = (mine.entity if field in mine.entity else subject.observe(mine.id)).get(field)
    if same(usual, value):
        value = instead
    if value is None or same(usual, value):
        raise Inconclusive(f"the server gives {field} the only value that could tell who set it")
    body = {**body, field: value}
    reply = (
        subject.create(body)
        if operation == "create"
        else subject.update(subject.own().id, body)
        if operation == "update"
        else subject.replace(subject.own().id, body)
    )
    if status.accepted:
        must.hold(
            reply.ok or 400 <= reply.status < 500,
            reply,
            f"the {reply} with {field} answered {reply.status}",
            kind="status",
            expected="2xx or 4xx",
            actual=reply.status,
            field=field,
        )
    else:
        must.be_refused(reply, "server_set", field=field, because=f"{field} is set by the server")
    # Where the contract names a success, a client may set the field.
    if reply.ok and reply.status not in status:
        state = subject.observe(reply.id)
        is_lost = operation != "create" and state.absent
        must.hold(not is_lost, reply, f"an item is lost to who sets its {field}", kind="server-set", field=field)
        must.hold(
            field not in state or not _is_the_same(subject.resolved(value), state[field]),
            reply,
            f"a client could set {field}",
            kind="server-set",
            field=field,
            pointer=reply.entity_pointer + reply.envelope.within(f"/{field}"),
        )


@requirement("create.location", on="create", needs="read", cost=2)
def test_location_leads_to_the_new_resource(subject: Subject, contract: Contract) -> None:
    made = subject.create(subject.bodies.minimal())
    must.have_status(made, "created")
    if made.is_under_way:
        raise NotTested("the answer to a create that is only accepted leads to its job")
    location = made.header("Location")
    url = subject.requests.item_url(made.id, made.scope)
    if not url:
        raise NotTested("no URL leads to one, whose id stands in no path and no query")
    if location is None:
        must.hold(
            "create.location" not in contract.policies,
            made,
            "the answer to a create has no Location",
            kind="no-location",
        )
        raise NotTested("no Location is sent, and the contract declares none")
    there, here = parts_of(location), parts_of(url)
    elsewhere = there.hostname not in (None, parts_of(made.exchange.url).hostname)
    is_named = {*parse_qsl(here.query)} <= {*parse_qsl(there.query)}
    must.hold(
        leads_through(there.path, here.path) and is_named and not elsewhere,  # a version of it, say, is below it
        made,
        f"Location does not lead to {url}{' of this host' if elsewhere else ''}",
        kind="location",
        expected=url,
        actual=location,
    )
