"""How much a run does: profiles scale the number of cases, never the rules."""

from __future__ import annotations

from restproof.frozen import frozen


@frozen
class Profile:
    """``examples``: Hypothesis examples of one property. ``cases``: how many enumerated cases of an item, ``None`` for
    all; of many kinds, one of each. ``steps``: the most steps of a lifecycle plan. ``whole``: what is one place for all
    resources is tried in every way on each. ``sampled``: a rule is tried with each operation on one resource, and on
    others with the kinds of cases that these alone know; a core rule of each operation is tried on every resource."""

    name: str
    examples: int
    cases: int | None
    steps: int
    whole: bool = False
    sampled: bool = False


PROFILES = {
    p.name: p
    for p in (
        Profile("smoke", examples=1, cases=2, steps=6, sampled=True),
        Profile("ci", examples=6, cases=None, steps=9),
        Profile("deep", examples=60, cases=None, steps=14, whole=True),
    )
}
