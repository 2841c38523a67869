"""How each service of a fleet stands, as values: its last run by families of rules, worst first, and what came before
it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from restproof.fleet.spec import Fleet, Service
from restproof.fleet.store import Record, Store
from restproof.frozen import frozen
from restproof.oracle.results import OUTCOMES, Ending
from restproof.report.matrix import MILD, SIGNS
from restproof.report.text import code, duration, plain, plural

FORMAT = 1
_UNTOLD = "not applicable"
_NONE = "no run"


@frozen(slots=True)
class Past:
    """A run of a service: ``verdict`` is that of its summary, ``could not run``, or ``interrupted``."""

    name: str
    verdict: str
    failing: int


@frozen(slots=True)
class Cell:
    """The results of one family of rules: the worst outcome, how many have it, and how many there are."""

    worst: Ending
    number: int
    of: int
    mild: bool
    """Whether nothing that must hold is among the worst."""

    @property
    def sign(self) -> str:
        return MILD if self.mild and self.worst == "fail" else SIGNS[self.worst]


@frozen(slots=True)
class Standing:
    """A service. ``runs`` are the oldest first, ``page`` is the report of the last of them; ``broken`` and ``mended``:
    what fails now and did not in the run before it, and the other way round."""

    service: str
    owner: str
    tags: tuple[str, ...]
    revision: str
    verdict: str
    complete: bool
    said: str
    requests: int
    duration_s: float
    cells: Mapping[str, Cell]
    runs: tuple[Past, ...]
    broken: tuple[str, ...]
    mended: tuple[str, ...]
    page: str | None

    @property
    def failing(self) -> int:
        """How many results fail that must not."""
        return sum(cell.number for cell in self.cells.values() if cell.worst == "fail" and not cell.mild)


@frozen(slots=True)
class Standings:
    """All services, worst first, and the families of rules in the order in which they are shown."""

    services: tuple[Standing, ...]
    families: tuple[str, ...]

    def count(self, verdict: str) -> int:
        return sum(s.verdict == verdict for s in self.services)

    @property
    def counted(self) -> str:
        """``1 not conforming, 3 conforming``."""
        return ", ".join(f"{self.count(verdict)} {verdict}" for verdict in VERDICTS if self.count(verdict))

    @property
    def newest(self) -> str:
        """When the newest run of any service began, as its name says it."""
        name = max((run.name for s in self.services for run in s.runs), default="")
        return re.sub(r"^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)\d*Z$", r"\1-\2-\3 \4:\5 UTC", name)


VERDICTS = ("not conforming", "could not run", "interrupted", "not judged", _NONE, "conforming")
"""How a service may stand, worst first."""


def standings(fleet: Fleet, store: Store, last: int = 30) -> Standings:
    """How the services stand by their last ``last`` runs."""
    found = [_standing(service, store, last) for service in fleet.services.values()]
    found.sort(key=lambda s: (VERDICTS.index(s.verdict), -s.failing, s.complete, s.service))
    families = sorted({family for s in found for family in s.cells})
    return Standings(tuple(found), tuple(families))


def _standing(service: Service, store: Store, last: int) -> Standing:
    records = [store.record(service.name, name) for name in store.names(service.name)[-last:]]
    runs = tuple(_past(record) for record in records)
    judged = [r for r in records if r.verdict][-2:]
    summaries = [store.summary(service.name, record.name) for record in judged]
    newest = records[-1] if records else None
    now = summaries[-1] if judged and judged[-1] is newest else None
    broken, mended = _turned(*summaries) if now is not None and len(summaries) > 1 else ((), ())
    return Standing(
        service=service.name,
        owner=service.owner,
        tags=service.tags,
        revision=newest.revision if newest else "",
        verdict=runs[-1].verdict if runs else _NONE,
        complete=bool(now and now["complete"] and not now["unproven"]),
        said=newest.said if newest else "",
        requests=now["requests"] if now else 0,
        duration_s=now["duration_s"] if now else 0.0,
        cells=_cells(now["results"]) if now else {},
        runs=runs,
        broken=broken,
        mended=mended,
        page=f"{service.name}/{newest.name}/index.html" if newest and now else None,
    )


def _past(record: Record) -> Past:
    if not record.fleet_run:
        return Past(record.name, "interrupted", 0)
    return Past(record.name, record.verdict or "could not run", record.failing)


def _cells(results: Iterable[Mapping[str, Any]]) -> dict[str, Cell]:
    by_family: dict[str, list[Mapping[str, Any]]] = {}
    for result in results:
        if result["outcome"] != _UNTOLD:
            by_family.setdefault(result["requirement"].partition(".")[0], []).append(result)
    return {family: _cell(held) for family, held in by_family.items()}


def _cell(held: list[Mapping[str, Any]]) -> Cell:
    worst: Ending = min((r["outcome"] for r in held), key=OUTCOMES.index)
    those = [r for r in held if r["outcome"] == worst]
    return Cell(worst, len(those), len(held), all(r["level"] == "should" for r in those))


def _turned(before: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    old, new = _failing(before), _failing(now)
    return tuple(sorted(new - old)), tuple(sorted(old - new))


def _failing(summary: Mapping[str, Any]) -> set[str]:
    where = ("resource", "operation")
    return {
        " ".join([r["requirement"], *(r[word] for word in where if r[word])])
        for r in summary["results"]
        if r["outcome"] == "fail"
    }


def render_fleet_json(found: Standings) -> str:
    """The fleet as JSON (``docs/fleet.md``)."""
    services = [{**asdict(s), "failing": s.failing} for s in found.services]
    return json.dumps({"format": FORMAT, "services": services}, indent=1, ensure_ascii=True) + "\n"


def render_fleet_markdown(found: Standings) -> str:
    """A table of services and families, and below it what has turned."""
    lines = [
        f"# {plural(len(found.services), 'service')}",
        "",
        "| service | owner | verdict | "
        + "".join(f"{family} | " for family in found.families)
        + "requests | duration |",
        "|---|---|---|" + ":---:|" * len(found.families) + "---:|---:|",
    ]
    for one in found.services:
        cells = "".join(f"{_shown(one.cells.get(family))} | " for family in found.families)
        part = " in part" if one.verdict == "conforming" and not one.complete else ""
        lines.append(
            f"| {plain(one.service)} | {plain(one.owner)} | {one.verdict}{part} | {cells}"
            f"{one.requests:,} | {duration(one.duration_s)} |"
        )
    turned = [s for s in found.services if s.broken or s.mended or s.said]
    for one in turned:
        lines += ["", f"## {plain(one.service)}", ""]
        lines += [f"- {plain(one.said)}"] if one.said else []
        lines += [f"- fails now: {code(what)}" for what in one.broken]
        lines += [f"- no longer fails: {code(what)}" for what in one.mended]
    return "\n".join([*lines, ""])


def _shown(cell: Cell | None) -> str:
    if cell is None:
        return " "
    return cell.sign if cell.worst == "pass" else f"{cell.sign} {cell.number}"
