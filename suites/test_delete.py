"""What a delete promises: gone from everywhere, and nothing else touched."""

from typing import Any

from restproof.suite import Contract, Ground, Inconclusive, Instance, Reply, Subject, for_each, must, requirement
from restproof.suite.bystanders import must_be_gone, what_stays
from restproof.suite.inputs import Body, Cases
from restproof.suite.lists import until_settled
from restproof.suite.operations import creates_by_put, freed_keys, removes
from restproof.suite.setup import spare
from restproof.suite.states import after_create, as_sent
from restproof.suite.values import an


@requirement("delete.answers", on="delete", needs="create", set_up=1)
def test_a_delete_answers_without_content(subject: Subject) -> None:
    """Of a resource that holds more than it must, and other than the usual values."""
    bodies = subject.bodies
    body = bodies.adjusted_to_rules({**bodies.full(), **bodies.unusual()})
    deleted = subject.delete(subject.own(body).id)
    must.have_status(deleted, "deleted")
    if subject.spec.deleted_body == "empty":
        content = deleted.exchange.response.body if deleted.exchange.response else b""
        must.hold(
            not content.strip(),
            deleted,
            "the answer to a delete has content",
            kind="content",
            expected="no content",
            actual=f"{len(content)} bytes",
            pointer="",
        )


@requirement("delete.is-gone", on="delete", needs="create", when=lambda _, r: removes(r), cost=4, set_up=1)
def test_what_was_deleted_is_gone(subject: Subject, contract: Contract) -> None:
    made = subject.own(roughly=True)
    must.have_status(subject.delete(made.id), "deleted")
    if subject.spec.supports("read"):
        must.have_status(subject.read(made.id), "gone", because="after its delete")
    if subject.spec.supports("update"):
        must.have_status(subject.update(made.id, subject.bodies.plain_change()), "gone", because="after its delete")
    if subject.spec.supports("replace") and not creates_by_put(subject.spec):
        body = subject.bodies.minimal("replaced")
        must.have_status(subject.replace(made.id, body), "gone", because="after its delete")
    must.have_status(subject.delete(made.id), "repeat_delete", because="after its delete")


@requirement("delete.unlisted", on="delete", needs=("create", "list"), when=lambda _, r: removes(r), cost=2, set_up=1)
def test_no_list_holds_a_deleted_resource(subject: Subject) -> None:
    made = subject.own()
    before = subject.lists.ids(subject.lists.walk())  # a list that is kept for a while is known from here on
    deleted = subject.delete(made.id)
    must.have_status(deleted, "deleted")
    if made.id not in before:
        must.be_judged_whole(deleted)
    must_be_unlisted(subject, deleted, made.id)
    for name, found in subject.spec.filters.items():
        value = made.id if found.field == subject.spec.id.field else made.entity.get(found.field)
        if found.values is not None or not isinstance(value, str | int | float) or value == "":
            continue
        must_hold_no_more(subject, name, value, made.id)


@until_settled("lists")
def must_be_unlisted(subject: Subject, deleted: Reply, id: Any) -> None:
    listed, still = subject.lists.ids(subject.lists.walk()), f"the list still holds a deleted {subject.name}"
    must.hold(id not in listed, deleted, still, kind="listed", expected="not listed", actual="listed")


@until_settled("queries")
def must_hold_no_more(subject: Subject, name: str, value: Any, id: Any) -> None:
    page = subject.list(
        (*subject.lists.filter_query(name, value), *subject.lists.page_query(subject.lists.largest_page()))
    )
    must.hold(
        id not in subject.lists.ids(page.entries or ()),
        page,
        f"a list filtered by {name} still holds a deleted {subject.name}",
        kind="listed",
        expected="not listed",
        actual="listed",
        field=name,
    )


@requirement("delete.repeat", on="delete", needs="create", cost=3, set_up=2)
def test_a_second_delete_changes_nothing(subject: Subject) -> None:
    sibling = subject.shared()
    before = subject.observe(sibling.id)
    made = subject.own()
    must.have_status(subject.delete(made.id), "deleted")
    second = subject.delete(made.id)
    must.have_answered(second)
    must.hold(
        second.status < 500,
        second,
        f"a second delete answered {second.status}",
        kind="status",
        expected="no 5xx",
        actual=second.status,
    )
    must.agree(
        second,
        subject.stable(before),
        subject.observe(sibling.id),
        what="another resource after a second delete",
    )


def twins(ground: Ground) -> Cases:
    """Beside the resources under the same parent, one under another parent that holds the same unique values, or has
    the same id where clients choose it."""
    yield {"twin": False}
    named = creates_by_put(ground.resource)
    if ground.resource.parents and (named or ground.resource.unique) and ground.resource.unique_scope == "parent":
        yield {"twin": True}


