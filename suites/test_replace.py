"""What a replace promises, where the contract has one: the whole state, each time the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from restproof.suite import Ground, Inconclusive, NotTested, Subject, for_all, for_each, must, requirement
from restproof.suite.bystanders import bystanders, must_be_replaced, must_be_untouched, under_another_parent
from restproof.suite.inputs import Body, Cases, accepted_bodies, replacing_bodies
from restproof.suite.operations import creates_by_put, removes
from restproof.suite.scopes import chosen_id
from restproof.suite.setup import spare, undo_large_write
from restproof.suite.states import after_create, after_replace, after_replace_again, shows_none

if TYPE_CHECKING:
    from restproof.suite.inputs import SearchStrategy


def bodies(ground: Ground) -> SearchStrategy[Body]:
    """Valid bodies for a replace: what a create may hold, without what only a create may hold."""
    return ground.bodies.valid.map(
        lambda body: {n: v for n, v in body.items() if n in ground.resource.shapes.replace["properties"]}
    )


@requirement("replace.answers", on="replace", needs="create", cost=4, set_up=1)
@for_each(replacing_bodies)
def test_a_replace_leaves_what_was_sent(subject: Subject, body: Body, notes: dict[str, str]) -> None:
    made = spare(subject, subject.bodies.full("before"))
    before = subject.stable(subject.observe(made.id))
    replaced = subject.replace(made.id, body)
    if not replaced.ok:
        for name, note in notes.items():
            alone = subject.replace(made.id, subject.bodies.with_field(name, body[name]))
            must.have_status(alone, "replaced", field=name, because=f"{name}: {note}")
    must.have_status(replaced, "replaced")
    wanted = after_replace(subject, replaced.sent, before)
    why = "the answer to a replace says that there is none"
    must.hold(not shows_none(replaced), replaced, why, kind="no-representation")
    must.agree(replaced, wanted, subject.observe(made.id), what="the state after a replace")
    undo_large_write(subject, replaced)


@requirement("replace.is-idempotent", on="replace", needs="create", cost=5)
@for_all(weight=0.5, body=bodies)
def test_the_same_replace_twice_leaves_the_same_state(subject: Subject, body: Body) -> None:
    made = spare(subject)
    before = subject.stable(dict(made.entity) or subject.observe(made.id))
    first = subject.replace(made.id, body)
    must.have_status(first, "replaced")
    once = subject.observe(made.id)
    wanted = after_replace(subject, first.sent, before)
    must.agree(first, wanted, once, what="the state after a replace")
    second = subject.replace(made.id, body)
    must.have_status(second, "replaced", because="the second time")
    again = after_replace_again(subject, first.sent, once)
    must.agree(second, again, subject.observe(made.id), what="the state after the same replace again")


def whole_bodies(ground: Ground) -> Cases:
    """A body of all fields that may have another value after a create, where no rule forbids the way to it."""
    bodies = ground.bodies
    before = bodies.minimal()
    changed = {n: v for n, v in bodies.full("all").items() if n in bodies.replaceable}
    body = bodies.adjusted_to_rules({**before, **changed})
    states = [{**bodies.defaults, **sent} for sent in (before, body)]
    if not any(rule.violation(*states) for rule in ground.resource.rules):
        yield {"body": body}


@requirement("replace.siblings", on="replace", needs=("create", "read"), cost=2, set_up=4, looks=True)
@for_each(whole_bodies)
def test_a_replace_leaves_other_resources(subject: Subject, body: Body) -> None:
    apart = under_another_parent(subject)
    made = spare(subject)
    others = [*apart, *bystanders(subject, made, body)]
    before = subject.stable(dict(made.entity) or subject.observe(made.id))
    replaced = subject.replace(made.id, body)
    must.have_status(replaced, "replaced")
    must_be_untouched(replaced, subject, others, "another resource after a replace")
    must_be_replaced(replaced, subject, made.id, before)


def created_bodies(ground: Ground) -> Cases:
    """The plain body, and where nothing else creates the resource, every allowed value of each field; last the plain
    body at the id of what was deleted, which must not come back with it."""
    plain = ground.bodies.minimal("put")
    yield {"body": plain}
    if not ground.resource.supports("create"):
        yield from ({"body": case["body"]} for case in accepted_bodies(ground))
    if removes(ground.resource):
        yield {"body": plain, "deleted": ground.bodies.full("before")}


@requirement("replace.creates", on="replace", when=lambda c, r: creates_by_put(r), cost=2)
@for_each(created_bodies)
def test_a_replace_at_a_new_id_creates(subject: Subject, body: Body, deleted: Body | None = None) -> None:
    id, because = chosen_id(subject, "put"), "at a new id"
    if deleted is not None:
        because = "at the id of what was deleted"
        if not (subject.replace(id, deleted).ok and subject.delete(id).ok):
            raise Inconclusive("nothing was there to delete")
    made = subject.replace(id, body)
    if deleted is not None and not made.ok:
        raise Inconclusive("the id of what was deleted is not used again")
    must.have_status(made, "created", because=f"a replace {because}")
    if not made.ok:
        raise Inconclusive("the contract leaves open whether a replace creates")
    state = subject.observe(id)
    must.hold(not state.absent, made, f"a replace {because} did not create the resource", kind="not-created")
    must.agree(
        made,
        after_create(subject, made.sent),
        state,
        what=f"the state after a replace {because}",
    )
    undo_large_write(subject, made)
    if not subject.spec.supports("read"):
        raise NotTested("the contract has no read")
