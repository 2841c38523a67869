"""Which seeded faults are switched on. What each one is stands in ``faults.py``."""

from __future__ import annotations

ACTIVE: set[str] = set()


def on(name: str) -> bool:
    """Whether the fault ``name`` is switched on in this process."""
    return name in ACTIVE
