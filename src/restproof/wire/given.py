"""What a target gives: ids to name, and such as may be written to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from restproof.contract.model import Contract
from restproof.wire.places import Spot

_WRITABLE = "writable_"
"""``writable_<resource>`` in a target's ids is given for writing."""
_OTHERS = ("", "other_", "foreign_")


class Given:
    """The ``ids`` of a target, by resource. ``named``: all that requests may name; ``writable``: those of them that are
    given for writing; ``parents``: below which all is, where nothing else is said."""

    def __init__(self, contract: Contract, ids: Mapping[str, int | str]) -> None:
        self.writable = {(r.name, str(ids[n])) for r in contract if (n := _WRITABLE + r.name) in ids}
        keys = ((r.name, prefix + r.name) for r in contract for prefix in _OTHERS)
        self.named = self.writable | {(name, str(ids[key])) for name, key in keys if key in ids}
        self.parents = {name: str(ids[name]) for name in contract.given if name in ids}

    def filled(self, place: Spot) -> Spot:
        """The place with the given parents that the request does not name, or not as the contract says."""
        missing = {p.resource for p in place.resource.parents} - dict(place.parents).keys()
        if not missing:
            return place
        given = {name: id for name, id in self.parents.items() if name in missing}
        return replace(place, parents=tuple(sorted((*place.parents, *given.items())))) if given else place
