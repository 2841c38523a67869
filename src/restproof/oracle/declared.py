"""Declared deviations: which findings they describe, and which of them describe none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from restproof.oracle.results import STALE, Register, Result, summary_of
from restproof.record.model import Deviation, RecordedFinding, RecordedRun


def with_deviations(run: RecordedRun, results: Iterable[Result]) -> list[Result]:
    """The results, with those as *deviation* whose findings are all declared. One with other findings besides fails,
    and tells only those."""
    live = [d for d in run.header.deviations if not _is_over(d, run)]
    return [_settled(result, [d for d in live if _is_about(d, result)]) for result in results]


def _settled(result: Result, near: Sequence[Deviation]) -> Result:
    by = [next((d for d in near if _describes(d, f)), None) for f in result.findings]
    declared = tuple(f for f, d in zip(result.findings, by, strict=True) if d)
    if result.outcome != "fail" or not declared:
        return result
    result = replace(result, declared=declared)
    if result.undeclared:
        return replace(result, message=summary_of(result.undeclared))
    first = next(d for d in by if d)
    message = f"{first.reason or 'declared'} ({first.owner or 'no owner'}, until {first.expires or 'no date'})"
    return replace(result, outcome="deviation", message=message)


def broken_deviations(run: RecordedRun, results: Sequence[Result], whole: bool) -> list[Result]:
    """One failing result for each deviation that has expired, or that is stale: what it is about was judged and shows
    no such finding, or a ``whole`` run holds nothing that it could be about. One that a narrowed run did not come to,
    or of which it sent some cases alone, is neither proved nor disproved."""
    found = []
    in_part = _judged_in_part(run)
    for number, deviation in enumerate(run.header.deviations, 1):
        name = f"The deviation declared for {deviation.requirement}"
        about = [r for r in results if _is_about(deviation, r)]
        if _is_over(deviation, run):
            found.append(_broken(number, deviation, "expired", f"{name} expired on {deviation.expires}"))
        elif any(_describes(deviation, f) for r in about for f in r.findings):
            continue
        elif (whole and not about) or (
            deviation.shows == "always"
            and any(r.outcome in ("pass", "fail", "not applicable") for r in about)
            and in_part.isdisjoint(r.item for r in about)
        ):
            found.append(_broken(number, deviation, "stale", f"{name} matches nothing that fails now: remove it"))
    return found


def _judged_in_part(run: RecordedRun) -> set[str]:
    """The items of which the run has sent some of the known cases (their outcome says so), and with them, or in a
    narrowed run, those of the rules about every exchange: they have no requests of their own."""
    sampled = {o.item for o in run.outcomes if o.reason and o.outcome in ("pass", "fail")}
    if not sampled and not run.header.selection:
        return sampled
    return sampled | {i.id for i in run.items if i.cost == 0}


def following(results: Sequence[Result], register: Register) -> list[Result]:
    """The results, with each failure named a likely consequence (``follows``) that builds on a rule which fails, as
    declared, for the same resource, or that shows only in cases in which the server took what it should have refused.
    It fails all the same: a deviation hides only what it describes."""
    declared = {(r.requirement, r.resource) for r in results if r.declared}
    taken = {f.case: r.requirement for r in results for f in r.findings if f.case and _is_taken(f)}

    def root(result: Result) -> str:
        if result.outcome != "fail":
            return ""
        # What the answers to a case show that took what it should have refused is no fault of its own.
        found = Counter(taken.get(f.case or "", "") for f in result.findings)
        if not found.keys() & {"", result.requirement}:
            return found.most_common(1)[0][0]
        roots = register.roots(result.requirement)
        return next((q for q in roots if {(q, result.resource), (q, None)} & declared), "")

    return [replace(result, follows=root(result)) for result in results]


def _is_taken(finding: RecordedFinding) -> bool:
    """Whether the server took a request that it should have refused."""
    return finding.kind == "status" and finding.actual.startswith("2") and not finding.expected.startswith("2")


def _is_over(deviation: Deviation, run: RecordedRun) -> bool:
    return bool(deviation.expires and deviation.expires < run.header.started[:10])


def _is_about(deviation: Deviation, result: Result) -> bool:
    return deviation.is_about(result.requirement, result.resource, result.operation)


def _describes(deviation: Deviation, finding: RecordedFinding) -> bool:
    return deviation.describes(finding.field, finding.kind, finding.expected, finding.actual)


def _broken(number: int, deviation: Deviation, kind: str, message: str) -> Result:
    item = f"{STALE}[{number}]"
    found = RecordedFinding(item, message, kind=kind, field=deviation.field, actual=message)
    return Result(item, STALE, "must", deviation.resource, deviation.operation, "fail", 0, message, (found,))
