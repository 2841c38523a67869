"""How much a run does: profiles scale the number of cases, never the rules."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Profile:
    """``examples``: Hypothesis examples of one property. ``cases``: the longest prefix of an item's enumerated cases,
    ``None`` for all.
    ``steps``: the most steps of a lifecycle plan. ``everywhere``: what a server may well do in one place for all
    resources is tried in every way with each of them, else with one."""

    name: str
    examples: int
    cases: int | None
    steps: int
    everywhere: bool


PROFILES = {
    p.name: p
    for p in (
        Profile("smoke", examples=2, cases=24, steps=6, everywhere=False),
        Profile("ci", examples=6, cases=None, steps=9, everywhere=True),
        Profile("deep", examples=60, cases=None, steps=14, everywhere=True),
    )
}
