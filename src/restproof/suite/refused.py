"""A write that may be refused: whatever the reason, a refusal leaves the state as it was."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from restproof.engine.failure import SetUpFailed
from restproof.engine.reply import Reply
from restproof.engine.subject import Subject
from restproof.oracle.finding import an
from restproof.suite import must

__all__ = ["must_be_as_before", "refused_creates", "without_effect_if_refused"]


def refused_creates(subject: Subject) -> dict[str, Reply | None]:
    """Token → the refusal, of each case of the run whose creates were all refused; ``None`` in a replay, which holds
    the token alone."""
    return subject.world.creates.in_vain(subject.name)


def without_effect_if_refused(subject: Subject, id: Any, send: Callable[[], Reply], *, always: bool = False) -> Reply:
    """The answer to a write that ``send`` sends to the instance ``id``. Where it is a refusal, the state is seen to be
    as before; ``id`` ``None``, or a resource or an answer that shows no state: only sent. So it is
    in a profile that samples, where other rules see to it, unless ``always``."""
    if id is None or not subject.spec.supports("read") or (subject.world.profile.sampled and not always):
        return send()
    try:
        before = subject.before(id)
    except SetUpFailed:
        return send()
    reply = send()
    if before and 400 <= reply.status < 500:
        what = f"after {an(reply.operation)} that was refused ({reply.status})"
        try:
            must_be_as_before(subject, id, before, reply, what)
        except SetUpFailed:
            return reply
    return reply


def must_be_as_before(subject: Subject, id: Any, before: Mapping[str, Any], reply: Reply, what: str) -> None:
    """The state is still ``before``, now and, where a write takes a while to be seen, when that while is over
    too: that look follows the last case of the item. Raises as ``Subject.now``."""
    wanted = subject.stable(before)
    must.agree(reply, wanted, subject.now(id), what=what)
    bound = subject.world.settling.as_late(subject.spec, reply.operation)
    if bound:

        def look() -> None:
            must.agree(reply, wanted, subject.observe(id), what=f"{what}, {bound:.1f} s later")

        subject.world.later.add(subject.name, id, subject.about[1], bound, look)
