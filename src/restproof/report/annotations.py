"""Annotations of GitHub Actions: one workflow command for each cause, at the line of the contract where its first
resource stands. A step that prints them marks the contract's lines in the pull request."""

from __future__ import annotations

from restproof.oracle.verdict import Verdict
from restproof.record.model import RecordedRun
from restproof.report.text import plural, visible

MOST = 10
"""How many annotations of one kind a step may have: GitHub shows no more."""


def render_annotations(run: RecordedRun, verdict: Verdict) -> str:
    """Workflow commands, a line each: an ``error`` for a cause that binds, a ``warning`` for a *should*, and a
    ``notice`` with the verdict. What is beyond the limit of either kind is counted in the notice."""
    lines: list[str] = []
    left = 0
    for kind, levels in (("error", ("must", "policy")), ("warning", ("should",))):
        causes = [c for c in verdict.causes if c.level in levels]
        left += len(causes[MOST:])
        for cause in causes[:MOST]:
            resource = next((place[0] for place in cause.places if place[0]), None)
            file = run.header.contract_file or "contract.yaml"
            where = {"file": file, "line": str(run.header.lines.get(resource or "", 1)), "title": cause.requirement}
            lines.append(_command(kind, where, cause.title))
    more = f", and {plural(left, 'more cause')} in the report" if left else ""
    counts = ", ".join(f"{n:,} {outcome}" for outcome, n in verdict.counts.items() if n)
    lines.append(_command("notice", {"title": "restproof"}, f"{verdict.verdict}: {counts}{more}"))
    return "\n".join(lines) + "\n"


def _command(kind: str, properties: dict[str, str], message: str) -> str:
    told = ",".join(f"{name}={_escaped(value, ':,')}" for name, value in properties.items())
    return f"::{kind} {told}::{_escaped(message)}"


def _escaped(text: str, more: str = "") -> str:
    """``text`` so that it ends neither the command nor, with ``more``, a property of it."""
    text = visible(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    for character in more:
        text = text.replace(character, f"%{ord(character):02X}")
    return text
