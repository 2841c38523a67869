"""What the HTML report says, as plain values: the template only lays it out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from restproof.contract.model import OPERATIONS
from restproof.oracle.verdict import OUTCOMES, Cause, Ending, Result, Verdict
from restproof.report.story import Shot, Story, Storyteller, shot
from restproof.report.text import plural, visible
from restproof.run.model import Requirement, Run

EVIDENCE = 560_000
"""About how many characters of HTML the stories of all causes may take. The first story of each cause goes before all
others."""
SAMPLE = 900
SERVER = "server"
GENERAL = "any"

LETTERS: Mapping[Ending, str] = {
    "fail": "f",
    "error": "e",
    "blocked": "b",
    "not tested": "n",
    "deviation": "d",
    "pass": "p",
    "not applicable": "a",
}


@dataclass(frozen=True, slots=True)
class Bar:
    """One part of a bar chart in percent of its width."""

    label: str
    css: str
    count: int
    start: float
    width: float


@dataclass(frozen=True, slots=True)
class Cell:
    """All results of one resource and operation. ``number`` counts those of the worst outcome that is there."""

    resource: str
    operation: str
    anchor: str
    css: str
    number: int
    told: str
    bad: tuple[Result, ...]
    good: tuple[Result, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """A cause with the stories that are shown; ``left_out`` counts the failing cases that are not."""

    cause: Cause
    anchor: str
    stories: tuple[Story, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class Row:
    """One requirement: its results by resource, those that did not pass with their message, and one passing
    exchange."""

    requirement: Requirement
    anchor: str
    worst: Ending
    counts: tuple[tuple[Ending, int], ...]
    resources: tuple[tuple[str, tuple[Result, ...]], ...]
    telling: tuple[Result, ...]
    cases: int
    sample: Shot | None
    sample_of: str


def slug(text: str) -> str:
    """``text`` as part of an anchor."""
    return re.sub(r"[^\w.-]+", "-", text)


def headline(run: Run, verdict: Verdict) -> str:
    """The verdict in one sentence."""
    fails = [r for r in verdict.results if r.outcome == "fail"]
    if verdict.verdict == "conforming":
        checked = plural(sum(r.outcome == "pass" for r in verdict.results), "check")
        if not fails:
            return f"Nothing failed: {checked} passed."
        milder = plural(len(fails), "result")
        return f"{checked} passed; {milder} below the level that breaks conformance failed."
    if verdict.verdict == "not conforming":
        causes = plural(len(verdict.causes), "cause")
        return f"{plural(len(fails), 'result')} {'fails' if len(fails) == 1 else 'fail'}, from {causes}."
    if verdict.counts["error"]:
        return f"The suite itself broke in {plural(verdict.counts['error'], 'place')}, so the server cannot be judged."
    return "No operation passed its core rules, so the rest proves nothing."


def caveats(run: Run, verdict: Verdict) -> list[str]:
    """Why the run does not tell everything."""
    found = []
    if run.footer is None:
        found.append("The run ended without its footer: it was killed, or the file was cut.")
    elif run.footer.interrupted:
        found.append(f"The run was interrupted ({run.footer.interrupted}).")
    if run.header.selection:
        chosen = "; ".join(f"{name}: {_listed(value)}" for name, value in run.header.selection.items())
        found.append(f"The run was narrowed ({visible(chosen)}).")
    if not found and not verdict.complete:
        found.append("The run did not come to everything that was planned.")
    return found


def _listed(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def outcome_bars(verdict: Verdict) -> list[Bar]:
    return list(_bars((outcome, LETTERS[outcome], n) for outcome, n in verdict.counts.items()))


def status_bars(verdict: Verdict) -> list[Bar]:
    """One bar for each status code, in proportion to the commonest."""
    most = max(verdict.statuses.values(), default=1)
    return [
        Bar(str(code), f"s{code // 100}", count, 0, max(1.5, 100 * count / most))
        for code, count in verdict.statuses.items()
    ]


def _bars(parts: Iterable[tuple[str, str, int]]) -> Iterator[Bar]:
    known = list(parts)
    whole = sum(n for _, _, n in known) or 1
    # A single failure among a thousand passes stays visible: nothing is narrower than 0.8 %.
    widths = [max(0.8, 100 * n / whole) if n else 0.0 for _, _, n in known]
    scale = 100 / (sum(widths) or 1)
    start = 0.0
    for (label, css, count), width in zip(known, widths, strict=True):
        yield Bar(label, css, count, round(start, 2), round(width * scale, 2))
        start += width * scale


def matrix(run: Run, verdict: Verdict) -> tuple[list[str], list[tuple[str, list[Cell | None]]]]:
    """The names of the columns, and for each resource its cells (``None`` where nothing was planned)."""
    groups: dict[tuple[str, str], list[Result]] = {}
    for result in verdict.results:
        groups.setdefault((result.resource or SERVER, result.operation or GENERAL), []).append(result)
    columns = [o for o in (*OPERATIONS, GENERAL) if any(operation == o for _, operation in groups)]
    columns += sorted({o for _, o in groups} - set(columns))
    names = [n for n in run.header.resources if any(resource == n for resource, _ in groups)]
    names += sorted({r for r, _ in groups} - set(names) - {SERVER})
    if any(resource == SERVER for resource, _ in groups) and SERVER not in names:
        names.append(SERVER)
    rows = []
    for name in names:
        row = [_cell(name, o, groups[name, o]) if (name, o) in groups else None for o in columns]
        rows.append((name, row))
    return columns, rows


def _cell(resource: str, operation: str, results: Sequence[Result]) -> Cell:
    counts = Counter(r.outcome for r in results)
    worst = next(o for o in OUTCOMES if counts[o])
    return Cell(
        resource=resource,
        operation=operation,
        anchor=f"at-{slug(resource)}-{slug(operation)}",
        css=LETTERS[worst],
        number=counts[worst],
        told=", ".join(f"{counts[o]:,} {o}" for o in OUTCOMES if counts[o]),
        bad=tuple(r for r in results if r.outcome not in ("pass", "not applicable")),
        good=tuple(r for r in results if r.outcome in ("pass", "not applicable")),
    )


def told_causes(run: Run, verdict: Verdict) -> list[Told]:
    """The causes with as many stories as the page has room for."""
    teller = Storyteller(run)
    ahead = [(cause, teller.cases(cause)) for cause in verdict.causes]
    stories: list[list[Story]] = [[] for _ in ahead]
    room = EVIDENCE
    for first in (True, False):
        for number, (cause, cases) in enumerate(ahead):
            for item, case in cases[:1] if first else cases[1:]:
                if room <= 0:
                    break
                story = teller.story(cause, item, case)
                room -= story.size
                stories[number].append(story)
    return [
        Told(cause, f"cause-{number}", tuple(told), len(cases) - len(told))
        for number, ((cause, cases), told) in enumerate(zip(ahead, stories, strict=True), 1)
    ]


def requirement_rows(run: Run, verdict: Verdict) -> list[Row]:
    """The requirements that have results, in the order of the register."""
    groups: dict[str, list[Result]] = {}
    for result in verdict.results:
        groups.setdefault(result.requirement, []).append(result)
    order = [*(n for n in run.requirements if n in groups), *(n for n in groups if n not in run.requirements)]
    return [_row(run, name, groups[name]) for name in order]


def families(rows: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    """The rows by the first part of their ids, in the order of the register."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.requirement.id.partition(".")[0], []).append(row)
    return list(found.items())


