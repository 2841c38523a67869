"""Run file in, reports out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from restproof.compare.diff import Comparison, Judged, compare
from restproof.compare.shapes import drift
from restproof.frozen import frozen
from restproof.oracle.verdict import Verdict, judge
from restproof.record.disk import made, write_whole
from restproof.record.model import RecordedRun
from restproof.record.reader import read
from restproof.report.formats import FORMATS, USUAL, Evidence, render


@frozen(slots=True)
class Written:
    """What the reports of a run tell: its verdict, and what changed since ``baseline`` (``None`` without one)."""

    verdict: Verdict
    comparison: Comparison | None = None


def write_all(
    run_path: Path,
    out_dir: Path,
    baseline: Judged | None = None,
    evidence: Evidence = "sample",
    *,
    shapes: bool = False,
    run: RecordedRun | None = None,
) -> Written:
    """Write ``index.html``, ``junit.xml``, ``summary.md`` and ``summary.json`` into ``out_dir``, as the run file tells,
    compared with ``baseline`` where there is one (``shapes``: the shapes of responses too); ``evidence`` as in
    ``render``; ``run``: what the file holds, where it was read already.

    A run file that breaks off is reported as an incomplete run. Raises ``RunFileError`` for one that cannot be read.
    """
    run = run or read(run_path, partial=True)
    verdict = judge(run)
    comparison = compare(baseline, Judged(run, verdict)) if baseline else None
    if comparison and baseline and shapes:
        comparison = replace(comparison, shapes=drift(baseline.run, run))
    made(out_dir)
    for name in USUAL:
        write_whole(out_dir / FORMATS[name].file, render(run, verdict, name, comparison, evidence=evidence))
    return Written(verdict, comparison)
