"""How much a run does: profiles scale the number of cases, never the rules."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Profile:
    """``examples``: Hypothesis examples of one property. ``cases``: the longest prefix of an item's enumerated cases, ``None`` for all. ``plans``
    and ``steps``: lifecycle plans of a resource and their length."""

    name: str
    examples: int
    cases: int | None
    plans: int
    steps: int


PROFILES = {
    p.name: p
    for p in (
        Profile("smoke", examples=2, cases=24, plans=2, steps=6),
        Profile("ci", examples=6, cases=None, plans=6, steps=9),
        Profile("deep", examples=60, cases=None, plans=60, steps=14),
    )
}
