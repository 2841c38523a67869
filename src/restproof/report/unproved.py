"""Why a run proves less than it might."""

from __future__ import annotations

from collections import Counter

from restproof.oracle.proof import NARROWED
from restproof.oracle.results import Ending
from restproof.oracle.verdict import Verdict
from restproof.report.text import plural

MOST = 3


def unproved(verdict: Verdict) -> list[str]:
    """The most frequent reasons, where no failure tells them: of a run that judged nothing, the suite's own errors,
    else what kept the core rules from being tried; of one that conforms, what blocked others."""
    if verdict.unmet and not verdict.counts["error"]:
        more = len(verdict.unmet) - MOST
        return [*verdict.unmet[:MOST], *([f"and {plural(more, 'more demand')}"] if more > 0 else [])]
    wanted: tuple[Ending, ...] = ("blocked",)
    if verdict.verdict == "not judged":
        wanted = ("error",) if verdict.counts["error"] else ("blocked", "not tested")
    elif verdict.causes:
        return []
    found = Counter(f"{r.outcome}: {r.message}" for r in verdict.results if r.outcome in wanted)
    told = [f"{reason} ({plural(count, 'result')})" for reason, count in found.most_common(MOST)]
    return told + ([f"and {plural(len(found) - MOST, 'more reason')}"] if len(found) > MOST else [])


def in_part(verdict: Verdict) -> bool:
    """Whether a verdict that the API conforms speaks of a part alone of what is promised and was asked for."""
    return verdict.verdict == "conforming" and any(u.reason != NARROWED for u in verdict.unproven)


def unseen(verdict: Verdict) -> list[str]:
    """The operations that were not seen to work, by the reason: ``note delete and update, page read: not tested: …``.
    Where something failed, those of which no failure tells why; none of what the options left out, nor where the
    verdict says nothing of the API."""
    if verdict.verdict == "not judged":
        return []
    failed = verdict.verdict == "not conforming"
    by_reason: dict[str, dict[str, list[str]]] = {}
    for found in verdict.unproven:
        if found.reason != NARROWED and (not failed or found.reason.startswith("not tested: ")):
            by_reason.setdefault(found.reason, {}).setdefault(found.resource, []).append(found.operation)
    told = [f"{_operations(resources)}: {reason}" for reason, resources in by_reason.items()]
    unsent = [f"{resource} {name}" for resource, names in verdict.unsent.items() for name in names]
    more = f" and {plural(len(unsent) - MOST, 'more field')}" if len(unsent) > MOST else ""
    why = "was refused, and the contract leaves open why: no valid request holds it"
    return told + ([f"{', '.join(unsent[:MOST])}{more}: a create that held it {why}"] if unsent else [])


def _operations(resources: dict[str, list[str]]) -> str:
    count = sum(map(len, resources.values()))
    if len(resources) > MOST:
        return f"{count} operations of {len(resources)} resources"
    return ", ".join(f"{name} {' and '.join(operations)}" for name, operations in resources.items())
