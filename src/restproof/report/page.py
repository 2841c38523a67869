"""What the first screen of the HTML report says, as plain values: the template only lays it out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from restproof.contract.model import OPERATIONS
from restproof.frozen import frozen
from restproof.oracle.results import OUTCOMES, Ending, Result
from restproof.oracle.verdict import Verdict
from restproof.record.model import Level, RecordedRun
from restproof.report.text import anchor, listed, plural, visible
from restproof.report.unproved import in_part

MOST_RESOURCES = 100
"""So many resources the page tells of one by one: it stays a page, however large the contract is."""
SERVER = "server"
GENERAL = "any"
LEVELS: tuple[Level, ...] = ("must", "should", "policy")

LETTERS: Mapping[Ending, str] = {
    "fail": "f",
    "error": "e",
    "blocked": "b",
    "not tested": "n",
    "deviation": "d",
    "pass": "p",
    "not applicable": "a",
}

MILD = "s"
"""The letter of a failure that breaks no must."""

LEGEND: Mapping[Ending, str] = {
    "fail": "the server broke the rule",
    "error": "the suite itself broke: it proves nothing about the server",
    "blocked": "a rule that this one builds on failed",
    "not tested": "nothing was sent that could judge it",
    "deviation": "it fails, as its owner has declared",
    "pass": "every case kept the rule",
    "not applicable": "the contract does not promise it",
}


@frozen(slots=True)
class Tally:
    """How many results have one outcome, by level; ``start`` and ``width`` of its part of the strip in percent."""

    outcome: Ending
    css: str
    count: int
    levels: tuple[tuple[Level, int], ...]
    start: float
    width: float


@frozen(slots=True)
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


def headline(run: RecordedRun, verdict: Verdict) -> str:
    """The verdict in one sentence: how much is broken, and where."""
    fails = [r for r in verdict.results if r.outcome == "fail"]
    if verdict.verdict == "conforming":
        checked = plural(verdict.counts["pass"], "check")
        if in_part(verdict):
            return f"{checked} passed, and not every promised operation was seen to work."
        if not fails:
            return f"Nothing failed: {checked} passed."
        return f"{checked} passed; {plural(len(fails), 'result')} below the level that breaks conformance failed."
    if verdict.verdict == "not conforming":
        told = f"{plural(len(fails), 'result')} {'fails' if len(fails) == 1 else 'fail'}"
        return f"{told}, from {plural(len(verdict.causes), 'cause')}, in {_places(fails)}."
    if run.footer and run.footer.interrupted:
        return "The run was interrupted before it could tell."
    gone = next((note.message for note in run.notes if note.kind == "gone"), None)
    if gone is not None:
        return f"The run ended early: {visible(gone)}."
    if verdict.counts["error"]:
        return f"The suite itself broke in {plural(verdict.counts['error'], 'place')}, so the server cannot be judged."
    if verdict.unmet:
        return f"Not all was seen that had to be: {visible(verdict.unmet[0])}."
    return "Nothing was seen to succeed, so the rest proves nothing."


def _places(results: Sequence[Result]) -> str:
    """``office update and delete``, ``4 operations of office``, ``update of 3 resources``."""
    resources = list(dict.fromkeys(r.resource or "the whole server" for r in results))
    operations = list(dict.fromkeys(r.operation for r in results if r.operation))
    named = " and ".join(operations) if len(operations) <= 2 else plural(len(operations), "operation")
    if len(resources) == 1 and len(operations) <= 2:
        return visible(f"{resources[0]} {named}".strip())
    where = " and ".join(resources) if len(resources) <= 2 else plural(len(resources), "resource")
    return visible(f"{named} of {where}" if operations else where)


def caveats(run: RecordedRun, verdict: Verdict) -> list[str]:
    """Why the run does not tell everything."""
    found = []
    if run.footer is None:
        found.append("The run ended without its footer: it was killed, or the file was cut.")
    elif run.footer.interrupted:
        found.append(f"The run was interrupted ({visible(run.footer.interrupted)}).")
    if run.header.selection:
        chosen = "; ".join(f"{name}: {listed(value)}" for name, value in run.header.selection.items())
        found.append(f"The run was narrowed ({visible(chosen)}).")
    if not found and not verdict.complete:
        found.append("The run did not come to everything that was planned.")
    found += [f"{visible(told[:1].upper() + told[1:])}." for told in verdict.unmet]
    return found


def tallies(verdict: Verdict) -> list[Tally]:
    """Every outcome, worst first."""
    by_level = Counter((r.outcome, r.level) for r in verdict.results)
    whole = sum(verdict.counts.values()) or 1
    # A single failure among a thousand passes stays visible: nothing is narrower than 0.8 %.
    widths = {o: max(0.8, 100 * n / whole) if n else 0.0 for o, n in verdict.counts.items()}
    scale = 100 / (sum(widths.values()) or 1)
    found, start = [], 0.0
    for outcome in OUTCOMES:
        levels = tuple((level, n) for level in LEVELS if (n := by_level[outcome, level]))
        width = widths[outcome] * scale
        found.append(
            Tally(outcome, LETTERS[outcome], verdict.counts[outcome], levels, round(start, 2), round(width, 2))
        )
        start += width
    return found


def matrix(run: RecordedRun, verdict: Verdict) -> tuple[list[str], list[tuple[str, list[Cell | None]]]]:
    """The names of the columns, and for each resource its cells (``None`` where nothing was planned)."""
    groups: dict[tuple[str, str], list[Result]] = {}
    for result in verdict.results:
        groups.setdefault((result.resource or SERVER, result.operation or GENERAL), []).append(result)
    columns = [o for o in (*OPERATIONS, GENERAL) if any(operation == o for _, operation in groups)]
    columns += sorted({o for _, o in groups} - set(columns))
    names = resources(run, verdict)
    return columns, [(n, [_cell(n, o, groups[n, o]) if (n, o) in groups else None for o in columns]) for n in names]


def resources(run: RecordedRun, verdict: Verdict) -> list[str]:
    """The resources that have results, in the order of the contract; the server as a whole comes last."""
    found = {r.resource or SERVER for r in verdict.results}
    names = [n for n in run.header.resources if n in found]
    names += sorted(found - set(names) - {SERVER})
    return [*names, SERVER] if SERVER in found and SERVER not in names else names


def told_in_full(names: Sequence[str], verdict: Verdict) -> list[str]:
    """The resources that the page tells of one by one: all; of more than ``MOST_RESOURCES`` those with most
    of the worst outcomes. Each keeps its place. The tallies, the causes and the counts are of all."""
    if len(names) <= MOST_RESOURCES:
        return list(names)
    counts: dict[str, Counter[str]] = {name: Counter() for name in names}
    for result in verdict.results:
        counts[result.resource or SERVER][result.outcome] += 1
    chosen = set(sorted(names, key=lambda n: [-counts[n][o] for o in OUTCOMES])[:MOST_RESOURCES])
    return [name for name in names if name in chosen]


def letter(results: Sequence[Result]) -> str:
    """The letter of the worst outcome; one of its own where all that failed are rules that only should hold."""
    worst = min((r.outcome for r in results), key=OUTCOMES.index)
    if worst == "fail" and all(r.level == "should" for r in results if r.outcome == "fail"):
        return MILD
    return LETTERS[worst]


def _cell(resource: str, operation: str, results: Sequence[Result]) -> Cell:
    counts = Counter(r.outcome for r in results)
    worst = next(o for o in OUTCOMES if counts[o])
    css = letter(results)
    mild = " (no must among them)" if css == MILD else ""
    return Cell(
        resource=resource,
        operation=operation,
        anchor=f"at-{anchor(resource)}-{anchor(operation)}",
        css=css,
        number=counts[worst],
        told=", ".join(f"{counts[o]:,} {o}{mild if o == 'fail' else ''}" for o in OUTCOMES if counts[o]),
        bad=tuple(r for r in results if r.outcome not in ("pass", "not applicable")),
        good=tuple(r for r in results if r.outcome in ("pass", "not applicable")),
    )
