"""What happens after a case: what it has touched is put away."""

from __future__ import annotations

from contextlib import suppress

from restproof.contract.model import WRITES
from restproof.engine.failure import CaseFailed, Inconclusive, NotTested, SetUpFailed
from restproof.engine.reply import Reply
from restproof.engine.subject import Subject
from restproof.wire.places import is_usable_id


def put_away(subject: Subject, reply: Reply) -> bool:
    """A server has taken what it should have refused: what that touched serves no later case. It is deleted where
    nothing else of the run may build on it, unless that was what the server has taken. No path leads to what the server
    calls by an id that none can hold. Whether nothing of it stays that was to be deleted."""
    if reply.operation not in (*WRITES, "delete") or reply.id is None:
        return False
    subject.world.own.give_up(subject)
    subject.world.spares.clear()
    if not is_usable_id(reply.id):
        return False
    subject.world.states.forget(subject, reply.id)
    kept = subject.world.instances.retire(subject.name, reply.id)
    if not kept and subject.spec.supports("delete") and reply.operation != "delete":
        # What must not be deleted stays; the finding that led here is told all the same.
        with suppress(Inconclusive, NotTested, SetUpFailed):
            return subject.delete(reply.id, scope=reply.scope or None).ok
        return False
    return True


def make_room(subject: Subject) -> None:
    """Delete what the case of ``subject`` and those before it have made of resources whose quota the run uses up by
    itself, but for what its item has for itself. What must not be deleted stays."""
    for made in subject.world.room.taken:
        name = made.resource.name
        if not subject.world.own.is_held(subject.about[0] or "", name, made.id):
            with suppress(CaseFailed, Inconclusive, NotTested, SetUpFailed):
                subject.other(name).delete(made.id, scope=made.scope or None)
            subject.world.room.forget(name, made.id)
            subject.world.instances.forget(name, made.id)
