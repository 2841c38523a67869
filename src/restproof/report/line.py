"""One line for shell scripts: ``verdict=conforming complete=true exit=0 fail=0 … requests=352 seconds=11.2``."""

from __future__ import annotations

from restproof.oracle.verdict import Verdict, exit_code


def render_line(verdict: Verdict) -> str:
    """``NAME=VALUE`` apart by blanks, with no blank in any value."""
    counts = {outcome.replace(" ", "-"): count for outcome, count in verdict.counts.items()}
    values = {
        "verdict": verdict.verdict.replace(" ", "-"),
        "complete": str(verdict.complete).lower(),
        "exit": exit_code(verdict),
        **counts,
        "causes": len(verdict.causes),
        "requests": verdict.requests,
        "seconds": f"{verdict.duration_s:.1f}",
    }
    return " ".join(f"{name}={value}" for name, value in values.items()) + "\n"
