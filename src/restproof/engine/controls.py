"""Controls: the valid request that each refused one is compared with. A refusal proves nothing where the valid request
is refused too."""

from __future__ import annotations

from typing import Any, Protocol

from restproof.contract.model import Resource, creates_by_put
from restproof.engine.failure import Inconclusive, NotTested, SetUpFailed
from restproof.engine.instance import Instance, Maker
from restproof.engine.reply import Reply, refusal_of
from restproof.wire.message import CONTROL

OPERATIONS = ("list", "create", "update", "replace")
"""The operations whose input may be refused."""


class Sender(Maker, Protocol):
    """A subject as a control speaks to it."""

    def target(self) -> Instance: ...

    def list(self) -> Reply: ...

    def create(self, body: Any) -> Reply: ...

    def update(self, id: Any, body: Any) -> Reply: ...

    def replace(self, id: Any, body: Any) -> Reply: ...


class Controls:
    """Whether the valid request of each operation of each resource was seen accepted, with the usual credential. One is
    sent for all the cases of a run, when the first refusal is judged. ``in_full``: the resources of which a create was
    accepted with every field alone, so that none of these is a control of those with less."""

    def __init__(self) -> None:
        self.in_full: set[str] = set()
        self._refusals: dict[tuple[str, str], str] = {}
        self._seen: set[tuple[str, str]] = set()

    def refusal(self, resource: Resource, operation: str) -> str:
        """Why nothing can be said of a refused request of the operation; empty where something can."""
        return self._refusals.get((resource.name, operation), "")

    def is_due(self, resource: Resource, operation: str) -> bool:
        """Whether the control of the operation is still to be sent."""
        known = (resource.name, operation) in self._refusals
        return operation in OPERATIONS and resource.supports(operation) and not known

    def heed(self, subject: Maker, reply: Reply, *, is_plain: bool) -> None:
        """The answer to a request. Of those with the usual credential and nothing odd about them (``is_plain``), a list
        that was shown and an update that was accepted are controls, whatever they were asked with."""
        is_seen = reply.operation == "update" or (reply.operation == "list" and reply.entries is not None)
        if is_plain and is_seen and reply.ok and subject.credential in ("full", None):
            self._seen.add((reply.resource.name, reply.operation))

    def was_seen(self, resource: Resource, operation: str) -> bool:
        """Whether such a request was seen accepted."""
        return (resource.name, operation) in self._seen

    def spare(self, resource: Resource, operation: str) -> None:
        """None is sent: one was seen accepted."""
        self._refusals.setdefault((resource.name, operation), "")

    def send(self, subject: Sender, operation: str) -> None:
        """Send the control. Where none can be sent, the item itself finds out why."""
        key = subject.name, operation
        self._refusals[key] = ""
        if operation == "create" and _is_made(subject) and subject.name not in self.in_full:
            return
        try:
            reply = self._sent(subject, operation)
        except (NotTested, SetUpFailed, Inconclusive):
            return
        if not reply.ok and not reply.has_run_out_of_values:
            hint = (
                ", and one with every field is accepted: say what a create has to hold" if self._is_lacking(key) else ""
            )
            self._refusals[key] = f"the control was refused ({refusal_of(reply)}){hint}"

    def _is_lacking(self, key: tuple[str, str]) -> bool:
        """Whether the control of a create was refused for what it leaves out."""
        return key[1] == "create" and key[0] in self.in_full

    def _sent(self, subject: Sender, operation: str) -> Reply:
        if operation == "list":
            return subject.list()
        if operation == "create" or (operation == "replace" and creates_by_put(subject.spec)):
            return subject.create(subject.bodies.minimal(CONTROL))
        if not subject.spec.creatable:
            # A write to what is not this run's own is no control: that it can be reached has to do.
            return subject.read(subject.target().id) if subject.spec.supports("read") else subject.list()
        # One of its own, under a name of its own in a recording, whichever control comes first.
        id = subject.shared(CONTROL).id
        if operation == "replace":
            return subject.replace(id, subject.bodies.minimal(CONTROL))
        return subject.update(id, subject.bodies.plain_change())


def _is_made(subject: Sender) -> bool:
    """Whether what refused requests are sent to could be made, as it is sooner or later: then a create was seen
    accepted."""
    try:
        return bool(subject.target().sent)
    except (NotTested, SetUpFailed):
        return False
