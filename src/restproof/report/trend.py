"""A folder of runs over time, as values, Markdown and JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from statistics import median
from typing import Any

from restproof.compare.diff import Judged
from restproof.frozen import frozen
from restproof.oracle.results import Word
from restproof.report.text import code, duration, moment, plain, plural

FORMAT = 1
SIGNS: Mapping[Word, str] = {"conforming": "✅", "not conforming": "❌", "not judged": "⚠️"}


@frozen(slots=True)
class Point:
    """One run. ``latency_ms`` is the median time to an answer in milliseconds, ``None`` where none came; ``causes``
    counts causes of failure."""

    name: str
    contract: str
    target: str
    profile: str
    seed: int
    started: str
    narrowed: bool
    verdict: Word
    complete: bool
    counts: Mapping[str, int]
    causes: int
    requests: int
    duration_s: float
    latency_ms: float | None


@frozen(slots=True)
class Series:
    """The runs of one contract against one target, the oldest first."""

    contract: str
    target: str
    points: tuple[Point, ...]


def point(name: str, of: Judged) -> Point:
    """What a trend tells of the run that lies in the folder ``name``."""
    header, verdict = of.run.header, of.verdict
    times = [e.elapsed for e in of.run.exchanges if e.response]
    return Point(
        name=name,
        contract=header.contract,
        target=header.target.name,
        profile=header.profile,
        seed=header.seed,
        started=header.started,
        narrowed=bool(header.selection),
        verdict=verdict.verdict,
        complete=verdict.complete,
        counts=verdict.counts,
        causes=len(verdict.causes),
        requests=verdict.requests,
        duration_s=round(verdict.duration_s, 3),
        latency_ms=round(median(times) * 1000, 3) if times else None,
    )


def series(points: Iterable[Point]) -> tuple[Series, ...]:
    """``points`` by contract and target, the one with the newest run first."""
    found: dict[tuple[str, str], list[Point]] = {}
    for one in sorted(points, key=lambda p: (p.started, p.name)):
        found.setdefault((one.contract, one.target), []).append(one)
    grouped = [Series(contract, target, tuple(held)) for (contract, target), held in found.items()]
    return tuple(sorted(grouped, key=lambda s: s.points[-1].started, reverse=True))


def render_trend_markdown(found: Sequence[Series], unread: Sequence[str] = ()) -> str:
    """A table for each contract and target, the newest run first. ``unread``: the runs that could not be read, and
    why."""
    lines: list[str] = []
    for one in found:
        lines += [f"# {plain(one.contract)} on {plain(one.target)}: {plural(len(one.points), 'run')}", ""]
        lines += [
            "| started | verdict | fail | error | not tested | pass | requests | duration | median answer | run |",
            "|---|---|---:|---:|---:|---:|---:|---:|---:|---|",
        ]
        lines += [_row(point) for point in reversed(one.points)]
        lines.append("")
    lines += [f"- Not read: {plain(line)}" for line in unread]
    return "\n".join([*lines, ""]) if unread else "\n".join(lines)


def _row(one: Point) -> str:
    whole = " (narrowed)" if one.narrowed else "" if one.complete else " (incomplete)"
    counts = " | ".join(f"{one.counts[name]:,}" for name in ("fail", "error", "not tested", "pass"))
    return (
        f"| {moment(one.started)} | {SIGNS[one.verdict]} {one.verdict}{whole} | {counts} | {one.requests:,} "
        f"| {duration(one.duration_s)} | {latency(one)} | {code(one.name)} |"
    )


def latency(one: Point) -> str:
    """``3.1 ms``, or a dash."""
    return "–" if one.latency_ms is None else f"{one.latency_ms:,.1f} ms"


def render_trend_json(found: Sequence[Series], unread: Sequence[str] = ()) -> str:
    """The trend as JSON (``docs/reports.md``)."""
    document: dict[str, Any] = {
        "format": FORMAT,
        "series": [
            {"contract": s.contract, "target": s.target, "runs": [asdict(point) for point in s.points]} for s in found
        ],
        "unread": list(unread),
    }
    return json.dumps(document, indent=1, ensure_ascii=True) + "\n"