def _row(run: Run, name: str, results: Sequence[Result]) -> Row:
    counts = Counter(r.outcome for r in results)
    found = tuple((o, counts[o]) for o in OUTCOMES if counts[o])
    order = {n: i for i, n in enumerate(run.header.resources)}
    by_resource: dict[str, list[Result]] = {}
    for result in sorted(results, key=lambda r: (order.get(r.resource or "", len(order)), _rank(r.operation))):
        by_resource.setdefault(result.resource or SERVER, []).append(result)
    sample, sample_of = _sample(run, results)
    return Row(
        requirement=run.requirements.get(name) or Requirement(name, results[0].level, name),
        anchor=f"r-{slug(name)}",
        worst=found[0][0],
        counts=found,
        resources=tuple((r, tuple(rows)) for r, rows in by_resource.items()),
        telling=tuple(r for r in results if r.message and r.outcome not in ("pass", "not applicable")),
        cases=sum(r.cases for r in results),
        sample=sample,
        sample_of=sample_of,
    )


def _rank(operation: str | None) -> int:
    return OPERATIONS.index(operation) if operation in OPERATIONS else len(OPERATIONS)


def _sample(run: Run, results: Sequence[Result]) -> tuple[Shot | None, str]:
    """The last exchange of a passing case: what the rule looks like where it is kept."""
    for result in results:
        if result.outcome == "pass":
            for case in run.cases_by_item.get(result.item, ()):
                if sent := run.exchanges_by_case.get(case.id):
                    return shot(sent[-1], limit=SAMPLE), case.id
    return None, ""


def untested(run: Run, verdict: Verdict) -> tuple[list[Requirement], list[Requirement]]:
    """The requirements without results: those that the register gives a reason for, and those that this run left
    out."""
    told = {r.requirement for r in verdict.results}
    rest = [r for r in run.header.requirements if r.id not in told]
    return [r for r in rest if r.not_tested], [r for r in rest if not r.not_tested]
