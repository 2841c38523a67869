"""What a run says last: a screenful of plain text."""

from __future__ import annotations

from pathlib import Path

from restproof.compare.diff import Comparison
from restproof.oracle.verdict import Verdict
from restproof.report.changes import drift_lines, one_line
from restproof.report.foremost import foremost
from restproof.report.text import duration, flat, plural, visible
from restproof.report.unproved import in_part, unproved, unseen

MOST = 15
DRIFT = 5
UNPROVEN = 3
LEFT = 3
WIDTH = 160


def closing_lines(
    verdict: Verdict, report_path: Path, comparison: Comparison | None = None, width: int = WIDTH
) -> list[str]:
    """The verdict, the counts, the causes (worst first), what was not proven and why, what clean-up left on the target,
    what changed since an earlier run, and the path of the report, without colours. A line of more than ``width``
    characters is cut where nothing is lost by it: on a terminal of 80 columns all of it fits 24 lines."""
    counts = ", ".join(f"{n:,} {outcome}" for outcome, n in verdict.counts.items() if n) or "no results"
    not_seen = unseen(verdict)
    part = " in part" if in_part(verdict) else ""
    before = f", after {plural(verdict.soundings, 'request')} of soundings" if verdict.soundings else ""
    lines = [
        f"{verdict.verdict.upper()}{part}{'' if verdict.complete else ' (incomplete run)'}",
        f"{counts}; {plural(verdict.requests, 'request')} in {duration(verdict.duration_s)}{before}",
    ]
    lines += [_short(f"  {verdict.server_errors}", width)] if verdict.server_errors else []
    reasons = [f"  not proven: {reason}" for reason in not_seen[:UNPROVEN]]
    reasons += [f"  and {plural(len(not_seen) - UNPROVEN, 'more reason')}"] if len(not_seen) > UNPROVEN else []
    reasons += [f"  {reason}" for reason in unproved(verdict)]
    drift = drift_lines(comparison, DRIFT) if comparison else []
    most = MOST - len(reasons) - len(drift) - min(len(verdict.left), LEFT + 1) - bool(verdict.server_errors)
    told = [verdict.causes[at] for at in foremost(verdict.causes, most)]
    for cause in told:
        level = "changed" if cause.changed else f"{cause.level:<6}"
        seen = f" [not promised: {cause.changed}]" if cause.changed else ""
        lines.append(_short(f"  {level} {cause.requirement}: {cause.title}{seen}", width))
    if len(verdict.causes) > len(told):
        lines.append(f"  and {plural(len(verdict.causes) - len(told), 'more cause')}")
    lines += [_short(line, width) for line in reasons]
    lines += [_short(f"  left on the target: {line}", width) for line in verdict.left[:LEFT]]
    if len(verdict.left) > LEFT:
        lines.append(f"  and {len(verdict.left) - LEFT:,} more left there, which the report names")
    if comparison is not None:
        lines.append(one_line(comparison))
        lines += [_short(line, width) for line in drift]
    return [*lines, f"Report: {visible(str(report_path))}"]


def _short(text: str, width: int) -> str:
    line = text[: len(text) - len(text.lstrip())] + flat(text)
    return line if len(line) <= width else line[: width - 1] + "…"
