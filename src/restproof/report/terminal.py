"""What a run says last: a screenful of plain text."""

from __future__ import annotations

from pathlib import Path

from restproof.oracle.verdict import Verdict
from restproof.report.text import duration, plural, visible

MOST = 15
WIDTH = 160


def closing_lines(verdict: Verdict, report_path: Path) -> list[str]:
    """The verdict, the counts, the causes (worst first, at most 15) and the path of the report, without colours."""
    counts = ", ".join(f"{n:,} {outcome}" for outcome, n in verdict.counts.items() if n) or "no results"
    lines = [
        f"{verdict.verdict.upper()}{'' if verdict.complete else ' (incomplete run)'}",
        f"{counts}; {plural(verdict.requests, 'request')} in {duration(verdict.duration_s)}",
    ]
    for cause in verdict.causes[:MOST]:
        lines.append(_short(f"  {cause.level:<6} {cause.requirement}: {cause.title}"))
    if len(verdict.causes) > MOST:
        lines.append(f"  and {len(verdict.causes) - MOST} more")
    return [*lines, f"Report: {report_path}"]


def _short(text: str) -> str:
    line = " ".join(visible(text).split())
    line = text[: len(text) - len(text.lstrip())] + line
    return line if len(line) <= WIDTH else line[: WIDTH - 1] + "…"
