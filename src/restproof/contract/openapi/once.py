"""What becomes of the schemas of one document as they are sent and as they are shown: made once of each, however many
resources hold it. Schemas are known by their identity, so each is kept as long as what was made of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from restproof.contract.inner import Made
from restproof.contract.openapi.schemas import Schema

Seen = dict[tuple[int, int], tuple[Schema, Schema, Schema | None]]


@dataclass
class Once:
    """``shown``: schema → it as responses have it. ``sendable``: schemas of which each value can be sent.
    ``called``: schema → it with examples of what only names tell.
    ``seen_again``, ``echoed``, ``fits``: what was made of two schemas, one of requests and the other of responses."""

    shown: Made = field(default_factory=dict)
    sendable: dict[int, Schema] = field(default_factory=dict)
    called: Made = field(default_factory=dict)
    seen_again: Seen = field(default_factory=dict)
    echoed: dict[tuple[int, int], tuple[Schema, Schema, Schema]] = field(default_factory=dict)
    fits: dict[tuple[int, int], tuple[Schema, Schema, bool]] = field(default_factory=dict)
