"""What nothing deletes, and what has gone all the same: with the item that it stood below."""

from __future__ import annotations

from restproof.contract.model import Contract, Resource
from restproof.wire.cleanup import Work
from restproof.wire.failure import NotSent
from restproof.wire.group import Group
from restproof.wire.message import Headers
from restproof.wire.nothing import says_none
from restproof.wire.walk import contract_headers


def drop_what_went_along(work: Work) -> None:
    """Forgets what stood below something that can be deleted, where a read says that it is not there any more. One read
    tells of all that stand beside each other: they go together."""
    gone: dict[tuple[str, str, Headers], bool] = {}
    for item in sorted(work.undeletable):
        name, target, headers = item
        beside = (name, target.partition("?")[0].rpartition("/")[0], headers)
        if beside not in gone:
            resource = work.contract.resources.get(name)
            gone[beside] = resource is not None and _may_go(work.contract, resource) and _is_gone(work, resource, item)
        if gone[beside]:
            work.undeletable.discard(item)


def _may_go(contract: Contract, resource: Resource) -> bool:
    above = (contract.resources[parent.resource] for parent in resource.operation("read").parents_in("path"))
    return resource.supports("read") and any(parent.supports("delete") for parent in above)


def _is_gone(work: Work, resource: Resource, item: tuple[str, str, Headers]) -> bool:
    _, target, headers = item
    credential = None if work.contract.auth.scheme == "none" else "full"
    usual = contract_headers(work.contract, dict(work.session.target.ids))
    group = Group(resource, target.rpartition("/")[0], headers or usual, credential)
    try:
        return says_none(resource, work.deletes.send(group, "read", group.request(work.contract, "read", target)))
    except NotSent:
        return False
