"""Two runs compared, result by result: what broke, what was mended, and what is no longer known.

Pure: the page of a run, ``restproof diff`` and the closing lines all show one ``Comparison``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from restproof.frozen import frozen
from restproof.oracle.results import OUTCOMES, STALE, Ending, Result, Word
from restproof.oracle.verdict import Verdict
from restproof.record.model import Level, RecordedRun

UNJUDGED: tuple[Ending | None, ...] = (None, "not tested", "not applicable")
"""Of a result that an earlier run knows nothing of: absent, not tested, or a rule that did not bind."""
BROKEN: tuple[Ending | None, ...] = ("fail", "deviation")


@frozen(slots=True)
class Judged:
    """A run and the verdict on it."""

    run: RecordedRun
    verdict: Verdict


@frozen(slots=True)
class Side:
    """What a comparison tells of one of its runs. ``started`` is ISO 8601 in UTC."""

    contract: str
    title: str
    target: str
    profile: str
    seed: int
    started: str
    selection: Mapping[str, Any]
    verdict: Word
    complete: bool
    counts: Mapping[str, int]


@frozen(slots=True)
class Difference:
    """Something other than the server that differs between the runs. ``what`` is a word such as ``contract``."""

    what: str
    old: str
    new: str


@frozen(slots=True)
class Change:
    """One result in both runs. ``before`` and ``after`` are ``None`` where that run holds no such result; ``message``
    says why it ended as it did, in the new run where it is there, else in the old; ``item`` is its id in the new run
    (``None`` where it is absent there)."""

    requirement: str
    resource: str | None
    operation: str | None
    level: Level
    statement: str
    before: Ending | None
    after: Ending | None
    message: str
    item: str | None

    @property
    def place(self) -> str:
        """``office create``, or ``the whole server``."""
        return " ".join(word for word in (self.resource, self.operation) if word) or "the whole server"


@frozen(slots=True)
class Comparison:
    """What changed from ``old`` to ``new``; each list worst level first, then in the order of the new results.

    ``new_failures`` passed, were not tested or were absent, and fail now. ``fixed`` failed (a declared deviation
    counts) and pass now. ``newly_untested`` were judged and are not now, ``newly_tested`` the other way round, unless
    they fail. ``other`` holds every other change of outcome (to or from error, blocked, a deviation, not applicable).
    ``added`` and ``removed`` are rules of the register (by id) that only the new or only the old run knows. ``shapes``
    says, a line each, which responses no longer look as they did (``compare.shapes``), where that was asked for;
    else it is ``None``.
    """

    old: Side
    new: Side
    differences: tuple[Difference, ...]
    new_failures: tuple[Change, ...]
    fixed: tuple[Change, ...]
    still_failing: tuple[Change, ...]
    newly_untested: tuple[Change, ...]
    newly_tested: tuple[Change, ...]
    other: tuple[Change, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    shapes: tuple[str, ...] | None = None

    @property
    def verdict_fell(self) -> bool:
        """Whether the old run conformed and the new one does not (or was not judged)."""
        return self.old.verdict == "conforming" and self.new.verdict != "conforming"

    @property
    def regression(self) -> bool:
        """Whether anything new fails, or the verdict fell; nothing else is a regression."""
        return bool(self.new_failures) or self.verdict_fell

    @property
    def changed(self) -> bool:
        """Whether there is anything to tell but what still fails."""
        lists = (self.new_failures, self.fixed, self.newly_untested, self.newly_tested, self.other)
        return any(lists) or bool(self.added or self.removed) or self.old.verdict != self.new.verdict


def compare(old: Judged, new: Judged) -> Comparison:
    """What changed from ``old`` to ``new``. Results are the same where requirement, resource and operation agree."""
    before, after = _results(old.verdict), _results(new.verdict)
    statements = {r.id: r.statement for r in (*old.run.header.requirements, *new.run.header.requirements)}
    known = {*new.run.requirements, STALE}
    changes = [_change(result, statements, before.get(key), result) for key, result in after.items()]
    changes += [
        _change(result, statements, result, None)
        for key, result in before.items()
        if key not in after and result.requirement in known
    ]
    levels: tuple[Level, ...] = ("must", "policy", "should")
    changes.sort(key=lambda c: levels.index(c.level))

    def those(wanted: Callable[[Change], bool]) -> tuple[Change, ...]:
        return tuple(c for c in changes if wanted(c))

    groups = {name: those(wanted) for name, wanted in _GROUPS.items()}
    told = {c for group in groups.values() for c in group}
    return Comparison(
        old=_side(old),
        new=_side(new),
        differences=_differences(old, new),
        other=those(lambda c: c not in told and c.before != c.after and (c.before, c.after) not in _NOTHING),
        added=tuple(r.id for r in new.run.header.requirements if r.id not in old.run.requirements),
        removed=tuple(r.id for r in old.run.header.requirements if r.id not in known),
        shapes=None,
        **groups,
    )


# A result that neither run has judged says nothing by going or coming.
_NOTHING = {(a, b) for a in UNJUDGED for b in UNJUDGED}
_GROUPS: Mapping[str, Callable[[Change], bool]] = {
    "new_failures": lambda c: c.after == "fail" and c.before in ("pass", *UNJUDGED),
    "fixed": lambda c: c.before in BROKEN and (c.after == "pass" or _withdrawn(c)),
    "still_failing": lambda c: c.after == "fail" and c.before == "fail",
    "newly_untested": lambda c: c.after in (None, "not tested") and c.before in ("pass", *BROKEN) and not _withdrawn(c),
    "newly_tested": lambda c: c.after in ("pass", "deviation") and c.before in (None, "not tested"),
}


def _withdrawn(change: Change) -> bool:
    """A deviation that was stale or expired and stands in the file no longer: mended, not untested."""
    return change.requirement == STALE and change.after is None


def _results(verdict: Verdict) -> dict[tuple[str | None, ...], Result]:
    """Results by identity. A broken deviation is no item, so that what it says tells it from the others."""
    found: dict[tuple[str | None, ...], Result] = {}
    for result in verdict.results:
        own = result.message if result.requirement == STALE else None
        key = (result.requirement, result.resource, result.operation, own)
        held = found.get(key)
        if held is None or OUTCOMES.index(result.outcome) < OUTCOMES.index(held.outcome):
            found[key] = result
    return found


def _change(told: Result, statements: Mapping[str, str], before: Result | None, after: Result | None) -> Change:
    return Change(
        requirement=told.requirement,
        resource=told.resource,
        operation=told.operation,
        level=told.level,
        statement=statements.get(told.requirement, told.requirement),
        before=before.outcome if before else None,
        after=after.outcome if after else None,
        message=after.message if after else "the new run holds no such result",
        item=after.item if after else None,
    )


def _side(of: Judged) -> Side:
    header, verdict = of.run.header, of.verdict
    return Side(
        contract=header.contract,
        title=header.title,
        target=header.target.name,
        profile=header.profile,
        seed=header.seed,
        started=header.started,
        selection=header.selection,
        verdict=verdict.verdict,
        complete=verdict.complete,
        counts=verdict.counts,
    )


def _differences(old: Judged, new: Judged) -> tuple[Difference, ...]:
    """What must be told before any change is read as the server's: another contract, selection or target …"""
    a, b = old.run.header, new.run.header
    pairs = [
        ("restproof", a.restproof, b.restproof),
        ("contract", a.contract, b.contract),
        ("contract_version", *((a.digest, b.digest) if a.digest and b.digest else ("", ""))),
        ("resources", _resources(a.resources), _resources(b.resources)),
        ("target", a.target.name, b.target.name),
        ("profile", a.profile, b.profile),
        ("seed", str(a.seed), str(b.seed)),
        ("selection", _selection(a.selection), _selection(b.selection)),
        ("fail_on", a.fail_on, b.fail_on),
        ("complete", _yes(old.verdict.complete), _yes(new.verdict.complete)),
    ]
    return tuple(Difference(what, one, other) for what, one, other in pairs if one != other)


def _resources(resources: Mapping[str, tuple[str, ...]]) -> str:
    return "; ".join(f"{name}: {', '.join(operations)}" for name, operations in resources.items()) or "none"


def _selection(selection: Mapping[str, Any]) -> str:
    shown = {k: ", ".join(map(str, v)) if isinstance(v, (list, tuple)) else str(v) for k, v in selection.items()}
    return "; ".join(f"{name} {shown[name]}" for name in sorted(shown)) or "none"


def _yes(value: bool) -> str:
    return "yes" if value else "no"
