"""What a write promises that is only accepted: its job comes to an end, and says what came of it."""

from restproof.suite import NotTested, Reply, Subject, must, requirement
from restproof.suite.operations import SUCCESS
from restproof.suite.values import an


@requirement(
    "job.ends",
    on=("create", "update", "replace", "delete"),
    where=lambda way: way.job is not None,
    cost=4,
    set_up=1,
)
def test_what_was_accepted_is_done_within_its_time(subject: Subject, operation: str) -> None:
    reply = written(subject, operation)
    must.have_status(reply, SUCCESS[operation])
    if reply.job is None:
        raise NotTested(f"{an(operation)} is done at once")
    must.hold(
        not reply.job.problem,
        reply.job.reply or reply,
        reply.job.problem,
        kind="job",
        expected="done",
        actual="not done",
    )


def written(subject: Subject, operation: str) -> Reply:
    """The answer to a valid write."""
    if operation == "create":
        return subject.create(subject.bodies.full())
    made = subject.own()
    if operation == "update":
        return subject.update(made.id, subject.bodies.plain_change())
    if operation == "replace":
        return subject.replace(made.id, subject.bodies.minimal("own"))
    return subject.delete(made.id)
