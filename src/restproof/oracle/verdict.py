"""The one verdict: a run → outcomes → blocked → deviations → causes → verdict.

Pure: live runs, replay, merged runs and every report call ``judge`` on the same file and say the same.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from restproof.record.model import Deviation, Level, RecordedFinding, RecordedItem, RecordedRequirement, RecordedRun

Word = Literal["conforming", "not conforming", "not judged"]
Ending = Literal["fail", "error", "blocked", "not tested", "deviation", "pass", "not applicable"]
Place = tuple[str | None, str | None, str | None]

OUTCOMES: tuple[Ending, ...] = ("fail", "error", "blocked", "not tested", "deviation", "pass", "not applicable")
"""Every outcome, worst first."""
CORE = ("create.", "read.", "list.", "update.", "delete.")
STALE = "deviation.stale"
EXIT_CODES: Mapping[Word, int] = {"conforming": 0, "not conforming": 1, "not judged": 3}


@dataclass(frozen=True, slots=True)
class Result:
    """One row: an item and how it ended. ``message`` is empty for a pass; ``findings`` are its own, matched by a
    deviation or not."""

    item: str
    requirement: str
    level: Level
    resource: str | None
    operation: str | None
    outcome: Ending
    cases: int
    message: str = ""
    findings: tuple[RecordedFinding, ...] = ()


@dataclass(frozen=True, slots=True)
class Cause:
    """Failures with one cause, told once. ``places`` are (resource, operation, field), each once, in the order of the
    results."""

    title: str
    requirement: str
    statement: str
    level: Level
    sources: tuple[str, ...]
    kind: str
    expected: str
    actual: str
    places: tuple[Place, ...]
    findings: tuple[RecordedFinding, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a run proves. ``counts`` has every outcome, worst first, zeros included; ``statuses`` counts responses by
    code."""

    verdict: Word
    complete: bool
    counts: Mapping[Ending, int]
    results: tuple[Result, ...]
    causes: tuple[Cause, ...]
    statuses: Mapping[int, int]
    requests: int
    duration_s: float


def exit_code(verdict: Verdict) -> int:
    """What the command line ends with: 0 conforming, 1 not conforming, 3 not judged."""
    return EXIT_CODES[verdict.verdict]


def judge(run: RecordedRun) -> Verdict:
    """The verdict on ``run``; deviations expire by the day on which the run began."""
    register = _Register(run)
    footer = run.footer
    whole = footer is not None and footer.complete and footer.interrupted is None and not run.header.selection
    raw = list(_raw(run, register))
    settled = _with_deviations(run, _with_blocked(raw, register), whole)
    ordered = sorted(settled, key=lambda r: (OUTCOMES.index(r.outcome), *register.place(r.requirement)))
    counts = Counter(r.outcome for r in ordered)
    worst = 1 if run.header.fail_on == "should" else 0
    verdict: Word = "conforming"
    if any(r.outcome == "fail" and register.severity(r.requirement) <= worst for r in ordered):
        verdict = "not conforming"
    elif (
        (footer and footer.interrupted)
        or counts["error"]
        or not any(r.outcome == "pass" and r.requirement.startswith(CORE) for r in ordered)
    ):
        verdict = "not judged"
    statuses = Counter(e.response.status for e in run.exchanges if e.response)
    ended = {o.item for o in run.outcomes}
    return Verdict(
        verdict=verdict,
        complete=whole and all(i.id in ended for i in run.items),
        counts={outcome: counts[outcome] for outcome in OUTCOMES},
        results=tuple(ordered),
        causes=_causes(ordered, register),
        statuses=dict(sorted(statuses.items())),
        requests=footer.requests if footer else len(run.exchanges),
        duration_s=footer.duration if footer else max((e.started + e.elapsed for e in run.exchanges), default=0.0),
    )


