"""How an item ends."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from restproof.oracle.finding import Finding


@dataclass
class Outcome:
    """How an item ended: ``pass``, ``fail``, ``error``, ``blocked``, ``not tested`` or ``not applicable``, after so
    many cases. ``reason``: why, where no finding tells it."""

    outcome: str
    cases: int
    findings: list[Finding] = field(default_factory=list)
    reason: str | None = None

    def to_event(self, item: str) -> dict[str, Any]:
        """The ``outcome`` event of the run file."""
        return {
            "event": "outcome",
            "item": item,
            "outcome": self.outcome,
            "cases": self.cases,
            "reason": self.reason,
        }
