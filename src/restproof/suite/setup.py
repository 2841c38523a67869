"""Set-up that several suites share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from restproof.contract.model import creates_by_put
from restproof.engine.around import put_away
from restproof.engine.completing import completed
from restproof.engine.failure import Inconclusive, NotTested
from restproof.engine.instance import Instance
from restproof.engine.reply import Reply
from restproof.engine.subject import Subject
from restproof.plan.cases import Body
from restproof.suite import must
from restproof.suite.states import named
from restproof.wire.message import Request

__all__ = [
    "aged",
    "another_body",
    "another_token",
    "at_hand",
    "brought_to",
    "completed",
    "elsewhere",
    "harmless_request",
    "put_away",
    "spare",
    "undo_large_write",
    "without_spoiling",
    "written",
]

_LARGE = 4096
"""Bytes of a body from which what it made is removed before other cases list it."""


def aged(subject: Subject, younger: int = 0) -> Instance:
    """An instance that nobody has changed for as long as the contract's resolution of ``touched`` times, so that the
    time of a change tells then from now. Waits for what is left of it. Where it has to be made, so are as many
    ``younger`` ones after it, which are left."""
    return subject.world.own.aged(subject, subject.spec.touched_resolution, younger)


def spare(subject: Subject, body: Any = None, tag: str = "") -> Instance:
    """An instance as ``subject.given`` makes it, to be written to: one that an earlier item has made with the same
    values, but for those that tell one from another, and left as it was, where there is one."""
    return subject.world.own.spare(subject, body, tag)


def at_hand(subject: Subject) -> Instance | None:
    """What refused requests are sent to, for a case that would make one of its own otherwise; ``None`` in a replay of a
    run in which it did."""
    return subject.target() if subject.world.keeper.recall(f"at hand {subject.about[1]}", True) else None


def another_body(subject: Subject, same: Mapping[str, Any], tag: str = "other") -> dict[str, Any]:
    """A body that is another's (by its ``tag``) but for the members in ``same``, without references that would have to
    be made first."""
    spared = subject.spec.references.keys() - subject.bodies.required
    alone = {n: v for n, v in subject.bodies.full(tag).items() if n not in spared}
    return subject.bodies.adjusted_to_rules(alone, fixed=same)


def another_token(subject: Subject) -> str:
    """A further token for the case, for what it makes a second time."""
    return subject.world.values.another_token(subject.about)


def written(subject: Subject, operation: str, body: Any) -> Any:
    """``body`` as a write holds it, for a request that the case builds itself: symbols resolved, and in what makes a
    resource the token of the case, so that what a server takes all the same is known as the run's."""
    sent = subject.resolved(body)
    makes = operation == "create" or (operation == "replace" and creates_by_put(subject.spec))
    return subject.bodies.marked(sent, subject.token) if makes else sent


def elsewhere(subject: Subject) -> Instance:
    """An instance under another parent."""
    if subject.world.scopes.has_other_root(subject.spec):
        return subject.shared("other")
    return subject.another(scope=subject.scope("other"))


def harmless_request(subject: Subject) -> tuple[Request, str]:
    """A request that succeeds and changes nothing, with its operation: the list, else a read."""
    if subject.spec.supports("list"):
        return subject.request("list"), "list"
    if subject.spec.supports("read"):
        return subject.request("read", id=subject.shared().id), "read"
    raise NotTested("the contract has neither a list nor a read")


def undo_large_write(subject: Subject, written: Reply) -> None:
    """Delete at once what a write has made large, or make it small again, so that no later list carries it."""
    if written.id is None or len(written.exchange.request.body or b"") <= _LARGE:
        return
    with suppress(Inconclusive, NotTested):  # where it must not be changed, it stays
        if subject.spec.supports("delete"):
            subject.world.own.give_up(subject)
            subject.delete(written.id, scope=written.scope)
        elif subject.spec.supports("update"):
            large = [n for n in subject.bodies.changeable if len(str(written.sent.get(n))) > _LARGE]
            subject.update(written.id, {n: subject.bodies.plain(n) for n in large}, scope=written.scope)


def without_spoiling(subject: Subject, operation: str, kind: str, write: Callable[[], Reply]) -> Reply:
    """The answer to a write that holds what a server may keep and then fail to show: a value of a ``kind``, in words.
    Once a create has left such a thing in a list, which then fails for everybody, no other create holds the like."""
    return subject.world.spoilt.guarded(subject, kind, write) if operation == "create" else write()


def brought_to(subject: Subject, given: Body | None, steps: Sequence[Body]) -> Any:
    """The id of one that is made with ``given``, and brought to its state by the writes ``steps``; ``None`` where
    nothing is given."""
    if not given and not steps:
        return None
    made = subject.given(given or None)
    sent = dict(made.sent) if given else {}
    for step in steps:
        if subject.spec.supports("update"):
            moved = subject.update(made.id, step)
        else:
            moved = subject.replace(made.id, {**sent, **step})
        if not moved.ok:
            raise Inconclusive(f"a write on the way there was refused ({moved.status})")
        sent.update(moved.sent)
    wanted = named(subject, {n: v for n, v in sent.items() if n in subject.bodies.ruled})
    there = subject.observe(made.id)
    try:
        must.agree(there.reply, wanted, there, what="the state before")
    except AssertionError as error:
        raise Inconclusive(str(error)) from error  # another rule tells it
    return made.id