class _Register:
    """What the verdict asks of the register: severity, and what a requirement builds on."""

    def __init__(self, run: RecordedRun) -> None:
        self._entries = {
            STALE: RecordedRequirement(
                STALE, "must", "a declared deviation still describes a failure and has not expired"
            ),
            **run.requirements,
        }
        self._ranks = {name: rank for rank, name in enumerate(self._entries)}
        self._above: dict[str, frozenset[str]] = {}

    def __getitem__(self, name: str) -> RecordedRequirement:
        # A rule that the register does not name is taken seriously: the gate on the register is another check.
        return self._entries.get(name) or RecordedRequirement(name, "must", name)

    def severity(self, name: str) -> int:
        """0 for a must or a policy that binds, 1 for a should."""
        return 1 if self[name].level == "should" else 0

    def place(self, name: str) -> tuple[int, int]:
        """Where it is told: by severity, then as the register has it; the smaller, the earlier."""
        return self.severity(name), self._ranks.get(name, len(self._ranks))

    def applies(self, name: str) -> bool:
        return self[name].level != "policy" or self[name].binding

    def above(self, name: str) -> frozenset[str]:
        """All requirements that ``name`` depends on, through others too."""
        if name not in self._above:
            seen: set[str] = set()
            ahead = list(self[name].depends_on)
            while ahead:
                if (found := ahead.pop()) not in seen:
                    seen.add(found)
                    ahead += self[found].depends_on
            self._above[name] = frozenset(seen)
        return self._above[name]

    def roots(self, name: str) -> list[str]:
        """What can block ``name``, the deepest first: not itself, nothing that depends on it in a circle, and nothing
        milder, since a broken should is no excuse for a broken must."""
        able = (q for q in self.above(name) if name not in self.above(q) and self.severity(q) <= self.severity(name))
        return sorted((q for q in able if q != name), key=lambda q: (len(self.above(q)), q))


def _raw(run: RecordedRun, register: _Register) -> Iterator[Result]:
    findings: dict[str, list[RecordedFinding]] = {}
    for finding in run.findings:
        findings.setdefault(finding.item, []).append(finding)
    outcomes = {o.item: o for o in run.outcomes}
    for item in run.items:
        told = outcomes.get(item.id)
        own = tuple(findings.get(item.id, ()))
        ending: Ending = "not tested"
        message = "the run ended before this was judged"
        if told:
            ending, message = told.outcome, told.reason
        if told and told.outcome == "fail" and not own:
            own = (RecordedFinding(item.id, told.reason or "the check failed and did not say why"),)
        if own:
            ending, message = "fail", _summary(own)
        if not register.applies(item.requirement):
            ending, message, own = "not applicable", "the contract does not declare this policy", ()
        cases = told.cases if told and told.cases is not None else len(run.cases_by_item.get(item.id, ()))
        yield _result(item, register, ending, cases, message, own)


def _result(
    item: RecordedItem,
    register: _Register,
    ending: Ending,
    cases: int,
    message: str,
    findings: tuple[RecordedFinding, ...],
) -> Result:
    level = register[item.requirement].level
    return Result(item.id, item.requirement, level, item.resource, item.operation, ending, cases, message, findings)


def _summary(findings: Sequence[RecordedFinding]) -> str:
    messages = list(dict.fromkeys(f.message for f in findings))
    more = len(messages) - 1
    return f"{messages[0]} (and {more} more)" if more else messages[0]


def _with_blocked(raw: Sequence[Result], register: _Register) -> Iterator[Result]:
    failed = {(r.requirement, r.resource) for r in raw if r.outcome == "fail"}
    for result in raw:
        if result.outcome == "fail":
            roots = register.roots(result.requirement)
            root = next((q for q in roots if (q, result.resource) in failed or (q, None) in failed), None)
            if root:
                result = replace(result, outcome="blocked", message=f"blocked by {root}: {result.message}")
        yield result


def _with_deviations(run: RecordedRun, results: Iterator[Result], whole: bool) -> list[Result]:
    """Apply the declared deviations that still hold, and add one failing result for each that is stale or expired."""
    today = run.header.started[:10]
    declared = run.header.deviations
    expired = {d for d in declared if d.expires and d.expires < today}
    used: set[Deviation] = set()
    judged: set[Deviation] = set()
    seen: set[Deviation] = set()
    settled = []
    for result in results:
        near = [d for d in declared if d not in expired and _covers(d, result)]
        matched = [next((d for d in near if d.field in (None, f.field)), None) for f in result.findings]
        seen.update(near)
        used.update(d for d in near if any(d.field in (None, f.field) for f in result.findings))
        if result.outcome in ("pass", "fail", "not applicable"):
            judged.update(near)
        if result.outcome in ("fail", "blocked") and matched and all(matched):
            first = next(d for d in matched if d)
            message = f"{first.reason or 'declared'} ({first.owner or 'no owner'}, until {first.expires or 'no date'})"
            result = replace(result, outcome="deviation", message=message)
        settled.append(result)
    for number, deviation in enumerate(declared, 1):
        name = f"The deviation declared for {deviation.requirement}"
        if deviation in expired:
            settled.append(_broken(number, deviation, "expired", f"{name} expired on {deviation.expires}"))
        # One that a narrowed run did not come to is neither proved nor disproved.
        elif deviation not in used and (
            (deviation in judged and deviation.shows == "always") or (whole and deviation not in seen)
        ):
            settled.append(_broken(number, deviation, "stale", f"{name} matches nothing that fails now: remove it"))
    return settled


