"""Ids that clients could choose but for what the schema of an id asks."""

from __future__ import annotations

from collections.abc import Iterator

from restproof.plan.cases import IdCase
from restproof.plan.ground import Ground
from restproof.plan.symbols import RUN, valid_with_token

_LONG = 100
"""Characters beyond which servers refuse a path for its length alone."""
_BESIDE = "!~.-_A0"
"""Characters that stand in a path as they are (RFC 3986 §3.3), the oddest first."""


def unfit_ids(ground: Ground) -> Iterator[IdCase]:
    """An id of the run with a character more than its pattern allows, and one that is too long, where no id that fits
    is like them."""
    bodies, identity = ground.bodies, ground.resource.id
    chosen = bodies.chosen_id("odd")
    if (
        identity.type != "string"
        or identity.slashes
        or RUN not in chosen
        or not valid_with_token(bodies.id_schema, chosen)
    ):
        return
    odd = next((c for c in _BESIDE if not valid_with_token(bodies.id_schema, chosen + c)), "")
    room = bodies.id_schema.get("maxLength")
    if odd and (room is None or valid_with_token(bodies.id_schema, chosen + chosen[-1])):
        yield {"id": chosen + odd, "note": "of another form", "suffix": False}
    if isinstance(room, int) and room < _LONG:
        yield {"id": chosen + chosen[-1] * room, "note": "too long", "suffix": False}
