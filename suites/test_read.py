"""What a read promises: the representation, without any effect."""

from restproof.suite import Subject, must, requirement


@requirement("read.answers-ok", on="read", needs="instance")
def test_a_read_answers_the_resource(resource: Subject):
    made = resource.shared()
    read = resource.read(made.id)
    must.have_status(read, "read")
    must.hold(read.entity is not None, read, "the answer to a read holds no representation", kind="no representation")
    if resource.resource.id.field in resource.resource.properties:
        must.agree(read, {resource.resource.id.field: made.id}, read.entity, what="the id that was asked for")


@requirement("read.is-stable", on="read", needs="instance", cost=3, set_up=1)
def test_reads_in_a_row_answer_the_same(resource: Subject):
    made = resource.own(resource.bodies.full()) if resource.resource.creatable else resource.shared()
    first = resource.read(made.id)
    must.have_status(first, "read")
    for _ in range(2):  # what comes in no fixed order comes in the same order by chance
        again = resource.read(made.id)
        must.have_status(again, "read", because="once more")
        if first.entity is not None:
            must.agree(again, resource.stable(first.entity), again.entity, what="a later one of several reads")


@requirement("read.is-safe", on=("read", "list"), needs="instance", cost=4)
def test_a_get_changes_nothing(resource: Subject, operation):
    made = resource.target()
    before = resource.before(made.id)
    asked = resource.read(made.id) if operation == "read" else resource.list()
    must.have_status(asked, "read" if operation == "read" else "listed")
    after = resource.observe(made.id)
    must.agree(asked, resource.stable(before), after, what=f"the state after a {operation}", pointer="")
