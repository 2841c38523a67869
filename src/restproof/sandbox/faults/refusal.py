"""Faults of the order of refusals."""

from __future__ import annotations

from typing import Any

from restproof.sandbox.call import Call
from restproof.sandbox.faults.registry import Seam, fault
from restproof.semantics.validate import Refusal


@fault("values-before-unknown", "refusal.order", "wrong values are told before unknown fields")
def values_before_unknown(seam: Seam) -> None:
    _reordered(seam, "invalid", "unknown_field")


@fault("absent-before-forbidden", "refusal.order", "what is absent is told before what is forbidden")
def absent_before_forbidden(seam: Seam) -> None:
    _reordered(seam, "absent", "forbidden")


def _reordered(seam: Seam, early: str, late: str) -> None:
    """Where two cases apply, tell the one that stands later in the contract's order."""

    def advice(inner: Any, call: Call) -> Refusal:
        by_case = {r.case: r for r in reversed(call.refusals)}
        chosen: Refusal = inner(call)
        return by_case[early] if chosen.case == late and early in by_case else chosen

    seam.around("choose_refusal", advice)
