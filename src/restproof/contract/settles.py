"""How long it takes until a write is seen, by what one looks at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any

from restproof.frozen import frozen

_CASES = {"create": ("created",), "update": ("updated",), "replace": ("replaced", "created"), "delete": ("deleted",)}
"""Write → the cases of its success."""
_UNDONE = 5.0
"""Seconds within which what was answered with 202 is done, where the contract does not say."""


@frozen
class Settles:
    """Seconds within which a write is seen: in ``reads`` of one resource, in ``lists``, in ``queries`` (lists that are
    filtered or sorted) and in ``totals``; 0 for at once. ``writes``: the operations that take so long; ``None``:
    all of them."""

    reads: float = 0.0
    lists: float = 0.0
    queries: float = 0.0
    totals: float = 0.0
    writes: frozenset[str] | None = field(default=None, kw_only=True)

    def after(self, operation: str) -> Settles:
        """How long it takes until what one operation writes is seen."""
        return self if self.writes is None or operation in self.writes else _AT_ONCE


_AT_ONCE = Settles()


def settles_of(raw: Mapping[str, Any], shared: Mapping[str, Any], statuses: Mapping[str, Any]) -> Settles:
    """What a contract says in one number, or of each look: what is further away takes at least as long as what is
    nearer, where it is not said. A 202 says by itself that it is not done yet (RFC 9110 §15.3.3), and nothing of the
    writes that are answered otherwise.

    ``raw``: the words of a resource; ``shared``: those of the contract; ``statuses``: the statuses of all resources.
    """
    said = raw.get("settles", shared.get("settles"))
    if said is None:
        late = frozenset(_accepted({**statuses, **raw.get("statuses", {})}, raw.get("operations")))
        return Settles(*[_UNDONE] * 4, writes=late) if late else _AT_ONCE
    if not isinstance(said, Mapping):
        return Settles(*[float(said)] * 4)
    reads = float(said.get("reads", 0))
    lists = float(said.get("lists", reads))
    return Settles(reads, lists, float(said.get("queries", lists)), float(said.get("totals", lists)))


def _accepted(statuses: Mapping[str, Any], operations: Any) -> Iterator[str]:
    """The operations that may be answered with 202. What creates may be a PUT to an id as well."""
    for operation, cases in _CASES.items():
        own = (operations.get(operation) or {}) if isinstance(operations, Mapping) else {}
        # What a job tells the end of is done by then.
        known = statuses if "job" in own else {**statuses, **own.get("statuses", {})}
        codes = [known.get(case) for case in cases]
        if any(202 in (c if isinstance(c, list) else [c]) for c in codes):
            yield operation