@requirement("delete.siblings", on="delete", needs="create", cost=5, set_up=3, looks=True)
@for_each(twins)
def test_a_delete_leaves_its_siblings(subject: Subject, twin: bool) -> None:
    if twin:
        body = subject.bodies.keyed("twin")
        scope = subject.another_scope()
        doomed = subject.given(body)
        if not creates_by_put(subject.spec):
            other = subject.given(body, scope=scope)
        else:
            other = doomed
            if not subject.replace(doomed.id, body, scope=scope).ok:
                raise Inconclusive("an id of one parent is not free under another")
        before = subject.observe(other.id, scope=scope)
        deleted = subject.delete(doomed.id)
        must.have_status(deleted, "deleted")
        must.agree(
            deleted,
            subject.stable(before),
            subject.observe(other.id, scope=scope),
            what="another parent's resource with the same unique values, after a delete",
        )
        return
    # Whole bodies: what deletes by another column than the id takes those that have its value in common.
    older, doomed, younger = [subject.given(subject.bodies.full(tag)) for tag in ("before", "doomed", "after")]
    befores = {s.id: dict(s.entity) or subject.observe(s.id) for s in (older, younger)}
    # What refers to the shared one may show in it (members of a project, projects of a member) since it was made.
    shared = subject.shared("0").id
    befores[shared] = subject.observe(shared)
    deleted = subject.delete(doomed.id)
    must.have_status(deleted, "deleted")
    for id, state in befores.items():
        now = subject.observe(id)
        must.agree(deleted, what_stays(subject, state, now), now, what="another resource after a delete")
    must_be_gone(deleted, subject, doomed.id)


@requirement(
    "delete.frees-unique", on="delete", needs="create", when=lambda _, r: removes(r) and bool(freed_keys(r)), cost=6
)
def test_a_unique_value_is_free_again(subject: Subject) -> None:
    (key, names), *_ = freed_keys(subject.spec).items()
    body = subject.bodies.keyed(key=key)
    made = subject.given(subject.bodies.adjusted_to_rules({**subject.bodies.full(), **body}, fixed=body))
    must.have_status(subject.delete(made.id), "deleted")
    if subject.spec.supports("update") and subject.spec.renames(names) and not subject.spec.id.follows:
        other = spare(subject, subject.bodies.keyed("other", key))
        renamed = subject.update(other.id, {n: made.sent[n] for n in names if n in made.sent})
        must.have_status(renamed, "updated", because="with the unique value of a deleted one")
        must.have_status(subject.delete(other.id), "deleted")
    if subject.spec.id.reused == "never" and subject.spec.id.field in body:
        body |= {subject.spec.id.field: subject.bodies.chosen_id("again")}
    again = subject.create(body)
    must.have_status(again, "created", because="with the unique value of a deleted one")
    if again.entity is not None:
        wanted = after_create(subject, again.sent)
        must.agree(again, wanted, again.entity, what="a create with the unique values of a deleted resource")
    must.hold(
        again.id != made.id or subject.spec.id.may_come_again,
        again,
        "a new resource got the id of a deleted one",
        kind="same-id",
    )


def referring(ground: Ground, on_delete: str = "clear") -> Cases:
    """Each reference of another resource to this one, for which the contract says that a delete does ``on_delete``."""
    for other, name, ref in ground.contract.referring.get(ground.resource.name, ()):
        if ref.on_delete == on_delete and other.creatable and other.supports("read"):
            yield {"other": other.name, "reference": name}


def referring_to(owner: Subject, reference: str, value: Any, body: Body) -> Instance:
    """A new instance that refers to what the value names, with what rules then ask for besides."""
    return owner.given(owner.bodies.adjusted_to_rules(body, fixed={reference: value}))


def is_deleted_together(subject: Subject, owner: Subject, reference: str, doomed: Instance, kept: Instance) -> None:
    """What refers to a deleted resource is deleted with it, and what refers to another one stays."""
    many = owner.spec.references[reference].many
    naming, other = (
        referring_to(owner, reference, [to.id] if many else to.id, owner.bodies.minimal(tag))
        for tag, to in (("naming", doomed), ("other", kept))
    )
    must.have_status(subject.delete(doomed.id), "deleted", field=reference)
    because = f"after the delete of the {subject.name} that it refers to"
    must.have_status(owner.read(naming.id), "gone", field=reference, because=because)
    must.have_status(owner.read(other.id), "read", because=f"after the delete of another {subject.name}")


def clearing(ground: Ground) -> Cases:
    yield from referring(ground)
    yield from ({**case, "together": True} for case in referring(ground, "cascade"))


