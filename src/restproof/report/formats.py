"""The formats of a report: one line for each. The one place to touch for a further one, beside its module."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

from restproof.errors import ConfigurationError
from restproof.frozen import frozen

if TYPE_CHECKING:  # the command line names the formats, and need not know what they are made of
    from restproof.compare.diff import Comparison
    from restproof.oracle.verdict import Verdict
    from restproof.record.model import RecordedRun

Evidence = Literal["failures", "sample", "all"]
"""Which exchanges the HTML report holds: those of failing cases, some that passed too, or all."""


@frozen(slots=True)
class Format:
    """``file``: its name in a run's directory. ``renderer``: ``module:function``; imported when it is used, since some
    bring much along. It returns the text and takes what it needs of the arguments of :func:`render`, by their names.
    ``usual``: whether every run leaves it; the others are written when they are asked for. ``folder``: it is a folder,
    and the renderer returns the texts of its files by their names."""

    name: str
    file: str
    renderer: str
    usual: bool = False
    folder: bool = False


FORMATS = {
    format.name: format
    for format in (
        Format("html", "index.html", "restproof.report.html:render_html", usual=True),
        Format("junit", "junit.xml", "restproof.report.junit:render_junit", usual=True),
        Format("markdown", "summary.md", "restproof.report.markdown:render_markdown", usual=True),
        Format("json", "summary.json", "restproof.report.summary:render_json", usual=True),
        Format("sarif", "results.sarif", "restproof.report.sarif:render_sarif"),
        Format("badge", "badge.svg", "restproof.report.badge:render_badge"),
        Format("yaml", "recording.yaml", "restproof.record.readable:dump"),
        Format("github", "annotations.txt", "restproof.report.annotations:render_annotations"),
        Format("gitlab", "gl-code-quality-report.json", "restproof.report.code_quality:render_code_quality"),
        Format("line", "line.txt", "restproof.report.line:render_line"),
        Format("csv", "results.csv", "restproof.report.csv_table:render_csv"),
        Format("har", "traffic.har", "restproof.report.har:render_har"),
        Format("allure", "allure-results", "restproof.report.allure:render_allure", folder=True),
    )
}
USUAL = tuple(name for name, format in FORMATS.items() if format.usual)


def load_usual() -> None:
    """Import what the reports of every run are made with, where there is time for it."""
    for name in USUAL:
        import_module(FORMATS[name].renderer.partition(":")[0])


def render(
    run: RecordedRun,
    verdict: Verdict,
    format: str,
    comparison: Comparison | None = None,
    page: str = "index.html",
    evidence: Evidence = "sample",
) -> str:
    """The report of ``run`` as text, in one of ``FORMATS``. ``comparison``: what changed since an earlier run;
    ``page``: where the HTML report is found, for the links of the others; ``evidence``: which exchanges the HTML report
    holds. Raises ``ConfigurationError`` for another format."""
    if format in FORMATS and FORMATS[format].folder:
        raise ConfigurationError(
            f"the report format {format!r} is a folder of files", hint="Write it: restproof report."
        )
    text: str = _rendered(run, verdict, format, comparison, page, evidence)
    return text


def render_files(run: RecordedRun, verdict: Verdict, format: str) -> Mapping[str, str]:
    """The files of a format that is a folder, by their names."""
    files: Mapping[str, str] = _rendered(run, verdict, format, None, "", "sample")
    return files


def _rendered(
    run: RecordedRun,
    verdict: Verdict,
    format: str,
    comparison: Comparison | None,
    page: str,
    evidence: Evidence,
) -> Any:
    if format not in FORMATS:
        raise ConfigurationError(f"there is no report format {format!r}", hint=f"Formats: {', '.join(FORMATS)}.")
    offered = {"run": run, "verdict": verdict, "comparison": comparison, "page": page, "evidence": evidence}
    module, _, name = FORMATS[format].renderer.partition(":")
    renderer: Callable[..., Any] = getattr(import_module(module), name)
    return renderer(**{n: offered[n] for n in inspect.signature(renderer).parameters})
