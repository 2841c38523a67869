"""What soundings may send before a run is planned: which resources are sounded, and how many creates that takes."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from restproof.contract.model import Contract, Resource, removes
from restproof.engine.touching import whole
from restproof.session.options import Options

MOST = 40
"""Creates that are sent for one resource at most."""
MOST_IN_ALL = 400
"""The same for all resources together."""
PART = 10
"""What part of the requests that the user allows may be soundings."""


class Bound(NamedTuple):
    """The resources that are sounded, and the most creates that are sent for these."""

    resources: tuple[Resource, ...]
    creates: int


def bound_of(contract: Contract, forbidden: Collection[str], options: Options) -> Bound:
    """What soundings may send of a ``contract``, where the target forbids these operations: nothing where nothing may
    be made, or only what the user has counted. Of a resource it is open what a create may hold, and nothing is left of
    it, nor of what has to be made for it: what is only cancelled or archived is there still."""
    if options.read_only or options.max_creates is not None or (options.max_requests or PART) < PART:
        return Bound((), 0)

    def goes(resource: Resource) -> bool:
        return removes(resource) and not {f"{resource.name}.{o}" for o in ("create", "delete")} & set(forbidden)

    found = (r for r in contract if "rules" in r.open and not r.id.single and options.selects_resource(r))
    goes_whole = (r for r in found if all(goes(contract.resources[name]) for name in whole(contract.resources, r)))
    resources = tuple(r for r in goes_whole if r.supports("create"))
    return Bound(resources, min(MOST_IN_ALL, MOST * len(resources)))
