"""``summary.json``: the public result of a run for machines. ``summary.schema.json`` beside this module is its
schema."""

from __future__ import annotations

import json
from typing import Any

from restproof.compare.diff import Comparison
from restproof.oracle.verdict import Verdict
from restproof.record.model import RecordedRun

FORMAT = 1


def summary(run: RecordedRun, verdict: Verdict, comparison: Comparison | None = None) -> dict[str, Any]:
    """The document of ``summary.json`` (``docs/summary.md``). ``comparison`` with a recording (``--against``)."""
    found = _facts(run, verdict)
    if comparison is not None and comparison.shapes is not None:
        found["drift"] = {
            "breaks": [
                {"requirement": c.requirement, "resource": c.resource, "operation": c.operation}
                for c in comparison.new_failures
            ],
            "shapes": list(comparison.shapes),
        }
    return found


def _facts(run: RecordedRun, verdict: Verdict) -> dict[str, Any]:
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
        **({"soundings": verdict.soundings} if verdict.soundings else {}),
        "unproven": [{"resource": u.resource, "operation": u.operation, "reason": u.reason} for u in verdict.unproven],
        **({"unsent": {name: list(fields) for name, fields in verdict.unsent.items()}} if verdict.unsent else {}),
        "left": list(verdict.left),
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
                **({"changed": r.changed} if r.changed else {}),
            }
            for r in verdict.results
        ],
    }


def render_json(run: RecordedRun, verdict: Verdict, comparison: Comparison | None = None) -> str:
    """``summary.json`` as text."""
    return json.dumps(summary(run, verdict, comparison), indent=1, ensure_ascii=True) + "\n"
