"""``summary.json``: the public result of a run for machines. ``summary.schema.json`` beside this module is its
schema."""

from __future__ import annotations

import json
from typing import Any

from restproof.oracle.verdict import Verdict
from restproof.run.model import Run

FORMAT = 1


def summary(run: Run, verdict: Verdict) -> dict[str, Any]:
    """The document of ``summary.json`` (``docs/summary.md``)."""
    header = run.header
    return {
        "format": FORMAT,
        "verdict": verdict.verdict,
        "complete": verdict.complete,
        "selection": dict(header.selection),
        "contract": header.contract,
        "target": header.target.name,
        "profile": header.profile,
        "seed": header.seed,
        "duration_s": round(verdict.duration_s, 3),
        "requests": verdict.requests,
        "counts": dict(verdict.counts),
        "results": [
            {
                "requirement": r.requirement,
                "level": r.level,
                "resource": r.resource,
                "operation": r.operation,
                "outcome": r.outcome,
                "cases": r.cases,
                "message": r.message,
            }
            for r in verdict.results
        ],
    }


def render_json(run: Run, verdict: Verdict) -> str:
    """``summary.json`` as text."""
    return json.dumps(summary(run, verdict), indent=1, ensure_ascii=True) + "\n"
