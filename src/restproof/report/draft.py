"""A draft of declared deviations: the failures of a run, for their owner to fill in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from restproof.oracle.results import STALE, Result
from restproof.oracle.verdict import Verdict
from restproof.record.model import RecordedFinding, RecordedRun

_HEAD = """\
# Drafted from the run of {started} against {target}. Every entry needs its owner, the reason and the last day on which
# it holds before it can be used; take out what shall be mended now.
"""
_OPEN = ("owner", "reason", "expires")


def draft_deviations(run: RecordedRun, verdict: Verdict) -> str:
    """The file (YAML) that declares what fails now, one entry for each requirement, resource, operation, kind and
    field; what a deviation that was given declares already is not in it. Statuses narrow an entry too, where all its
    findings agree on them; other values are drawn anew by the next run. ``owner``,
    ``reason`` and ``expires`` are empty, so that the file is refused until they are filled in."""
    head = _HEAD.format(started=run.header.started, target=run.header.target.name)
    return head + "\n".join(_as_yaml(entry) for entry in _entries(verdict))


def _entries(verdict: Verdict) -> Iterator[dict[str, Any]]:
    for result in verdict.results:
        # What is blocked fails too, and would as soon as its root is declared.
        if result.outcome in ("fail", "blocked") and result.requirement != STALE:
            groups: dict[tuple[str, str | None], list[RecordedFinding]] = {}
            for finding in result.undeclared:
                groups.setdefault((finding.kind, finding.field), []).append(finding)
            for findings in groups.values():
                yield _entry(result, findings)


def _entry(result: Result, findings: list[RecordedFinding]) -> dict[str, Any]:
    first = findings[0]
    alike = first.kind == "status" and len({(f.expected, f.actual) for f in findings}) == 1
    narrowing = {
        "resource": result.resource,
        "operation": result.operation,
        "field": first.field,
        "kind": first.kind,
        "expected": first.expected if alike else "",
        "actual": first.actual if alike else "",
    }
    given = {name: value for name, value in narrowing.items() if value}
    return {"requirement": result.requirement, **given, "message": first.message}


def _as_yaml(entry: dict[str, Any]) -> str:
    message = " ".join(str(entry.pop("message")).split())
    text = yaml.safe_dump([entry], sort_keys=False, allow_unicode=False, width=10_000)
    lines = [f"# {message.encode('ascii', 'backslashreplace').decode()}", text.rstrip()]
    return "\n".join([*lines, *(f"  {name}:" for name in _OPEN), ""])
