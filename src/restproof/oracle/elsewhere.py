"""A target at which there is nothing of what the contract names: most likely another base URL was meant."""

from __future__ import annotations

from collections.abc import Sequence

from restproof.oracle.results import Register, Result
from restproof.record.model import RecordedRun

_LEAST = 10
"""Answers, and no other among them, that are no chance any more."""


def elsewhere(run: RecordedRun, results: Sequence[Result], register: Register) -> str:
    """Asks for the base URL where every answer was a 404; empty where any was another, or where nothing was to succeed:
    a run of the rules about absent ids is answered with nothing else. The sandbox has the right one, and in recorded
    traffic somebody chose what was asked."""
    answers = [e for e in run.exchanges if e.response]
    if run.header.target.kind in ("sandbox", "traffic") or len(answers) < _LEAST:
        return ""
    if any(e.response and e.response.status != 404 for e in answers):
        return ""
    if not any(r.outcome == "blocked" or (r.outcome == "fail" and register[r.requirement].core) for r in results):
        return ""
    first = answers[0].request
    asked = f"All {len(answers):,} answers are 404, that to {first.method} {first.url} the first of them"
    return f"is {run.header.target.base_url or 'this'} the right base URL? {asked}"
