"""Uniqueness where several want one value at the same time."""

from restproof.suite import Contract, NotTested, Resource, Subject, for_each, must, requirement
from restproof.suite.inputs import Body
from restproof.suite.operations import renamed_keys
from restproof.suite.race import all_answered, at_once, must_be_promised
from restproof.suite.setup import completed, spare, written


def decides_at_once(contract: Contract, resource: Resource) -> bool:
    """Whether the answer to a write says already whether a unique value was free."""
    return bool(resource.unique) and not any(
        resource.settles.after(operation).reads for operation in ("create", "update", "replace")
    )


def renames_at_once(contract: Contract, resource: Resource) -> bool:
    return bool(renamed_keys(resource)) and decides_at_once(contract, resource)


def alike(subject: Subject, number: int) -> list[Body]:
    """So many bodies, as they are sent, that have the first unique key in common, and no id that clients choose."""
    body, identity = subject.bodies.keyed(), subject.spec.id.field
    tells = identity in body and identity not in subject.spec.unique[0]
    apart = ({identity: subject.bodies.chosen_id(f"racer{n}")} if tells else {} for n in range(number))
    return [written(subject, "create", {**body, **own}) for own in apart]


@requirement("conflict.race", on="create", when=decides_at_once, cost=5, alone=True)
@for_each(lambda ground: [{"round": n} for n in range(2)])
def test_of_concurrent_duplicates_exactly_one_succeeds(subject: Subject, round: int) -> None:
    must_be_promised(subject, "unique")
    scope = subject.scope()
    requests = [(subject.request("create", body=body, scope=scope), body) for body in alike(subject, 3)]
    replies = at_once(subject, "create", requests, scope)
    # A contract may answer a conflict with the resource that is there, and a success of its own.
    right, conflict = (subject.spec.status(case, "create") for case in ("created", "conflict"))
    made = [r for r in replies if r.ok and (r.status in right or r.status not in conflict)]
    all_answered(replies)
    if all(r.has_run_out_of_values for r in replies):
        raise NotTested(f"the values of a unique field of {subject.name} are used up")
    if not made and all(r.left_open for r in replies):
        raise NotTested(replies[0].left_open)
    # One that is named three times was made once.
    number = len({str(r.id) for r in made})
    must.hold(
        number == 1,
        (made or replies)[-1],
        f"of three creates of one unique value at the same time {number} succeeded",
        kind="race",
        expected=1,
        actual=number,
    )
    for reply in replies:
        if reply not in made:
            must.be_refused(reply, "conflict", because="the loser of a race")


@requirement("conflict.race", on="update", needs="create", when=renames_at_once, cost=6, alone=True)
def test_of_concurrent_renames_exactly_one_succeeds(subject: Subject) -> None:
    must_be_promised(subject, "unique")
    number, key = renamed_keys(subject.spec)[0]
    racers, scope = [spare(subject, subject.bodies.keyed(f"racer{n}", number)) for n in range(3)], subject.scope()
    goal = {n: v for n, v in subject.resolved(subject.bodies.keyed("goal", number)).items() if n in key}
    bodies = [(r.id, completed(subject, "update", r.id, goal)) for r in racers]
    requests = [(subject.request("update", id=id, body=body, scope=scope), body) for id, body in bodies]
    replies = at_once(subject, "update", requests, scope)
    all_answered(replies)
    if all(r.has_run_out_of_values for r in replies):
        raise NotTested(f"the values of a unique field of {subject.name} are used up")
    renamed = [r for r in replies if r.ok]
    must.hold(
        len(renamed) == 1,
        (renamed or replies)[-1],
        f"of three renames to one unique value at the same time {len(renamed)} succeeded",
        kind="race",
        expected=1,
        actual=len(renamed),
    )
    for reply in replies:
        if reply not in renamed:
            must.be_refused(reply, "conflict", because="the loser of a race")
