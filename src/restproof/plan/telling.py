"""Of many cases the few that tell most: one of each kind before the second of any."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

_KINDS = ("note", "kind", "keyword", "status", "case")
"""Members of a case that say what sort of input it is, the most telling first."""
_MOST_KINDS = 9
_NUMBER = re.compile(r"\d[\d,.]*")


def most_telling(cases: Sequence[Mapping[str, Any]], count: int | None) -> tuple[Mapping[str, Any], ...]:
    """``count`` of the cases (``None``: all), in their order; where they are of more kinds, one of each, up to
    ``_MOST_KINDS``."""
    if count is None or len(cases) <= count:
        return tuple(cases)
    count = max(count, min(_MOST_KINDS, len({_kind(case) for case in cases})))
    seen: Counter[str] = Counter()
    turns = []
    for at, case in enumerate(cases):
        kind = _kind(case)
        turns.append((seen[kind], at))
        seen[kind] += 1
    return tuple(cases[at] for at in sorted(at for _, at in sorted(turns)[:count]))


def _kind(case: Mapping[str, Any]) -> str:
    """What sort of input a case is: two bounds of one keyword are of one sort, whatever the numbers."""
    notes = case.get("notes")
    told = " ".join(map(str, notes.values())) if isinstance(notes, Mapping) else ""
    told = next((case[name] for name in _KINDS if isinstance(case.get(name), str)), told)
    return _NUMBER.sub("#", told)
