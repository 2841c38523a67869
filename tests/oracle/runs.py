"""Small recorded runs, event by event, for the tests of the verdict."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.record import synthetic_run as build

from restproof.oracle.verdict import Verdict
from restproof.record.model import RecordedRun
from restproof.record.reader import read

Event = dict[str, Any]


def run_of(
    tmp_path: Path, *events: Event, head: Event | None = None, foot: Event | None = None, proven: bool = True
) -> RecordedRun:
    return read(build.write(tmp_path / "run", *build.small(*events, head=head, foot=foot, proven=proven)))


def item(requirement: str, resource: str | None = "office", operation: str | None = "create") -> Event:
    return build.item(requirement, resource, operation)


def passing(*requirements: str, resource: str = "office") -> list[Event]:
    return [e for r in requirements for e in pass_of(item(r, resource))]


def pass_of(of: Event) -> list[Event]:
    return [of, build.outcome(of)]


def failing(
    requirement: str, resource: str | None = "office", operation: str | None = "create", **found: Any
) -> list[Event]:
    of = item(requirement, resource, operation)
    return [of, build.finding(of, **found), build.outcome(of, "fail")]


def outcomes(verdict: Verdict) -> dict[str, str]:
    return {r.item: r.outcome for r in verdict.results}


def deviation(requirement: str, **values: Any) -> Event:
    return {"requirement": requirement, "owner": "team", "reason": "known", "expires": "2027-01-01", **values}
