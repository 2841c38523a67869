"""What a read promises: the representation, without any effect."""

from restproof.suite import Subject, must, requirement


@requirement("read.answers-ok", on="read", needs="instance")
def test_a_read_answers_the_resource(subject: Subject) -> None:
    made = subject.target()
    read = subject.read(made.id)
    must.have_status(read, "read")
    must.hold(read.entity is not None, read, "the answer to a read holds no representation", kind="no-representation")
    name = subject.spec.id.field
    if subject.spec.shows_id or (name in subject.spec.properties and read.entity and name in read.entity):
        must.agree(read, {name: made.id}, read.entity, what="the id that was asked for")


@requirement("read.is-stable", on="read", needs="instance", cost=3, set_up=1)
def test_reads_in_a_row_answer_the_same(subject: Subject) -> None:
    made = subject.own(subject.bodies.full()) if subject.spec.creatable else subject.shared()
    first = subject.read(made.id)
    must.have_status(first, "read")
    for _ in range(2):  # what comes in no fixed order comes in the same order by chance
        again = subject.read(made.id)
        must.have_status(again, "read", because="once more")
        if first.entity is not None:
            must.agree(again, subject.stable(first.entity), again.entity, what="a later one of several reads")


@requirement("read.is-safe", on=("read", "list"), needs="instance", cost=4)
def test_a_get_changes_nothing(subject: Subject, operation: str) -> None:
    made = subject.target()
    before = subject.before(made.id)
    asked = subject.read(made.id) if operation == "read" else subject.list()
    must.have_status(asked, "read" if operation == "read" else "listed")
    after = subject.observe(made.id)
    must.agree(asked, subject.stable(before), after, what=f"the state after a {operation}")
