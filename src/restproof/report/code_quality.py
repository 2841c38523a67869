"""GitLab's code quality report (the part of Code Climate's format that it reads): an entry for each failing item."""

from __future__ import annotations

import json

from restproof.oracle.verdict import Verdict
from restproof.record.model import RecordedRun
from restproof.report.sarif import fingerprint
from restproof.report.text import visible

SEVERITIES = {"must": "major", "policy": "major", "should": "minor"}


def render_code_quality(run: RecordedRun, verdict: Verdict) -> str:
    """A JSON array. Each entry stands at the line of the contract where its resource is, and has the fingerprint that
    the SARIF report gives it, so that GitLab tells what is new."""
    entries = [
        {
            "description": visible(f"{result.resource or 'the whole server'}: {result.message}"),
            "check_name": result.requirement,
            "fingerprint": fingerprint(result),
            "severity": SEVERITIES[result.level],
            "location": {
                "path": run.header.contract_file or "contract.yaml",
                "lines": {"begin": run.header.lines.get(result.resource or "", 1)},
            },
        }
        for result in verdict.results
        if result.outcome == "fail"
    ]
    return json.dumps(entries, indent=1, ensure_ascii=True) + "\n"
