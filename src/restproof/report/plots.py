"""The geometry of the report's plots: how long each operation took, and what was sent when."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence

from restproof.frozen import frozen
from restproof.record.model import RecordedExchange, RecordedRun

BINS = 72
CLASSES = ("2", "3", "4", "5", "0")
"""First digits of statuses in the order in which a bar stacks them; ``0`` stands for no answer."""


@frozen(slots=True)
class Latency:
    """How long the answers of one operation took, in milliseconds; ``x50`` … lie on a scale from 0 to 100."""

    resource: str
    operation: str
    count: int
    p50: float
    p90: float
    p99: float
    most: float
    x50: float
    x90: float
    x99: float
    x_most: float


@frozen(slots=True)
class Scale:
    """A logarithmic axis of milliseconds: its ticks as (position from 0 to 100, label)."""

    ticks: tuple[tuple[float, str], ...]
    latencies: tuple[Latency, ...]


@frozen(slots=True)
class Bar:
    """One part of a stacked bar: ``css`` names the class of its statuses; all lengths on scales from 0 to 100."""

    css: str
    x: float
    y: float
    width: float
    height: float


@frozen(slots=True)
class Mark:
    """A retry or a wait, at its time: ``x`` from 0 to 100."""

    kind: str
    x: float
    told: str


@frozen(slots=True)
class Timeline:
    """Requests over time. ``each`` is the length of a bar in seconds, ``most`` the requests of the tallest."""

    bars: tuple[Bar, ...]
    marks: tuple[Mark, ...]
    ticks: tuple[tuple[float, str], ...]
    each: float
    most: int


def latencies(run: RecordedRun, names: Collection[str]) -> Scale | None:
    """The percentiles of each operation of the resources ``names`` that was answered, in the order of the contract;
    ``None`` without answers."""
    told = {r: known for r, known in run.header.resources.items() if r in names}
    taken: dict[tuple[str, str], list[float]] = {(r, o): [] for r, known in told.items() for o in known}
    for exchange in run.exchanges:
        place = (exchange.resource or "", exchange.operation or "")
        if exchange.response and place in taken:
            taken[place].append(exchange.elapsed * 1000)
    taken = {place: times for place, times in taken.items() if times}
    if not taken:
        return None
    low = 10 ** math.floor(math.log10(max(0.1, min(min(times) for times in taken.values()))))
    high = max(10 * low, 10 ** math.ceil(math.log10(max(max(times) for times in taken.values()) or 1)))

    def at(value: float) -> float:
        return round(100 * math.log10(max(value, low) / low) / math.log10(high / low), 2)

    found = []
    for (resource, operation), times in taken.items():
        times.sort()
        p50, p90, p99 = (_percentile(times, share) for share in (0.5, 0.9, 0.99))
        positions = (at(p50), at(p90), at(p99), at(times[-1]))
        found.append(Latency(resource, operation, len(times), p50, p90, p99, times[-1], *positions))
    decades = range(round(math.log10(low)), round(math.log10(high)) + 1)
    return Scale(tuple((at(10.0**d), _milliseconds(10.0**d)) for d in decades), tuple(found))


def _percentile(ordered: Sequence[float], share: float) -> float:
    """The smallest value that is at least as large as ``share`` of all (nearest rank)."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def _milliseconds(value: float) -> str:
    return f"{value / 1000:g} s" if value >= 1000 else f"{value:g} ms"


def timeline(run: RecordedRun) -> Timeline | None:
    """Requests over time by class of status, with the retries and waits; ``None`` where nothing was sent."""
    if not run.exchanges:
        return None
    notes = [n for n in run.notes if n.kind in ("retry", "throttle")]
    end = max(max(e.started for e in run.exchanges), max((n.started for n in notes), default=0), 0.1)
    each = end / BINS
    bins: list[dict[str, int]] = [{} for _ in range(BINS)]
    for exchange in run.exchanges:
        held = bins[min(int(exchange.started / each), BINS - 1)]
        held[_class(exchange)] = held.get(_class(exchange), 0) + 1
    most = max(sum(held.values()) for held in bins)
    width = 100 / BINS
    return Timeline(
        bars=tuple(bar for number, held in enumerate(bins) for bar in _stacked(number * width, width, held, most)),
        marks=tuple(Mark(n.kind, round(100 * n.started / end, 2), f"{n.started:.1f} s: {n.message}") for n in notes),
        ticks=tuple((25.0 * quarter, f"{end * quarter / 4:.3g} s") for quarter in range(5)),
        each=each,
        most=most,
    )


def _class(exchange: RecordedExchange) -> str:
    digit = str(exchange.response.status)[0] if exchange.response else "0"
    return digit if digit in CLASSES else "2"


def _stacked(x: float, width: float, held: Mapping[str, int], most: int) -> list[Bar]:
    found, top = [], 100.0
    for name in CLASSES:
        if count := held.get(name):
            height = 100 * count / most
            top -= height
            found.append(Bar(f"s{name}", round(x + 0.1, 2), round(top, 2), round(width - 0.2, 2), round(height, 2)))
    return found
