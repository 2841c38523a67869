"""What a replace promises, where the contract has one: the whole state, each time the same."""

from restproof.contract.model import Never
from restproof.plan.inputs import accepted_bodies
from restproof.semantics.state import expected, same
from restproof.suite import Field, Inconclusive, NotTested, Subject, for_all, for_each, must, requirement


def bodies(field: Field):
    """Valid bodies for a replace: what a create may hold, without what only a create may hold."""
    return field.bodies.valid.map(
        lambda body: {n: v for n, v in body.items() if n in field.resource.shapes.replace["properties"]}
    )


def replacing_bodies(field: Field):
    """The required fields alone, then every allowed value of each field, but for the ways from the full body that a
    rule forbids."""
    before, defaults = field.bodies.full(), field.bodies.defaults
    never = [rule for rule in field.resource.rules if isinstance(rule, Never)]
    for case in ({"body": field.bodies.minimal("after"), "notes": {}}, *accepted_bodies(field)):
        after = {**defaults, **case["body"]}
        if not any(same(before.get(r.field), r.before) and same(after.get(r.field), r.after) for r in never):
            yield case


@requirement("replace.answers", on="replace", needs="create", cost=4, set_up=1)
@for_each(replacing_bodies)
def test_a_replace_leaves_what_was_sent(resource: Subject, body, notes):
    made = resource.given(resource.bodies.full("before"))
    before = resource.stable(resource.observe(made.id) or {})
    replaced = resource.replace(made.id, body)
    if not replaced.ok:
        for name, note in notes.items():
            alone = resource.replace(made.id, resource.bodies.with_field(name, body[name]))
            must.have_status(alone, "replaced", field=name, because=f"{name}: {note}")
    must.have_status(replaced, "replaced")
    wanted = expected(resource.resource, replaced.sent, before=before, refs=resource.world.lookup, whole=True)
    must.agree(replaced, wanted, resource.observe(made.id), what="the state after a replace", pointer="")
    resource.put_away(replaced)


@requirement("replace.is-idempotent", on="replace", needs="create", cost=5)
@for_all(weight=0.5, body=bodies)
def test_the_same_replace_twice_leaves_the_same_state(resource: Subject, body):
    made = resource.given()
    before = resource.stable(dict(made.entity) or resource.observe(made.id) or {})
    first = resource.replace(made.id, body)
    must.have_status(first, "replaced")
    once = resource.observe(made.id) or {}
    wanted = expected(resource.resource, first.sent, before=before, refs=resource.world.lookup, whole=True)
    must.agree(first, wanted, once, what="the state after a replace", pointer="")
    second = resource.replace(made.id, body)
    must.have_status(second, "replaced", because="the second time")
    settled = {n: v for n, v in resource.stable(once).items() if n not in resource.resource.touched}
    must.agree(second, settled, resource.observe(made.id), what="the state after the same replace again", pointer="")


def created_bodies(field: Field):
    """The plain body, and where nothing else creates the resource, every allowed value of each field; last the plain
    body at the id of what was deleted, which must not come back with it."""
    plain = field.bodies.minimal("put")
    yield {"body": plain}
    if not field.resource.supports("create"):
        yield from ({"body": case["body"]} for case in accepted_bodies(field))
    if field.resource.supports("delete"):
        yield {"body": plain, "deleted": field.bodies.full("before")}


@requirement("replace.creates", on="replace", when=lambda c, r: r.id.chosen_by != "server", cost=2)
@for_each(created_bodies)
def test_a_replace_at_a_new_id_creates(resource: Subject, body, deleted=None):
    id, because = resource.resolved(resource.bodies.chosen_id("put")), "at a new id"
    if deleted is not None:
        because = "at the id of what was deleted"
        if not (resource.replace(id, deleted).ok and resource.delete(id).ok):
            raise Inconclusive("nothing was there to delete")
    made = resource.replace(id, body)
    if deleted is not None and not made.ok:
        raise Inconclusive("the id of what was deleted is not used again")
    must.have_status(made, "created", because=f"a replace {because}")
    state = resource.observe(id)
    must.hold(state is not None, made, f"a replace {because} did not create the resource", kind="not created")
    must.agree(
        made,
        expected(resource.resource, made.sent, refs=resource.world.lookup),
        state,
        what=f"the state after a replace {because}",
        pointer="",
    )
    resource.put_away(made)
    if not resource.resource.supports("read"):
        raise NotTested("the contract has no read")
