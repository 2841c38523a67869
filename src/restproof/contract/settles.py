"""How long it takes until a write is seen, by what one looks at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_UNDONE = 5.0
"""Seconds within which what was answered with 202 is done, where the contract does not say."""


@dataclass(frozen=True)
class Settles:
    """Seconds within which a write is seen: in ``reads`` of one resource, in ``lists``, in ``queries`` (lists that are
    filtered or sorted) and in ``totals``; 0 for at once."""

    reads: float = 0.0
    lists: float = 0.0
    queries: float = 0.0
    totals: float = 0.0


def settles_of(raw: Mapping[str, Any], shared: Mapping[str, Any], statuses: Mapping[str, Any]) -> Settles:
    """What a contract says in one number, or of each look: what is further away takes at least as long as what is
    nearer, where it is not said. A 202 says by itself that it is not done yet (RFC 9110 §15.3.3).

    ``raw``: the words of a resource; ``shared``: those of the contract; ``statuses``: the statuses of all resources.
    """
    said = raw.get("settles", shared.get("settles"))
    if said is None:
        known = {**statuses, **raw.get("statuses", {})}
        codes = [known.get(case) for case in ("created", "updated", "replaced", "deleted")]
        said = _UNDONE if any(202 in (c if isinstance(c, list) else [c]) for c in codes) else 0.0
    if not isinstance(said, Mapping):
        return Settles(*[float(said)] * 4)
    reads = float(said.get("reads", 0))
    lists = float(said.get("lists", reads))
    return Settles(reads, lists, float(said.get("queries", lists)), float(said.get("totals", lists)))
