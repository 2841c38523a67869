"""What cases have made of resources of which there may be few."""

from __future__ import annotations

from restproof.engine.reply import Reply
from restproof.wire.places import is_usable_id


class Room:
    """Where no body can differ in what a quota counts by, what cases leave behind uses it up: five keys of an account
    are gone after five cases. So it is known here, until it is deleted."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, str], Reply] = {}

    def note(self, reply: Reply) -> None:
        """The answer to a create of a case."""
        if reply.ok and is_usable_id(reply.id):
            self._made[reply.resource.name, str(reply.id)] = reply

    def forget(self, name: str, id: object) -> None:
        """It is deleted, or nothing can be done about it."""
        self._made.pop((name, str(id)), None)

    @property
    def taken(self) -> tuple[Reply, ...]:
        """The creates of what is still there."""
        return tuple(self._made.values())
