"""What a run says last: a screenful of plain text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from restproof.oracle.verdict import Ending, Verdict
from restproof.report.changes import drift_lines, one_line
from restproof.report.text import duration, flat, plural, visible
from restproof.run.diff import Comparison

MOST = 15
REASONS = 3
DRIFT = 5
WIDTH = 160


def closing_lines(
    verdict: Verdict, report_path: Path, comparison: Comparison | None = None, width: int = WIDTH
) -> list[str]:
    """The verdict, the counts, the causes (worst first), why nothing was judged, what changed since an earlier run, and
    the path of the report, without colours. A line of more than ``width`` characters is cut where nothing is lost by
    it: on a terminal of 80 columns all of it fits 24 lines."""
    counts = ", ".join(f"{n:,} {outcome}" for outcome, n in verdict.counts.items() if n) or "no results"
    lines = [
        f"{verdict.verdict.upper()}{'' if verdict.complete else ' (incomplete run)'}",
        f"{counts}; {plural(verdict.requests, 'request')} in {duration(verdict.duration_s)}",
    ]
    reasons = list(_reasons(verdict)) if verdict.verdict == "not judged" else []
    drift = drift_lines(comparison, DRIFT) if comparison else []
    most = MOST - len(reasons) - len(drift)
    for cause in verdict.causes[:most]:
        lines.append(_short(f"  {cause.level:<6} {cause.requirement}: {cause.title}", width))
    if len(verdict.causes) > most:
        lines.append(f"  and {plural(len(verdict.causes) - most, 'more cause')}")
    lines += [_short(line, width) for line in reasons]
    if comparison is not None:
        lines.append(one_line(comparison))
        lines += [_short(line, width) for line in drift]
    return [*lines, f"Report: {visible(str(report_path))}"]


def _reasons(verdict: Verdict) -> Iterator[str]:
    """Why nothing was judged: the suite's own errors, else what kept the core rules from being tried."""
    wanted: tuple[Ending, ...] = ("error",) if verdict.counts["error"] else ("blocked", "not tested")
    found: dict[str, int] = {}
    for result in verdict.results:
        if result.outcome in wanted:
            told = f"{result.outcome}: {result.message}"
            found[told] = found.get(told, 0) + 1
    ordered = sorted(found.items(), key=lambda one: -one[1])
    for told, count in ordered[:REASONS]:
        yield f"  {told} ({plural(count, 'result')})"
    if len(ordered) > REASONS:
        yield f"  and {plural(len(ordered) - REASONS, 'more reason')}"


def _short(text: str, width: int) -> str:
    line = text[: len(text) - len(text.lstrip())] + flat(text)
    return line if len(line) <= width else line[: width - 1] + "…"
