"""Which addresses lead somewhere: ids, parents and paths."""

from collections.abc import Container
from typing import Any

from restproof.suite import Ground, Inconclusive, Reply, Subject, for_each, must, requirement
from restproof.suite.inputs import Body, Cases, bad_ids, moving_names
from restproof.suite.operations import ON_ITEM, creates_by_put, methods_at, perform, removes
from restproof.suite.scopes import absent_id, body_below, crossed_scope, lost_scope
from restproof.suite.states import after_update
from restproof.suite.values import an
from restproof.suite.wire import Request

FORBIDDEN = 403


def about_its_path(subject: Subject, reply: Reply, wanted: Container[int]) -> Reply:
    """The answer to a request that leads nowhere. Many servers look first who asks, and at the body: where one forbids
    the same request of what is there, or refuses its body for what the contract leaves open, it says nothing."""
    is_forbidden = reply.status == FORBIDDEN
    if (is_forbidden or reply.left_open) and reply.status not in wanted:
        there = subject.own() if reply.operation == "delete" else subject.target()
        id = there.id if reply.operation in ON_ITEM else None
        control = perform(subject, reply.operation, id, scope=subject.scope())
        if control.status == FORBIDDEN if is_forbidden else not control.ok:
            raise Inconclusive(reply.left_open or f"the control was refused ({control.status})")
    return reply


def unless_it_creates(ground: Ground) -> Cases:
    """Nothing where the operation is a replace that creates what is not there."""
    if ground.operation != "replace" or not creates_by_put(ground.resource):
        yield {}


def ids_are_known(subject: Subject) -> bool:
    """Whether anything shows what an id looks like: the contract, or one that is there. Else one that is made up may be
    refused for its form, as ``acme`` is where ids are ``tenant:database:name``."""
    spec = subject.spec
    is_said = spec.id.type != "string" or not subject.bodies.id_schema.keys().isdisjoint(("pattern", "format", "enum"))
    return is_said or spec.creatable or spec.supports("list")


@requirement("identity.unknown", on=ON_ITEM, where=lambda way: way.on_item)
@for_each(unless_it_creates)
def test_an_unknown_id_is_absent(subject: Subject, operation: str) -> None:
    status = subject.spec.status("absent", operation)
    if not ids_are_known(subject):
        status |= subject.spec.status("malformed_id", operation)
    reply = about_its_path(subject, perform(subject, operation, absent_id(subject)), status)
    must.have_status(reply, status, because="nothing has the id")


@requirement("identity.malformed", on=ON_ITEM, when=lambda c, r: r.id.chosen_by == "server")
@for_each(
    lambda ground: [c for c in bad_ids(ground) if ground.operation == "read" or c["note"] == "text" or c["suffix"]],
    apart=True,
)
def test_a_malformed_id_is_refused(subject: Subject, operation: str, id: Any, note: str, suffix: bool) -> None:
    if suffix:
        id = f"{subject.target().id}{id}"
    status = subject.spec.status("malformed_id", operation)
    if subject.spec.id.type == "integer" and str(id).lstrip("-").isdigit():
        # A whole number that can be no id may as well be looked up in vain.
        status |= subject.spec.status("absent", operation)
    reply = about_its_path(subject, perform(subject, operation, id), status)
    must.have_status(reply, status, because=f"the id is {note}")


def tails(ground: Ground) -> Cases:
    """What is added to the path of a list; and once, to the base path: a name that is like that of no resource. Where
    there is no base path, the contract may be about a part of what the server has."""
    yield {"note": "below an item", "tail": "/0/restproof-unknown"}
    yield {"note": "beside the list", "tail": "-restproof-unknown"}
    first = next(r.name for r in ground.contract if r.supports("list"))
    if ground.resource.name == first and ground.contract.base_path.strip("/"):
        yield {"note": "beside all lists", "tail": "/restproof-unknown", "base": True}


@requirement("identity.unknown-path", on="list", undisturbed=True)
@for_each(tails, apart=True)
def test_an_unknown_path_is_absent(subject: Subject, tail: str, base: bool = False) -> None:
    known = subject.request("list")
    path = (subject.contract.base_path if base else known.path).rstrip("/") + tail
    unknown = Request("GET", path if path.startswith("/") else f"/{path}", known.query, known.headers)
    if methods_at(subject.contract, unknown.path):
        raise Inconclusive("beside a list that is asked for at a path of its own stands one item")
    reply = subject.send(unknown, "list", credential="full")
    named = [method.strip() for method in (reply.members("Allow") or "").split(",")]
    if reply.status == 405 and any(named) and "GET" not in named and tail.count("/") > 1:
        raise Inconclusive("other methods have a path there, as one has that is called after what it does to an item")
    must.have_status(reply, "unknown_path", because="the path does not exist")


