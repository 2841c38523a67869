"""Failures with one cause, told once: how findings are grouped, and the title of a group."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from restproof.oracle.failures import Failure, Told, failures, is_failure
from restproof.oracle.results import Cause, Place, Register, Result
from restproof.oracle.unpromised import changed_from
from restproof.record.model import DAMAGES, Damage, RecordedFinding, RecordedRequirement, RecordedRun


def causes_of(results: Sequence[Result], register: Register, run: RecordedRun) -> tuple[Cause, ...]:
    failing = [r for r in results if r.outcome == "fail"]
    scattered = _scattered(failing)
    groups: dict[tuple[str, str, str, str, str], list[Told]] = {}
    failed: list[Told] = []
    for result in failing:
        for finding in result.undeclared:
            if is_failure(finding):
                failed.append((result, finding))
                continue
            values = (finding.expected, finding.actual)
            if (result.requirement, finding.kind) in scattered:
                values = ("", "")
            changed = changed_from(finding, register[result.requirement], result.resource, register.learned)
            key = (result.requirement, finding.kind, *values, changed)
            groups.setdefault(key, []).append((result, finding))
    causes = [replace(_cause(group, register), changed=key[-1]) for key, group in groups.items()]
    causes += [_failed(failure, register) for failure in failures(failed, run)]
    found = [(cause, _blocked_by(cause, results)) for cause in causes]

    # What is broken goes before what has changed, and a cause with the worst of what builds on it. Of several causes of
    # one damage the likeliest root stands first in the register: much else rests on it.
    def rank(told: tuple[Cause, Sequence[Result]]) -> tuple[bool, int, int, int, tuple[int, int]]:
        cause, blocked = told
        name = cause.requirement
        behind = (damage_of(register[r.requirement], f) for r in blocked for f in r.undeclared)
        damage = min(DAMAGES.index(d) for d in (cause.damage, *behind))
        return bool(cause.changed), register.severity(name), damage, -len(cause.places), register.place(name)

    found.sort(key=rank)
    return tuple(replace(c, blocks=tuple(dict.fromkeys(r.requirement for r in blocked))) for c, blocked in found)


def _blocked_by(cause: Cause, results: Sequence[Result]) -> list[Result]:
    """What builds on the cause and is not judged where it shows."""
    where = {resource for resource, _, _ in cause.places}
    roots = {cause.requirement, *cause.breaks}
    blocked = (r for r in results if r.outcome == "blocked" and r.follows in roots)
    return [r for r in blocked if None in where or r.resource in where]


def damage_of(requirement: RecordedRequirement, finding: RecordedFinding) -> Damage:
    """What a finding against the rule does. A wrong status is worse than that only where the server failed, or took
    what it should have refused."""
    if is_failure(finding):
        return "failure"
    if finding.kind == "status" and finding.actual.startswith("4") and requirement.damage != "form":
        return "code"
    return requirement.damage


def _scattered(failing: Sequence[Result]) -> set[tuple[str, str]]:
    """The (requirement, kind) whose expected and actual are generated data and no sort of fault: within one item they
    differ for the same field. A status is always a sort of fault."""
    values: dict[tuple[str, str, str, str | None], set[tuple[str, str]]] = {}
    for result in failing:
        for f in result.findings:
            values.setdefault((result.requirement, f.kind, result.item, f.field), set()).add((f.expected, f.actual))
    return {(key[0], key[1]) for key, pairs in values.items() if len(pairs) > 1 and key[1] != "status"}


def _failed(failure: Failure, register: Register) -> Cause:
    """Operations that fail, told under the rule that nothing makes a server fail, where that was tried."""

    def rank(requirement: str) -> tuple[int, bool, tuple[int, int]]:
        entry = register[requirement]
        return register.severity(requirement), entry.damage != "failure", register.place(requirement)

    rules = sorted({r.requirement for r, _ in failure.told}, key=rank)
    ordered = sorted(failure.told, key=lambda t: rules.index(t[0].requirement))
    cause = _cause(ordered, register)
    title = _at(cause.places, failure.sentence)
    return replace(cause, title=title, breaks=tuple(rules[1:]), operations=failure.operations)


def _cause(group: Sequence[Told], register: Register) -> Cause:
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
        damage=min((damage_of(requirement, f) for f in findings), key=DAMAGES.index),
        follows=_common(r.follows for r, _ in group),
    )


def _common(names: Iterable[str]) -> str:
    """The one name that all are, else nothing."""
    found = set(names)
    return found.pop() if len(found) == 1 else ""


def _title(statement: str, findings: Sequence[RecordedFinding], places: Sequence[Place]) -> str:
    """One sentence: what all the messages say where they agree (but for the name of the field, or what stands in
    brackets), else the first of them and how many are like it; and where."""
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
    return _at(places, sentence.strip().rstrip(".") or statement)


def _at(places: Sequence[Place], sentence: str) -> str:
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
