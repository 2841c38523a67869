"""What a replace promises, where the contract has one: the whole state, each time the same."""

from restproof.semantics.state import expected
from restproof.suite import Field, NotTested, Subject, for_all, must, requirement


def bodies(field: Field):
    """Valid bodies for a replace: what a create may hold, without what only a create may hold."""
    return field.bodies.valid.map(
        lambda body: {n: v for n, v in body.items() if n in field.resource.shapes.replace["properties"]}
    )


@requirement("replace.answers", on="replace", needs="create", cost=3, set_up=1)
@for_all(body=bodies)
def test_a_replace_leaves_what_was_sent(resource: Subject, body):
    made = resource.given(resource.bodies.full("before"))
    before = resource.observe(made.id) or {}
    replaced = resource.replace(made.id, body)
    must.have_status(replaced, "replaced")
    wanted = expected(
        resource.resource, replaced.sent, before=resource.stable(before), refs=resource.world.lookup, whole=True
    )
    must.agree(replaced, wanted, resource.observe(made.id), what="the state after a replace", pointer="")


@requirement("replace.is-idempotent", on="replace", needs="create", cost=5)
@for_all(weight=0.5, body=bodies)
def test_the_same_replace_twice_leaves_the_same_state(resource: Subject, body):
    made = resource.given()
    first = resource.replace(made.id, body)
    must.have_status(first, "replaced")
    once = resource.observe(made.id) or {}
    second = resource.replace(made.id, body)
    must.have_status(second, "replaced", because="the second time")
    settled = {n: v for n, v in resource.stable(once).items() if n not in resource.resource.touched}
    must.agree(second, settled, resource.observe(made.id), what="the state after the same replace again", pointer="")


@requirement("replace.creates", on="replace", when=lambda c, r: r.id.chosen_by != "server", cost=2)
def test_a_replace_at_a_new_id_creates(resource: Subject):
    id = resource.resolved(resource.bodies.chosen_id("put"))
    made = resource.replace(id, resource.bodies.minimal("put"))
    must.have_status(made, "created", because="a replace at a new id")
    state = resource.observe(id)
    must.hold(state is not None, made, "a replace at a new id did not create the resource", kind="not created")
    must.agree(
        made,
        expected(resource.resource, made.sent, refs=resource.world.lookup),
        state,
        what="the state after a replace at a new id",
        pointer="",
    )
    if not resource.resource.supports("read"):
        raise NotTested("the contract has no read")
