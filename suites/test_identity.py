"""Which addresses lead somewhere: ids, parents and paths."""

from restproof.oracle.finding import an
from restproof.plan.inputs import bad_ids
from restproof.suite import Field, Inconclusive, Subject, for_each, must, requirement
from restproof.wire.message import Request

ON_ITEMS = ("read", "update", "replace", "delete")


def address(resource: Subject, operation: str, id, **options):
    """One request of the operation to the id, with a valid body where it takes one."""
    if operation == "read":
        return resource.read(id, **options)
    if operation == "delete":
        return resource.delete(id, **options)
    if operation == "update":
        return resource.update(id, resource.bodies.every_change(), **options)
    return resource.replace(id, resource.bodies.minimal(), **options)


def reach(resource: Subject, operation: str, id, scope):
    """One request of any operation below ``scope``."""
    if operation == "list":
        return resource.list(scope=scope)
    if operation == "create":
        return resource.create(resource.bodies.minimal(), scope=scope)
    return address(resource, operation, id, scope=scope)


def unless_it_creates(field: Field):
    """Nothing where the operation is a replace that creates what is not there."""
    if field.operation != "replace" or field.resource.id.chosen_by == "server":
        yield {}


@requirement("identity.unknown", on=ON_ITEMS)
@for_each(unless_it_creates)
def test_an_unknown_id_is_absent(resource: Subject, operation):
    must.have_status(address(resource, operation, resource.world.absent_id(resource.resource)), "absent")


@requirement("identity.malformed", on=ON_ITEMS, when=lambda c, r: r.id.chosen_by == "server")
@for_each(lambda field: [c for c in bad_ids(field) if field.operation == "read" or c["note"] == "text" or c["suffix"]])
def test_a_malformed_id_is_refused(resource: Subject, operation, id, note, suffix):
    if suffix:
        id = f"{resource.target().id}{id}"
    status = resource.resource.status("malformed_id")
    if resource.resource.id.type == "integer" and str(id).lstrip("-").isdigit():
        # A whole number that can be no id may as well be looked up in vain.
        status |= resource.resource.status("absent")
    must.have_status(address(resource, operation, id), status, because=f"the id is {note}")


def tails(field: Field):
    yield {"tail": "/0/restproof-unknown"}
    if field.leads:
        yield {"tail": "-restproof-unknown"}


@requirement("identity.unknown-path", on="list")
@for_each(tails)
def test_an_unknown_path_is_absent(resource: Subject, tail):
    known = resource.request("list")
    reply = resource.send(Request("GET", known.path.rstrip("/") + tail, known.query, known.headers), "list")
    must.have_status(reply, "unknown_path", because="the path does not exist")


def wrong_parents(field: Field):
    """Another nearest parent; and for each ancestor above that, another one of which the nearest parent is none."""
    if field.operation in ON_ITEMS:
        yield from ({"above": None} for _ in unless_it_creates(field))
    if field.operation != "replace" or field.resource.id.chosen_by == "server":
        yield from ({"above": parent.resource} for parent in field.resource.parents[:-1])


@requirement(
    "identity.wrong-parent",
    on=("list", "create", *ON_ITEMS),
    needs="create",
    when=lambda c, r: bool(r.parents),
    cost=2,
    set_up=1,
)
@for_each(wrong_parents)
def test_a_resource_is_not_reachable_under_another_parent(resource: Subject, operation, above):
    made = resource.own() if operation == "delete" else resource.target()
    before = resource.before(made.id)
    status = resource.resource.status("wrong_parent")
    if above is None:
        reply = address(resource, operation, made.id, scope=resource.scope("other"))
        must.have_status(reply, status, because="under another parent")
    else:
        reply = reach(resource, operation, made.id, resource.crossed(above))
        status |= resource.resource.status("absent_parent")
        must.have_status(reply, status, because=f"under another {above}, which its parent does not belong to")
    must.agree(
        reply,
        resource.stable(before),
        resource.now(made.id),
        what="the state after a request under another parent",
        pointer="",
    )


def lost_parents(field: Field):
    """A parent that never was; and for lists and reads, one that was deleted."""
    yield {"deleted": None}
    for parent in field.resource.parents[-1:] if field.operation in ("list", "read") else ():
        above = field.contract.resources[parent.resource]
        if above.creatable and above.supports("delete") and field.resource.creatable:
            yield {"deleted": parent.resource}


@requirement("identity.unknown-parent", on=("list", "create", *ON_ITEMS), when=lambda c, r: bool(r.parents))
@for_each(lost_parents)
def test_nothing_is_found_below_an_unknown_parent(resource: Subject, operation, deleted):
    if deleted is not None:
        below_what_was_deleted(resource, operation, deleted)
        return
    creatable = resource.resource.creatable
    id = resource.shared().id if creatable and operation in ON_ITEMS else resource.world.absent_id(resource.resource)
    must.have_status(
        reach(resource, operation, id, resource.scope("none")), "absent_parent", because="the parent does not exist"
    )


def below_what_was_deleted(resource: Subject, operation, parent: str) -> None:
    above = resource.other(parent)
    doomed = above.given(tag="doomed")
    scope = {**resource.scope(), parent: doomed.id}
    made = resource.given(scope=scope)
    if not above.delete(doomed.id).ok:
        raise Inconclusive(f"{an(parent)} is not deleted while it holds something")
    status = resource.resource.status("absent_parent") | above.resource.status("gone")
    if operation == "read":
        status |= resource.resource.status("absent") | resource.resource.status("gone")
    must.have_status(reach(resource, operation, made.id, scope), status, because=f"the {parent} above it was deleted")
    resource.world.ledger.deleted(resource.item_target(made.id, scope))
    chosen = above.resource.id.chosen_by != "server" and above.resource.supports("replace")
    if operation == "list" and chosen and above.replace(doomed.id, above.bodies.minimal("again")).ok:
        listed = resource.list(scope=scope)
        must.hold(
            made.id not in resource.entry_ids(listed.entries or ()),
            listed,
            f"what was below a deleted {parent} is back with another one of its id",
            kind="back again",
            expected="an empty list",
            actual="an entry of before",
        )
