"""A write that may be refused: whatever the reason, a refusal leaves the state as it was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from restproof.engine.failure import SetUpFailed
from restproof.engine.reply import Reply
from restproof.engine.subject import Subject
from restproof.suite import must

__all__ = ["refused_creates", "without_effect_if_refused"]


def refused_creates(subject: Subject) -> dict[str, Reply | None]:
    """Token → the refusal, of each case of the run whose creates were all refused; ``None`` in a replay, which holds
    the token alone."""
    return subject.world.creates.in_vain(subject.name)


def without_effect_if_refused(subject: Subject, id: Any, send: Callable[[], Reply]) -> Reply:
    """The answer to a write that ``send`` sends to the instance ``id``. Where it is a refusal, the state is seen to be
    as before; ``id`` ``None``, or a resource or an answer that shows no state: only sent. So it is
    in a profile that samples, where other rules see to it."""
    if id is None or not subject.spec.supports("read") or subject.world.profile.sampled:
        return send()
    try:
        before = subject.before(id)
    except SetUpFailed:
        return send()
    reply = send()
    if before and 400 <= reply.status < 500:
        try:
            after = subject.now(id)
        except SetUpFailed:
            return reply
        what = f"the state after {reply.operation} was refused ({reply.status})"
        must.agree(reply, subject.stable(before), after, what=what)
    return reply
