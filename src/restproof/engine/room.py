"""What cases have made of resources of which there may be few."""

from __future__ import annotations

from restproof.contract.model import Contract, Resource
from restproof.engine.instance import Maker
from restproof.engine.reply import Reply
from restproof.wire.places import is_usable_id

_FEW = 10
"""Of so many there is no room for all that cases share, and one of their own."""


def _is_made(reply: Reply) -> bool:
    """Whether a write, be it a PUT, says that it has created something."""
    created, replaced = (reply.resource.status(case, reply.operation) for case in ("created", "replaced"))
    is_new = reply.operation == "replace" and reply.status in created and reply.status not in replaced
    return reply.operation == "create" or is_new


def _is_in_the_way(subject: Maker, reply: Reply) -> bool:
    """Whether what the subject has created is in the way of later cases: what a case makes, and where there may be very
    few, what is made for several, too."""
    quotas, setup = subject.bodies.shared_quotas, subject.about[2]
    if not (quotas or subject.bodies.ids_are_few) or not subject.spec.supports("delete"):
        return False
    if setup is None:
        return True
    are_few = any(quota.told_by is None and not quota.of and quota.most < _FEW for quota in quotas)
    is_apart = setup.partition(":")[2].startswith(("other", "foreign"))
    return are_few and not is_apart and not _is_built_on(reply.contract, subject.spec)


def _is_built_on(contract: Contract, resource: Resource) -> bool:
    """Whether something lives below the resource, or refers to it."""
    return any(
        resource.name in (*contract.ancestors(other), *(reference.to for reference in other.references.values()))
        for other in contract
    )


class Room:
    """Where no body can differ in what a quota counts by, what cases leave behind uses it up: five keys of an account
    are gone after five cases; and so are ids that clients choose, where there are few. So it is known here, until it is
    deleted."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, str], Reply] = {}

    def note(self, subject: Maker, reply: Reply) -> None:
        """The answer to a write, which succeeded."""
        if _is_made(reply) and is_usable_id(reply.id) and _is_in_the_way(subject, reply):
            self._made[reply.resource.name, str(reply.id)] = reply

    def forget(self, name: str, id: object) -> None:
        """It is deleted, or nothing can be done about it."""
        self._made.pop((name, str(id)), None)

    @property
    def taken(self) -> tuple[Reply, ...]:
        """The creates of what is still there."""
        return tuple(self._made.values())
