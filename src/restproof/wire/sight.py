"""What looks show of items, and what answers to creates have named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import Enum

from restproof.frozen import frozen
from restproof.wire.places import Spot
from restproof.wire.proof import Mark


class Sight(Enum):
    """What a look at an item has shown."""

    OURS = "ours"
    NOTHING = "nothing"
    OTHERS = "others"
    UNCLEAR = "unclear"
    STALE = "stale"


@frozen
class Thing:
    """What the answer to a create of this run has named. ``marks``: what the create wrote; ``sums``: digests of the
    body where it could hold no mark that shows; ``new``: whether the id named nothing just before; ``there``: whether
    what it names was seen before as others'; ``said``: whether the answer showed the marks, too; ``key``: the
    idempotency key of the create, if it showed one."""

    place: Spot
    credential: str | None
    marks: tuple[Mark, ...] = ()
    sums: Mapping[str, str] = field(default_factory=dict)
    new: bool = False
    there: bool = False
    said: bool = False
    key: str = ""


def why_not_ours(place: Spot, item: Spot, sight: Sight) -> str:
    """Why a write to ``place``, which may be read as ``item``, does not leave."""
    read_as = "" if item.id == place.id else f" (which may be read as {item.id})"
    why = {
        Sight.OTHERS: "a look shows what this run did not make",
        Sight.UNCLEAR: "no read or list shows whose it is",
        Sight.STALE: "it is shown as it was before it went, or from a cache",
    }.get(sight, "it names nothing")
    return f"{place}{read_as} is not proven to be this run's: {why}"
