"""Run file in, reports out."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, get_args

from restproof.errors import ConfigurationError
from restproof.oracle.verdict import Verdict, judge
from restproof.report.junit import render_junit
from restproof.report.markdown import render_markdown
from restproof.report.summary import render_json
from restproof.run.model import Run
from restproof.run.reader import read

Format = Literal["html", "junit", "markdown", "json"]
FORMATS: tuple[Format, ...] = get_args(Format)
FILES: dict[Format, str] = {
    "html": "index.html",
    "junit": "junit.xml",
    "markdown": "summary.md",
    "json": "summary.json",
}


def render(run: Run, verdict: Verdict, format: str) -> str:
    """The report of ``run`` as text: ``html``, ``junit``, ``markdown`` or ``json``. Raises ``ConfigurationError`` for
    another format."""
    if format == "json":
        return render_json(run, verdict)
    if format == "junit":
        return render_junit(run, verdict)
    if format == "markdown":
        return render_markdown(run, verdict)
    if format == "html":
        # Jinja2 takes a twentieth of a second that no other format has to pay.
        from restproof.report.html import render_html

        return render_html(run, verdict)
    raise ConfigurationError(f"there is no report format {format!r}", hint=f"Formats: {', '.join(FORMATS)}.")


def write_all(run_path: Path, out_dir: Path) -> Verdict:
    """Write ``index.html``, ``junit.xml``, ``summary.md`` and ``summary.json`` into ``out_dir``, as the run file tells,
    and give its verdict.

    A run file that breaks off is reported as an incomplete run. Raises ``RunFileError`` for one that cannot be read.
    """
    run = read(run_path, partial=True)
    verdict = judge(run)
    out_dir.mkdir(parents=True, exist_ok=True)
    for format, name in FILES.items():
        (out_dir / name).write_text(render(run, verdict, format), encoding="utf-8")
    return verdict
