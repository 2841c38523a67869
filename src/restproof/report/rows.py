"""The requirements as the report tells them: outcome by resource, and how strong the evidence is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

from restproof.contract.model import OPERATIONS
from restproof.frozen import frozen
from restproof.oracle.results import OUTCOMES, Ending, Result
from restproof.oracle.verdict import Verdict
from restproof.record.model import Deviation, RecordedRequirement, RecordedRun
from restproof.report.page import SERVER, letter
from restproof.report.strength import Strength, strengths
from restproof.report.text import anchor, plural


@frozen(slots=True)
class Mini:
    """The worst outcome of a requirement at one resource."""

    css: str
    told: str


@frozen(slots=True)
class Row:
    """One requirement: its results by resource, those that did not pass with their message, and its evidence.
    ``resources`` and ``minis`` are of the resources that the page tells of; ``minis`` has an entry for each of these,
    ``None`` where the requirement has no result there."""

    requirement: RecordedRequirement
    anchor: str
    worst: Ending
    counts: tuple[tuple[Ending, int], ...]
    resources: tuple[tuple[str, tuple[Result, ...]], ...]
    minis: tuple[Mini | None, ...]
    telling: tuple[Result, ...]
    strength: Strength


@frozen(slots=True)
class Declared:
    """A deviation on the day of the run: ``age`` and ``left`` in words, ``over`` where it has expired."""

    deviation: Deviation
    age: str
    left: str
    over: bool


def requirement_rows(run: RecordedRun, verdict: Verdict, names: Sequence[str]) -> list[Row]:
    """The requirements that have results, in the order of the register. ``names``: the resources that are
    told of one by one."""
    groups: dict[str, list[Result]] = {}
    for result in verdict.results:
        groups.setdefault(result.requirement, []).append(result)
    order = [*(n for n in run.requirements if n in groups), *(n for n in groups if n not in run.requirements)]
    strong = strengths(run, verdict.results)
    return [_row(run, name, groups[name], names, strong) for name in order]


def families(rows: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    """The rows by the first part of their ids, in the order of the register."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.requirement.id.partition(".")[0], []).append(row)
    return list(found.items())


def _row(
    run: RecordedRun, name: str, results: Sequence[Result], names: Sequence[str], strong: Mapping[str, Strength]
) -> Row:
    counts = Counter(r.outcome for r in results)
    found = tuple((o, counts[o]) for o in OUTCOMES if counts[o])
    order = {n: i for i, n in enumerate(run.header.resources)}
    shown = set(names)
    by_resource: dict[str, list[Result]] = {}
    for result in sorted(results, key=lambda r: (order.get(r.resource or "", len(order)), _rank(r.operation))):
        by_resource.setdefault(result.resource or SERVER, []).append(result)
    return Row(
        requirement=run.requirements.get(name) or RecordedRequirement(name, results[0].level, name),
        anchor=f"r-{anchor(name)}",
        worst=found[0][0],
        counts=found,
        resources=tuple((r, tuple(rows)) for r, rows in by_resource.items() if r in shown),
        minis=tuple(_mini(n, by_resource[n]) if n in by_resource else None for n in names),
        telling=tuple(r for r in results if r.message and r.outcome not in ("pass", "not applicable")),
        strength=strong[name],
    )


def _mini(name: str, results: Sequence[Result]) -> Mini:
    worst = min((r.outcome for r in results), key=OUTCOMES.index)
    return Mini(letter(results), f"{name}: {worst}, {plural(sum(r.cases for r in results), 'case')}")


def _rank(operation: str | None) -> int:
    return OPERATIONS.index(operation) if operation in OPERATIONS else len(OPERATIONS)


def untested(run: RecordedRun, verdict: Verdict) -> tuple[list[RecordedRequirement], list[RecordedRequirement]]:
    """The requirements without results: those that the register gives a reason for, and those that this run left
    out."""
    told = {r.requirement for r in verdict.results}
    rest = [r for r in run.header.requirements if r.id not in told]
    return [r for r in rest if r.not_tested], [r for r in rest if not r.not_tested]


def declared(run: RecordedRun) -> list[Declared]:
    """The deviations with their age and what is left of them on the day on which the run began."""
    today = date.fromisoformat(run.header.started[:10])
    found = []
    for deviation in run.header.deviations:
        days = (date.fromisoformat(deviation.expires) - today).days if deviation.expires else None
        left = "no date" if days is None else f"{plural(days, 'day')} left" if days >= 0 else "expired"
        age = plural((today - date.fromisoformat(deviation.since)).days, "day") if deviation.since else ""
        found.append(Declared(deviation, age, left, days is not None and days < 0))
    return found