def _covers(deviation: Deviation, result: Result) -> bool:
    return (
        deviation.requirement == result.requirement
        and deviation.resource in (None, result.resource)
        and deviation.operation in (None, result.operation)
    )


def _broken(number: int, deviation: Deviation, kind: str, message: str) -> Result:
    item = f"{STALE}[{number}]"
    found = RecordedFinding(item, message, kind=kind, field=deviation.field, actual=message)
    return Result(item, STALE, "must", deviation.resource, deviation.operation, "fail", 0, message, (found,))


def _causes(results: Sequence[Result], register: _Register) -> tuple[Cause, ...]:
    failing = [r for r in results if r.outcome == "fail"]
    scattered = _scattered(failing)
    groups: dict[tuple[str, str, str, str], list[tuple[Result, RecordedFinding]]] = {}
    for result in failing:
        for finding in result.findings:
            values = (finding.expected, finding.actual)
            if (result.requirement, finding.kind) in scattered:
                values = ("", "")
            groups.setdefault((result.requirement, finding.kind, *values), []).append((result, finding))
    found = [_cause(group, register) for group in groups.values()]
    # What much else rests on stands first in the register: of several causes it is the likeliest root.
    found.sort(key=lambda c: (*register.place(c.requirement), -len(c.places)))
    return tuple(found)


def _scattered(failing: Sequence[Result]) -> set[tuple[str, str]]:
    """The (requirement, kind) whose expected and actual are generated data and no sort of fault: within one item they
    differ for the same field. A status is always a sort of fault."""
    values: dict[tuple[str, str, str, str | None], set[tuple[str, str]]] = {}
    for result in failing:
        for f in result.findings:
            values.setdefault((result.requirement, f.kind, result.item, f.field), set()).add((f.expected, f.actual))
    return {(key[0], key[1]) for key, pairs in values.items() if len(pairs) > 1 and key[1] != "status"}


def _cause(group: Sequence[tuple[Result, RecordedFinding]], register: _Register) -> Cause:
    requirement = register[group[0][0].requirement]
    places = tuple(dict.fromkeys((r.resource, r.operation, f.field) for r, f in group))
    findings = tuple(f for _, f in group)
    return Cause(
        title=_title(requirement.statement, findings, places),
        requirement=requirement.id,
        statement=requirement.statement,
        level=requirement.level,
        sources=requirement.sources,
        kind=findings[0].kind,
        expected=findings[0].expected,
        actual=findings[0].actual,
        places=places,
        findings=findings,
    )


def _title(statement: str, findings: Sequence[RecordedFinding], places: Sequence[Place]) -> str:
    """One sentence: what all the messages say where they agree (but for the name of the field, or what stands in
    brackets), else the first of
    them and how many are like it; and where."""
    messages = list(dict.fromkeys(f.message for f in findings))
    sentence = messages[0]
    if len(messages) > 1:
        for general in (_general, _without_brackets):
            alike = {general(f) for f in findings}
            if len(alike) == 1:
                sentence = alike.pop()
                break
        else:
            sentence = f"{messages[0]}, and {len(messages) - 1} more like it"
    sentence = sentence.strip().rstrip(".") or statement
    where = _where(places)
    return f"{sentence[:1].upper()}{sentence[1:]}" + (f" ({where})" if where else "")


def _general(finding: RecordedFinding) -> str:
    if not finding.field:
        return finding.message
    return re.sub(rf"['\"`]?(?<!\w){re.escape(finding.field)}(?!\w)['\"`]?", "a field", finding.message)


def _without_brackets(finding: RecordedFinding) -> str:
    return re.sub(r" \([^()]*\)$", "", _general(finding))


def _where(places: Sequence[Place]) -> str:
    """``office, department: city`` where the fields are the same everywhere, else ``office: city; department: zip``."""
    fields: dict[str, list[str]] = {}
    for resource, _, field in places:
        named = fields.setdefault(resource or "the whole server", [])
        if field and field not in named:
            named.append(field)
    if len({tuple(sorted(f)) for f in fields.values()}) == 1:
        names = next(iter(fields.values()))
        where = _few(list(fields), "resources")
        return f"{where}: {_few(names, 'fields')}" if names else where
    return _few([f"{r}: {_few(f, 'fields')}" if f else r for r, f in fields.items()], "resources", "; ")


def _few(names: Sequence[str], noun: str, between: str = ", ") -> str:
    return between.join(names) if len(names) <= 4 else f"{len(names)} {noun}"
