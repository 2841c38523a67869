"""What may be there only so often: up to that it is taken, beyond it is not, and what goes makes room."""

from collections.abc import Mapping
from typing import Any

from restproof.suite import Contract, Reply, Resource, Subject, for_each, must, requirement
from restproof.suite.inputs import Body, moved_beyond, used_up
from restproof.suite.lists import matches
from restproof.suite.operations import removes


def counts_at_once(contract: Contract, resource: Resource) -> bool:
    """Whether there are quotas, and what a write does to them shows at once."""
    return bool(resource.quotas) and not resource.settles.reads


def filled(subject: Subject, owner: str | None, above: Body, fill: list[Body]) -> list[Reply]:
    """The answers to the creates that use a quota up, below a parent of their own where the run can make one."""
    scope: Mapping[str, Any] = subject.scope()
    if owner is not None:
        parent = subject.other(owner)
        made = parent.given({**parent.bodies.minimal("full"), **above})
        scope = {**scope, **made.scope, owner: made.id}
    # Below a parent that was just made nobody has used anything up: a refusal is no doubt then, unless other rules may
    # be its reason, or entries count wherever they are.
    alone = owner is not None and not subject.spec.open and all(q.within == "parents" for q in subject.spec.quotas)
    wanted = subject.spec.status("created", "create") if alone else "created"
    replies = []
    for number, body in enumerate(fill):
        replies.append(subject.create(body, scope=scope))
        because = f"number {number + 1} of the {len(fill)} that there is room for"
        must.have_status(replies[-1], wanted, because=because)
    return replies


def listed(subject: Subject, per: tuple[str, ...], counted: Reply) -> int:
    """How many entries of the list count together with one; 0 where the list does not show it."""
    sent, references = counted.sent, subject.spec.references
    places = {n: references[n].reads_as if n in references else n for n in per}
    if not subject.spec.supports("list") or not all(places.values()):
        return 0
    entries = subject.lists.walk(scope=counted.scope)
    return sum(all(matches(e, place, sent.get(n)) for n, place in places.items()) for e in entries)


@requirement("quota.held", on="create", when=counts_at_once, cost=8)
@for_each(used_up)
def test_beyond_a_quota_a_create_is_refused_and_what_goes_makes_room(
    subject: Subject, quota: int, owner: str | None, above: Body, fill: list[Body], beyond: Body, far: bool
) -> None:
    rule, made = subject.spec.quotas[quota], filled(subject, owner, above, fill)
    last = made[-1]
    refused = subject.create(beyond, scope=subject.another_scope() if far else last.scope)
    # The creates before it are its control.
    must.have_status(refused, "over_quota", because=f"{rule.because}: there is no room left")
    must.hold(
        listed(subject, rule.per, last) <= len(made),
        refused,
        "a create that was refused for a quota is in the list all the same",
        kind="stored",
        expected="nothing stored",
        actual="stored",
    )
    if far or not removes(subject.spec):
        return
    must.have_status(subject.delete(last.id, scope=last.scope), "deleted")
    amount = {rule.of: fill[-1][rule.of]} if rule.of else {}
    again = subject.create({**beyond, **amount}, scope=last.scope)
    must.have_status(again, "created", because="what counted was deleted, so that there is room again")


@requirement("quota.update", on="update", needs="create", when=counts_at_once, cost=8)
@for_each(moved_beyond)
def test_an_update_beyond_a_quota_is_refused(
    subject: Subject, quota: int, owner: str | None, above: Body, fill: list[Body], other: Body, change: Body
) -> None:
    rule, made = subject.spec.quotas[quota], filled(subject, owner, above, fill)
    scope = made[-1].scope
    apart = subject.given(other, scope=scope)
    before = subject.observe(apart.id, scope=scope)
    refused = subject.update(apart.id, change, scope=scope)
    must.have_status(refused, "over_quota", because=f"{rule.because}: the update leads to where there is no room left")
    after = subject.observe(apart.id, scope=scope)
    must.agree(refused, subject.stable(before), after, what="the state after an update that a quota refuses")
