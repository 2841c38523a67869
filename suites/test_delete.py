"""What a delete promises: gone from everywhere, and nothing else touched."""

from restproof.oracle.finding import an
from restproof.semantics.readback import ReadPath
from restproof.semantics.state import expected
from restproof.suite import Field, Inconclusive, Subject, for_each, must, requirement


@requirement("delete.answers", on="delete", needs="create", set_up=1)
def test_a_delete_answers_without_content(resource: Subject):
    """Of a resource that holds more than it must, and other than the usual values."""
    bodies = resource.bodies
    body = bodies.kept_rules({**bodies.full(), **bodies.unusual()})
    deleted = resource.delete(resource.own(body).id)
    must.have_status(deleted, "deleted")
    if resource.resource.deleted_body == "empty":
        body = deleted.exchange.response.body if deleted.exchange.response else b""
        must.hold(
            not body.strip(),
            deleted,
            "the answer to a delete has content",
            kind="content",
            expected="no content",
            actual=f"{len(body)} bytes",
            pointer="",
        )


@requirement("delete.is-gone", on="delete", needs="create", cost=4, set_up=1)
def test_what_was_deleted_is_gone(resource: Subject, contract):
    made = resource.own()
    must.have_status(resource.delete(made.id), "deleted")
    if resource.resource.supports("read"):
        must.have_status(resource.read(made.id), "gone", because="after its delete")
    if resource.resource.supports("update"):
        must.have_status(resource.update(made.id, resource.bodies.plain_change()), "gone", because="after its delete")
    if resource.resource.supports("replace") and resource.resource.id.chosen_by == "server":
        body = resource.bodies.minimal("replaced")
        must.have_status(resource.replace(made.id, body), "gone", because="after its delete")
    must.have_status(resource.delete(made.id), "repeat_delete", because="after its delete")


@requirement("delete.unlisted", on="delete", needs=("create", "list"), cost=2, set_up=1)
def test_no_list_holds_a_deleted_resource(resource: Subject):
    made = resource.own()
    resource.walk()  # a list that is kept for a while is known from here on
    deleted = resource.delete(made.id)
    must.have_status(deleted, "deleted")
    must.hold(
        made.id not in resource.entry_ids(resource.walk()),
        deleted,
        f"the list still holds a deleted {resource.name}",
        kind="listed",
        expected="not listed",
        actual="listed",
    )
    for name, found in resource.resource.filters.items():
        value = made.id if found.field == resource.resource.id.field else made.entity.get(found.field)
        if found.values is not None or not isinstance(value, str | int | float) or value == "":
            continue
        page = resource.list((*resource.filter_query(name, value), *resource.page_query(resource.largest_page())))
        must.hold(
            made.id not in resource.entry_ids(page.entries or ()),
            page,
            f"a list filtered by {name} still holds a deleted {resource.name}",
            kind="listed",
            expected="not listed",
            actual="listed",
            field=name,
        )


@requirement("delete.repeat", on="delete", needs="create", cost=3, set_up=2)
def test_a_second_delete_changes_nothing(resource: Subject):
    sibling = resource.shared()
    before = resource.observe(sibling.id)
    made = resource.own()
    must.have_status(resource.delete(made.id), "deleted")
    second = resource.delete(made.id)
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
        resource.stable(before or {}),
        resource.observe(sibling.id),
        what="another resource after a second delete",
        pointer="",
    )


def twins(field: Field):
    """Beside the resources under the same parent, one under another parent that holds the same unique values, or has
    the same id where clients choose it."""
    yield {"twin": False}
    named = field.resource.id.chosen_by != "server" and field.resource.supports("replace")
    if field.resource.parents and (named or field.resource.unique) and field.resource.unique_scope == "parent":
        yield {"twin": True}


@requirement("delete.siblings", on="delete", needs="create", cost=4, set_up=3)
@for_each(twins)
def test_a_delete_leaves_its_siblings(resource: Subject, twin):
    if twin:
        body = resource.bodies.keyed("twin")
        scope = resource.another_scope()
        doomed = resource.given(body)
        if resource.resource.id.chosen_by == "server" or not resource.resource.supports("replace"):
            other = resource.given(body, scope=scope)
        else:
            other = doomed
            if not resource.replace(doomed.id, body, scope=scope).ok:
                raise Inconclusive("an id of one parent is not free under another")
        before = resource.observe(other.id, scope=scope)
        deleted = resource.delete(doomed.id)
        must.have_status(deleted, "deleted")
        must.agree(
            deleted,
            resource.stable(before or {}),
            resource.observe(other.id, scope=scope),
            what="another parent's resource with the same unique values, after a delete",
            pointer="",
        )
        return
    siblings = [resource.given(tag="before"), resource.shared("0")]
    doomed = resource.given(tag="doomed")
    siblings.append(resource.given(tag="after"))
    before = {s.id: dict(s.entity) or resource.observe(s.id) for s in siblings}
    deleted = resource.delete(doomed.id)
    must.have_status(deleted, "deleted")
    for id, state in before.items():
        must.agree(
            deleted,
            resource.stable(state or {}),
            resource.observe(id),
            what="another resource after a delete",
            pointer="",
        )


