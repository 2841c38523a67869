"""Why a run without a failure proves less than it might."""

from __future__ import annotations

from collections import Counter

from restproof.oracle.verdict import Ending, Verdict
from restproof.report.text import plural

MOST = 3


def unproved(verdict: Verdict) -> list[str]:
    """The most frequent reasons, where no failure tells them: of a run that judged nothing, the suite's own errors,
    else what kept the core rules from being tried; of one that conforms, what blocked others."""
    wanted: tuple[Ending, ...] = ("blocked",)
    if verdict.verdict == "not judged":
        wanted = ("error",) if verdict.counts["error"] else ("blocked", "not tested")
    elif verdict.causes:
        return []
    found = Counter(f"{r.outcome}: {r.message}" for r in verdict.results if r.outcome in wanted)
    lines = [f"{reason} ({plural(count, 'result')})" for reason, count in found.most_common(MOST)]
    return lines + ([f"and {plural(len(found) - MOST, 'more reason')}"] if len(found) > MOST else [])