def wrong_parents(ground: Ground) -> Cases:
    """Another nearest parent; and for each ancestor above that, another one of which those below it are none. An item
    at a path of its own may name but some of them, and two parents need not be one below the other."""
    *above, nearest = ground.resource.parents
    chain = [ground.contract.resources[parent.resource] for parent in ground.resource.parents]
    held = {name for one in chain for name in ground.contract.ancestors(one)}
    named = {parent.resource for parent in ground.resource.operation(ground.operation).parents}
    if ground.operation in ON_ITEM and not ground.resource.id.single and nearest.resource in named:
        yield from ({"above": None} for _ in unless_it_creates(ground))
    if ground.operation != "replace" or not creates_by_put(ground.resource):
        yield from ({"above": parent.resource} for parent in above if parent.resource in named & held)


def stands_in_list(subject: Subject, id: Any, scope: dict[str, Any]) -> bool:
    return subject.spec.supports("list") and id in subject.lists.ids(subject.lists.walk(scope=scope))


def names_another(subject: Subject, reply: Reply, id: Any, before: Body) -> bool:
    """Whether numbers begin anew below each parent, so that an id names another one where ``reply`` comes from: a read
    there shows what a read of what was made does not, after a write that may have changed either; and a delete has left
    alone what was made."""
    if subject.spec.id.type != "integer":
        return False
    if reply.operation == "delete":
        return not subject.observe(id).absent
    shown = reply if reply.operation == "read" else subject.read(id, scope=reply.scope)
    if not shown.ok or shown.entity is None:
        return False
    own = before if reply.operation == "read" else subject.now(id)
    return any(shown.entity.get(n) != v for n, v in subject.stable(own).items())


def has_one_of_that_id(subject: Subject, crossed: dict[str, Any]) -> bool:
    """Whether ids begin anew below each ancestor, so that the nearest parent's names another one there."""
    parent = subject.other(subject.spec.parents[-1].resource)
    if not parent.spec.supports("read"):
        return False
    here, there = (parent.read(scope[parent.name], scope=scope) for scope in (subject.scope(), crossed))
    if not (here.ok and there.ok) or here.entity is None or there.entity is None:
        return False
    return parent.stable(here.entity) != parent.stable(there.entity)


@requirement(
    "identity.wrong-parent",
    on=("list", "create", *ON_ITEM),
    needs="create",
    where=lambda way: bool(way.parents),
    cost=2,
    set_up=1,
)
@for_each(wrong_parents)
def test_a_resource_is_not_reachable_under_another_parent(subject: Subject, operation: str, above: str | None) -> None:
    made = subject.own() if operation == "delete" else subject.target()
    before = subject.before(made.id)
    status = subject.spec.status("wrong_parent", operation)
    if above is None:
        elsewhere = subject.scope("other")
        if subject.bodies.ids_are_few and stands_in_list(subject, made.id, elsewhere):
            raise Inconclusive("the ids are few, and something has this one under the other parent, too")
        reply = perform(subject, operation, made.id, scope=elsewhere)
        if reply.ok and names_another(subject, reply, made.id, before):
            raise Inconclusive("the other parent has one of that id, too", taken=reply)
        must.have_status(about_its_path(subject, reply, status), status, because="under another parent")
    else:
        crossed = crossed_scope(subject, above)
        reply = perform(subject, operation, made.id, scope=crossed)
        if reply.ok and has_one_of_that_id(subject, crossed):
            raise Inconclusive(f"the other {above} has one of that id, too", taken=reply)
        status |= subject.spec.status("absent_parent", operation)
        reply = about_its_path(subject, reply, status)
        must.have_status(reply, status, because=f"under another {above}, which its parent does not belong to")
    must.agree(
        reply,
        subject.stable(before),
        subject.now(made.id),
        what="the state after a request under another parent",
    )


@requirement("identity.keeps-parent", on=("update", "replace"), needs=("create", "read"), cost=2, set_up=1)
@for_each(moving_names)
def test_no_field_of_a_body_moves_a_resource_to_another_parent(
    subject: Subject, operation: str, field: str, parent: str
) -> None:
    elsewhere, made = subject.scope("other")[parent], subject.own()
    if operation == "update":
        reply = subject.update(made.id, {**subject.bodies.every_change(), field: elsewhere})
    else:
        reply = subject.replace(made.id, {**subject.bodies.minimal(), field: elsewhere})
    if not reply.ok:
        return
    why = f"after the {operation} of it named another {parent} as {field}"
    must.have_status(subject.read(made.id), "read", because=why)
    if not subject.spec.operation("read").parents and subject.spec.supports("list"):
        listed = made.id in subject.lists.ids(subject.lists.walk())
        must.hold(listed, reply, f"the list of its {parent} does not hold it, {why}", kind="moved", field=field)