@requirement("delete.frees-unique", on="delete", needs="create", when=lambda c, r: bool(r.unique), cost=6)
def test_a_unique_value_is_free_again(resource: Subject):
    body = resource.bodies.keyed()
    made = resource.given(resource.bodies.kept_rules({**resource.bodies.full(), **body}, fixed=body))
    must.have_status(resource.delete(made.id), "deleted")
    if resource.resource.supports("update") and resource.resource.renamable and not resource.resource.id.follows:
        (key, *_) = resource.resource.unique
        other = resource.given(resource.bodies.keyed("other"))
        renamed = resource.update(other.id, {n: made.sent[n] for n in key if n in made.sent})
        must.have_status(renamed, "updated", because="with the unique value of a deleted one")
        must.have_status(resource.delete(other.id), "deleted")
    again = resource.create(body)
    must.have_status(again, "created", because="with the unique value of a deleted one")
    if again.entity is not None:
        wanted = expected(resource.resource, again.sent, refs=resource.world.lookup)
        must.agree(again, wanted, again.entity, what="what has the unique value of a deleted one")
    must.hold(
        again.id != made.id or resource.resource.id.chosen_by != "server" or resource.resource.id.follows,
        again,
        "a new resource got the id of a deleted one",
        kind="same id",
    )


def referring(field: Field, on_delete: str = "clear"):
    """Each reference of another resource to this one, for which the contract says that a delete does ``on_delete``."""
    for other in field.contract:
        for name, ref in other.references.items():
            if (
                ref.to == field.resource.name
                and ref.on_delete == on_delete
                and other.creatable
                and other.supports("read")
            ):
                yield {"other": other.name, "reference": name}


@requirement("delete.clears-references", on="delete", needs="create", cost=9)
@for_each(referring)
def test_a_reference_to_a_deleted_resource_is_cleared(resource: Subject, other, reference):
    """In each resource that holds it, and in no other."""
    doomed, kept = resource.given(tag="doomed"), resource.given(tag="kept")
    owner = resource.other(other)
    bodies, ref = owner.bodies, owner.resource.references[reference]
    both = [doomed.id, kept.id]
    held = [
        (bodies.minimal("one"), both if ref.many else doomed.id, [kept.id] if ref.many else None),
        (bodies.full("two"), both[::-1] if ref.many else doomed.id, [kept.id] if ref.many else None),
        (bodies.minimal("three"), [kept.id] if ref.many else kept.id, [kept.id] if ref.many else kept.id),
    ]
    if reference in bodies.unique_fields and not ref.many:
        del held[1]  # only one may hold it
    holders = [(owner.given({**body, reference: value}), value, wanted) for body, value, wanted in held]
    deleted = resource.delete(doomed.id)
    must.have_status(deleted, "deleted")
    for holder, value, wanted in holders:
        read = owner.read(holder.id)
        must.have_status(read, "read", because="after the delete of what it refers to")
        path, entity = ReadPath.parse(ref.reads_as), read.entity or {}
        left = path.read(entity) if path.root in entity else None
        must.hold(
            left == wanted,
            read,
            f"{reference} still refers to a deleted {resource.name}"
            if left == value
            else f"{reference} holds something else than it should after the delete of {an(resource.name)}",
            kind="dangling",
            expected="kept" if wanted == value else "cleared",
            actual=left,
            field=reference,
        )


@requirement("delete.keeps-referenced", on="delete", needs="create", cost=5)
@for_each(lambda field: referring(field, "refuse"))
def test_what_is_referred_to_is_not_deleted(resource: Subject, other, reference):
    named, owner = resource.given(tag="named"), resource.other(other)
    ref = owner.resource.references[reference]
    holder = owner.given({**owner.bodies.minimal(), reference: [named.id] if ref.many else named.id})
    refused = resource.delete(named.id)
    must.be_refused(refused, "conflict", field=reference, because=f"{an(other)} refers to it")
    if resource.resource.supports("read"):
        must.have_status(resource.read(named.id), "read", because="after a delete that was refused")
    if resource.resource.supports("list"):
        must.hold(
            named.id in resource.entry_ids(resource.walk()),
            refused,
            f"after a delete that was refused the list holds no such {resource.name}",
            kind="unlisted",
            expected="listed",
            actual="not listed",
        )
    unusual = owner.bodies.unusual()
    if unusual:
        # What is closed or hidden refers to it all the same.
        held = resource.given(tag="held")
        naming = {reference: [held.id] if ref.many else held.id}
        body = {**owner.bodies.minimal("unusual"), **unusual}
        owner.given(owner.bodies.kept_rules(body, fixed=naming))
        must.be_refused(resource.delete(held.id), "conflict", field=reference, because=f"{an(other)} refers to it")
    other_one = resource.given(tag="other")
    moves = owner.resource.supports("update") and reference in owner.bodies.changeable
    if moves and owner.update(holder.id, {reference: [other_one.id] if ref.many else other_one.id}).ok:
        must.have_status(resource.delete(named.id), "deleted", because=f"{an(other)} refers to another one now")
        named = other_one
    if owner.resource.supports("delete") and owner.delete(holder.id).ok:
        must.have_status(resource.delete(named.id), "deleted", because="nothing refers to it any more")
