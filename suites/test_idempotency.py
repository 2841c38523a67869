"""Idempotency keys, where the contract declares them: a repeated key has one effect."""

from typing import Any

from restproof.suite import Contract, Inconclusive, Reply, Subject, for_each, must, requirement
from restproof.suite.inputs import RUN, Body
from restproof.suite.race import all_answered, create_at_once, must_be_a_race
from restproof.suite.setup import written
from restproof.suite.target import has_credential
from restproof.suite.wire import Headers


def marked(subject: Subject) -> list[str]:
    """A field that takes a text which only one case sends: it tells its resources from what others make at the same
    time."""
    bodies, references = subject.bodies, subject.spec.references
    spared = {*references, *bodies.weighed}
    return [n for n in bodies.writable if n not in spared and bodies.unique_value(n) == RUN][:1]


@requirement(
    "idempotency.key", on="create", needs="list", when=lambda c, r: c.idempotency_key is not None, cost=4, alone=True
)
@for_each(lambda ground: [{"together": False}, {"together": True}])
def test_a_repeated_key_has_one_effect(subject: Subject, contract: Contract, together: bool) -> None:
    key: Headers = ((contract.idempotency_key or "", subject.token),)
    marks = marked(subject)
    body = {**subject.bodies.minimal(), **dict.fromkeys(marks, RUN)}
    if together:
        at_the_same_time(subject, body, key, marks)
        return
    first = subject.create(body, headers=key)
    must.have_status(first, "created")
    before = [*subject.lists.ids(subject.lists.walk()), first.id]
    second = subject.create(body, headers=key)
    must_be_the_answer(second, first, "a repeated idempotency key did not get the first answer")
    entries = subject.lists.walk()
    count = subject.lists.ids(entries).count(first.id)
    must.hold(
        count == 1,
        second,
        f"after a repeated idempotency key the list holds {count} of the resource",
        kind="idempotency",
        expected=1,
        actual=count,
    )
    others = [e for e in entries if isinstance(e, dict) and e.get(subject.spec.id.field) not in before]
    twins = [e for e in others if any(e.get(n) == second.sent[n] for n in marks)]
    must.hold(
        not twins,
        second,
        "a repeated idempotency key made another resource like the first",
        kind="idempotency",
        expected="one effect",
        actual=f"{1 + len(twins)} resources",
    )
    if not contract.given and not subject.spec.parents:  # tenants are told apart by their credentials alone
        another_tenant_gets_its_own(subject, body, key, first.id)


def must_be_the_answer(reply: Reply, first: Reply, message: str) -> None:
    """The answer to a repeat is the one to the create that succeeded."""
    same = reply.status == first.status and reply.id == first.id
    must.hold(same, reply, message, kind="idempotency", expected=first.status, actual=reply.status)


def another_tenant_gets_its_own(subject: Subject, body: Body, key: Headers, id: Any) -> None:
    if subject.spec.id.chosen_by != "server" or not has_credential(subject, "foreign"):
        return
    theirs = subject.create(body, headers=key, credential="foreign")
    must.hold(
        theirs.id is None or theirs.id != id,
        theirs,
        "another tenant that sent the same idempotency key got this one's resource",
        kind="foreign-entry",
        expected="an answer of its own",
        actual="the first answer",
    )


def at_the_same_time(subject: Subject, body: Body, key: Headers, marks: list[str]) -> None:
    """Each is refused while another is at work, or gets the answer of the one that was; afterwards all do. There is one
    effect."""
    scope = subject.scope()
    must_be_a_race(subject)
    if not marks:
        raise Inconclusive("no field tells what one case made from what others do")
    sent = written(subject, "create", subject.resolved(body, scope))
    request = subject.request("create", body=sent, scope=scope, headers=key)
    replies = create_at_once(subject, request, sent, scope)
    all_answered(replies)
    made = [e for e in subject.lists.walk() if isinstance(e, dict) and all(e.get(n) == sent[n] for n in marks)]
    must.hold(
        len(made) <= 1,
        replies[-1],
        f"three creates with one idempotency key at the same time made {len(made)} resources",
        kind="race",
        expected="one effect",
        actual=f"{len(made)} resources",
    )
    made_one = next((r for r in replies if r.ok), None)
    if made_one is None:
        raise Inconclusive(f"none of the creates was accepted ({replies[0].status})")
    # The same request once more: under the same key, another body is another's.
    again = subject.send(request, "create", sent=sent, scope=scope)
    must_be_the_answer(
        again,
        made_one,
        "after several creates with one idempotency key a repeat did not get the answer of the one that succeeded",
    )
