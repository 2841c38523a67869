"""What happens after a case: what it has touched is put away."""

from __future__ import annotations

from contextlib import suppress

from restproof.engine.failure import Inconclusive, NotTested, SetUpFailed
from restproof.engine.reply import Reply
from restproof.engine.subject import Subject


def put_away(subject: Subject, reply: Reply) -> None:
    """A server has taken what it should have refused: what that touched serves no later case. It is deleted where
    nothing else of the run may build on it."""
    if reply.operation not in ("create", "update", "replace") or reply.id is None:
        return
    subject.world.states.forget(subject, reply.id)
    subject.world.own.give_up(subject)
    kept = subject.world.instances.retire(subject.name, reply.id)
    if not kept and subject.spec.supports("delete"):
        # What must not be deleted stays; the finding that led here is told all the same.
        with suppress(Inconclusive, NotTested, SetUpFailed):
            subject.delete(reply.id, scope=reply.scope or None)
