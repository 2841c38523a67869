"""``results.csv``: a row for each result, for a spreadsheet (RFC 4180)."""

from __future__ import annotations

import csv
import io

from restproof.oracle.verdict import Verdict
from restproof.record.model import RecordedRun
from restproof.report.text import flat

COLUMNS = ("requirement", "level", "resource", "operation", "outcome", "cases", "statement", "message")


def render_csv(run: RecordedRun, verdict: Verdict) -> str:
    """The results in the order of the verdict, below a row with the names of the columns."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for result in verdict.results:
        rule = run.requirements.get(result.requirement)
        statement = rule.statement if rule is not None else ""
        whole = (result.requirement, result.level, result.resource or "", result.operation or "", result.outcome)
        writer.writerow(_inert(str(cell)) for cell in (*whole, result.cases, statement, result.message))
    return out.getvalue()


def _inert(text: str) -> str:
    """``text`` in one line, and such as no spreadsheet takes for a formula: what a server said may begin with ``=``."""
    line = flat(text)
    return f"'{line}" if line.startswith(("=", "+", "-", "@")) else line
