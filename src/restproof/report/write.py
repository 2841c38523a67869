"""Run file in, reports out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, get_args

from restproof.compare.diff import Comparison, Judged, compare
from restproof.compare.shapes import drift
from restproof.errors import ConfigurationError
from restproof.oracle.verdict import Verdict, judge
from restproof.record.model import RecordedRun
from restproof.record.reader import read
from restproof.report.junit import render_junit
from restproof.report.markdown import render_markdown
from restproof.report.summary import render_json

Format = Literal["html", "junit", "markdown", "json", "sarif", "badge", "yaml", "har"]
Evidence = Literal["failures", "sample", "all"]
"""Which exchanges the HTML report holds: those of failing cases, some that passed too, or all."""
FORMATS: tuple[Format, ...] = get_args(Format)
FILES: dict[Format, str] = {
    "html": "index.html",
    "junit": "junit.xml",
    "markdown": "summary.md",
    "json": "summary.json",
    "sarif": "results.sarif",
    "badge": "badge.svg",
    "yaml": "recording.yaml",
    "har": "traffic.har",
}
"""Where each format lands in a run's directory."""
USUAL: tuple[Format, ...] = ("html", "junit", "markdown", "json")
"""What every run leaves; the others are written when they are asked for."""


@dataclass(frozen=True, slots=True)
class Written:
    """What the reports of a run tell: its verdict, and what changed since ``baseline`` (``None`` without one)."""

    verdict: Verdict
    comparison: Comparison | None = None


def render(
    run: RecordedRun,
    verdict: Verdict,
    format: str,
    comparison: Comparison | None = None,
    page: str = FILES["html"],
    evidence: Evidence = "sample",
) -> str:
    """The report of ``run`` as text, in one of ``FORMATS``. ``comparison``: what changed since an earlier run;
    ``page``: where the HTML report is found, for the links of the others; ``evidence``: which exchanges the HTML report
    holds. Raises ``ConfigurationError`` for another
    format."""
    if format == "json":
        return render_json(run, verdict, comparison)
    if format == "junit":
        return render_junit(run, verdict)
    if format == "markdown":
        return render_markdown(run, verdict, comparison, page)
    if format == "html":
        # Jinja2 takes a twentieth of a second that no other format has to pay.
        from restproof.report.html import render_html

        return render_html(run, verdict, comparison, evidence)
    if format == "sarif":
        from restproof.report.sarif import render_sarif

        return render_sarif(run, verdict)
    if format == "badge":
        from restproof.report.badge import render_badge

        return render_badge(verdict)
    if format == "yaml":
        from restproof.record.readable import dump

        return dump(run)
    if format == "har":
        from restproof.report.har import render_har

        return render_har(run)
    raise ConfigurationError(f"there is no report format {format!r}", hint=f"Formats: {', '.join(FORMATS)}.")


def write_all(
    run_path: Path,
    out_dir: Path,
    baseline: Judged | None = None,
    evidence: Evidence = "sample",
    *,
    shapes: bool = False,
) -> Written:
    """Write ``index.html``, ``junit.xml``, ``summary.md`` and ``summary.json`` into ``out_dir``, as the run file tells,
    compared with ``baseline`` where there is one (``shapes``: the shapes of responses too); ``evidence`` as in
    ``render``.

    A run file that breaks off is reported as an incomplete run. Raises ``RunFileError`` for one that cannot be read.
    """
    run = read(run_path, partial=True)
    verdict = judge(run)
    comparison = compare(baseline, Judged(run, verdict)) if baseline else None
    if comparison and baseline and shapes:
        comparison = replace(comparison, shapes=drift(baseline.run, run))
    out_dir.mkdir(parents=True, exist_ok=True)
    for format in USUAL:
        text = render(run, verdict, format, comparison, evidence=evidence)
        (out_dir / FILES[format]).write_text(text, encoding="utf-8")
    return Written(verdict, comparison)