def other_ids(ground: Ground) -> Cases:
    """An id that nothing has, and one that another resource has."""
    yield {"taken": False}
    yield {"taken": True}


@requirement(
    "identity.renames", on="update", needs=("create", "read"), when=lambda c, r: r.id.changes, cost=5, set_up=2
)
@for_each(other_ids)
def test_an_update_may_give_a_resource_another_id(subject: Subject, taken: bool) -> None:
    made, name = subject.given(subject.bodies.full()), subject.spec.id.field
    other = subject.given(tag="taken").id if taken else None
    before = {id: subject.observe(id) for id in (made.id, other) if id is not None}
    reply = subject.update(made.id, {name: subject.bodies.chosen_id("moved") if other is None else other})
    if other is not None:
        must.be_refused(reply, "conflict", because="an update to an id that is taken")
        for id, state in before.items():
            must.agree(reply, subject.stable(state), subject.observe(id), what="the state after a conflict of ids")
        return
    must.have_status(reply, "updated", because="with another id")
    id = reply.sent[name]
    wanted = after_update(subject, reply.sent, before[made.id])
    must.agree(reply, wanted, subject.observe(id), what="what stands under the new id")
    old = subject.read(made.id)
    if old.status // 100 != 3:  # it may lead on to the new one
        gone = subject.spec.status("absent", "read") | subject.spec.status("gone", "read")
        must.have_status(old, gone, because="its resource has another id now")
    if subject.spec.supports("list") and "list" not in subject.spec.open:
        listed = subject.lists.ids(subject.lists.walk())
        must.hold(
            listed.count(id) == 1 and made.id not in listed,
            reply,
            "after an update of its id, the list does not hold it once, under that id",
            kind="listed",
            expected="one entry, with the new id",
            actual="another",
            field=name,
        )


def lost_parents(ground: Ground) -> Cases:
    """A parent that never was; and for lists and reads, one that was deleted."""
    yield {"deleted": None}
    named = {parent.resource for parent in ground.resource.operation(ground.operation).parents}
    nearest = [p for p in ground.resource.parents[-1:] if p.resource in named]
    for parent in nearest if ground.operation in ("list", "read") else ():
        above = ground.contract.resources[parent.resource]
        if above.creatable and removes(above) and ground.resource.creatable:
            yield {"deleted": parent.resource}


@requirement("identity.unknown-parent", on=("list", "create", *ON_ITEM), where=lambda way: bool(way.parents))
@for_each(lost_parents)
def test_nothing_is_found_below_an_unknown_parent(subject: Subject, operation: str, deleted: str | None) -> None:
    if deleted is not None:
        below_what_was_deleted(subject, operation, deleted)
        return
    creatable = subject.spec.creatable
    id = subject.target().id if creatable and operation in ON_ITEM else absent_id(subject)
    lost = perform(subject, operation, id, scope=lost_scope(subject, operation))
    status = subject.spec.status("absent_parent", operation)
    must.have_status(about_its_path(subject, lost, status), status, because="the parent does not exist")


def below_what_was_deleted(subject: Subject, operation: str, parent: str) -> None:
    above = subject.other(parent)
    doomed = above.given(tag="doomed")
    scope = {**subject.scope(), parent: doomed.id}
    made = subject.given(body_below(subject, parent, scope), scope=scope)
    if not above.delete(doomed.id).ok:
        raise Inconclusive(f"{an(parent)} is not deleted while it holds something")
    status = subject.spec.status("absent_parent", operation) | above.spec.status("gone")
    if operation == "read":
        status |= subject.spec.status("absent", operation) | subject.spec.status("gone", operation)
    must.have_status(
        perform(subject, operation, made.id, scope=scope), status, because=f"the {parent} above it was deleted"
    )
    if (
        operation == "list"
        and creates_by_put(above.spec)
        and above.replace(doomed.id, above.bodies.minimal("again")).ok
    ):
        listed = subject.list(scope=scope)
        must.hold(
            made.id not in subject.lists.ids(listed.entries or ()),
            listed,
            f"what was below a deleted {parent} is back with another one of its id",
            kind="back-again",
            expected="an empty list",
            actual="an entry of before",
        )


@requirement("identity.unknown-path")
@for_each(lambda ground: [{"path": p} for p in ("/", "/restproof-unknown", "/restproof%00")])
def test_nothing_beside_the_api_makes_the_server_fail(subject: Subject, path: str) -> None:
    """A path outside of the base path is no part of what the contract promises; that the server stands it is."""
    reply = subject.send(Request("GET", path, (), ()), subject.spec.operations[0], observed=False)
    must.hold(
        reply.status < 500,
        reply,
        f"GET of a path outside of the API answered {reply.status}",
        kind="status",
        expected="no 5xx",
        actual=reply.status,
    )