@requirement("delete.clears-references", on="delete", needs="create", cost=9)
@for_each(clearing)
def test_a_reference_to_a_deleted_resource_is_cleared(
    subject: Subject, other: str, reference: str, together: bool = False
) -> None:
    """In each resource that holds it, and in no other."""
    doomed, kept = spare(subject, tag="doomed"), spare(subject, tag="kept")
    owner = subject.other(other)
    if together:
        is_deleted_together(subject, owner, reference, doomed, kept)
        return
    bodies, ref = owner.bodies, owner.spec.references[reference]
    both = [doomed.id, kept.id][: bodies.writable[reference].get("maxItems", 2)]
    held = [
        (bodies.minimal("one"), both if ref.many else doomed.id, both[1:] if ref.many else None),
        (bodies.full("two"), both[::-1] if ref.many else doomed.id, both[1:] if ref.many else None),
        (bodies.minimal("three"), [kept.id] if ref.many else kept.id, [kept.id] if ref.many else kept.id),
    ]
    if ref.many and len(both[1:]) < bodies.writable[reference].get("minItems", 0):
        raise Inconclusive(f"{reference} has no room for another one, and may not be empty")
    if reference in bodies.unique_fields and not ref.many:
        del held[1]  # only one may hold it
    holders = [(referring_to(owner, reference, value, body), value, wanted) for body, value, wanted in held]
    must.have_status(subject.delete(doomed.id), "deleted", field=reference)
    for holder, value, wanted in holders:
        read = owner.read(holder.id)
        must.have_status(read, "read", because="after the delete of what it refers to")
        # What the server has made itself, a create may answer otherwise than a read: a time, to the microsecond.
        made = owner.spec.made_defaults.keys() - holder.sent.keys()
        own = owner.bodies.writable.keys() - owner.spec.references.keys() - owner.spec.derived.keys() - made
        before = {n: v for n, v in owner.stable(holder.entity or {}).items() if n in own}
        must.agree(read, before, read.entity, what=f"what referred to {an(subject.name)}, after the delete of that")
        # Of other references the ids alone, which stay: what is shown beside those may tell of what was deleted.
        refs, above = owner.spec.references.items(), owner.contract.ancestors
        stay = {n for n, r in refs if r.reads_as and subject.name not in above(owner.contract.resources[r.to])}
        was, now = (as_sent(owner.spec, stay - {reference}, e or {}) for e in (holder.entity, read.entity))
        must.agree(read, was, now, what=f"what referred to {an(subject.name)}, after the delete of that")
        if not ref.reads_as:
            continue  # no response shows it
        left = as_sent(owner.spec, [reference], read.entity or {}).get(reference)
        must.hold(
            left == wanted or (owner.spec.sparse and left is None and not wanted),
            read,
            f"{reference} still refers to a deleted {subject.name}"
            if left == value
            else f"{reference} holds something else than it should after the delete of {an(subject.name)}",
            kind="dangling",
            expected="kept" if wanted == value else "cleared",
            actual=left,
            field=reference,
        )


@requirement("delete.keeps-referenced", on="delete", needs="create", cost=5)
@for_each(lambda ground: referring(ground, "refuse"))
def test_what_is_referred_to_is_not_deleted(subject: Subject, other: str, reference: str) -> None:
    named, owner = spare(subject, tag="named"), subject.other(other)
    ref = owner.spec.references[reference]
    holder = referring_to(owner, reference, [named.id] if ref.many else named.id, owner.bodies.minimal())
    refused = subject.delete(named.id)
    must.be_refused(refused, "conflict", field=reference, because=f"{an(other)} refers to it")
    if subject.spec.supports("read"):
        must.have_status(subject.read(named.id), "read", because="after a delete that was refused")
    if subject.spec.supports("list") and "list" not in subject.spec.open:
        must.hold(
            named.id in subject.lists.ids(subject.lists.walk()),
            refused,
            f"after a delete that was refused the list holds no such {subject.name}",
            kind="unlisted",
            expected="listed",
            actual="not listed",
        )
    unusual = owner.bodies.unusual()
    if unusual:
        # What is closed or hidden refers to it all the same.
        held = spare(subject, tag="held")
        body = {**owner.bodies.minimal("unusual"), **unusual}
        referring_to(owner, reference, [held.id] if ref.many else held.id, body)
        must.be_refused(subject.delete(held.id), "conflict", field=reference, because=f"{an(other)} refers to it")
    other_one = spare(subject, tag="other")
    moves = owner.spec.supports("update") and reference in owner.bodies.changeable
    if moves and owner.update(holder.id, {reference: [other_one.id] if ref.many else other_one.id}).ok:
        must.have_status(subject.delete(named.id), "deleted", because=f"{an(other)} refers to another one now")
        named = other_one
    if owner.spec.supports("delete") and owner.delete(holder.id).ok:
        must.have_status(subject.delete(named.id), "deleted", because="nothing refers to it any more")
