"""What a run has seen to work: an operation is proven by a core rule that passed on a successful answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from restproof.frozen import frozen
from restproof.oracle.results import Ending, Register, Result
from restproof.record.model import RecordedRun

NARROWED = "left out of this run"
NEVER = "none of its core rules could be tried"
UNSUCCESSFUL = "no successful answer was seen"
_WORDS: Mapping[Ending, str] = {"fail": "its core rules fail", "deviation": "its core rules fail, as declared"}
_TELLING: tuple[Ending, ...] = ("fail", "deviation", "error", "blocked", "not tested")
_NARROWING = {"read_only", "max_requests", "max_creates"}
"""Options that leave items in the plan, whose outcomes then tell why they were not tried."""


@frozen(slots=True)
class Unproven:
    """An operation that the contract promises and that was not seen to work, and why not."""

    resource: str
    operation: str
    reason: str


def unproven(run: RecordedRun, results: Sequence[Result], register: Register) -> tuple[Unproven, ...]:
    """The promised operations of which no core rule passed on a successful answer, in the contract's order."""
    core: dict[tuple[str | None, str | None], list[Result]] = {}
    for result in results:
        if register[result.requirement].core:
            core.setdefault((result.resource, result.operation), []).append(result)
    seen = _successes(run)
    narrowed = _is_narrowed(run)

    def reason(resource: str, operation: str) -> str | None:
        own = core.get((resource, operation), [])
        if any(_is_seen(r, seen) for r in own):
            return None
        if not own:
            return NARROWED if narrowed else NEVER
        worst = min(own, key=lambda r: _TELLING.index(r.outcome) if r.outcome in _TELLING else len(_TELLING))
        if worst.outcome not in _TELLING:
            return UNSUCCESSFUL
        return _WORDS.get(worst.outcome) or f"{worst.outcome}: {worst.message}"

    every = ((r, o) for r, operations in run.header.resources.items() for o in operations)
    return tuple(Unproven(r, o, told) for r, o in every if (told := reason(r, o)) is not None)


def is_positive(run: RecordedRun, results: Sequence[Result]) -> bool:
    """Whether any rule passed on a successful answer of the operation that it speaks of: without, nothing is judged. In
    a run that was narrowed to some rules, which may be about refusals alone, what any request about the resource has
    shown will do (a control, or what set it up): a server that refuses everything shows nothing."""
    seen = _successes(run)
    if any(_is_seen(result, seen) for result in results):
        return True
    if not _is_narrowed(run):
        return False
    answered = {e.resource for e in run.exchanges if e.response and 200 <= e.response.status < 300}
    return any(r.outcome == "pass" and r.resource in answered for r in results)


def unmet(run: RecordedRun, results: Sequence[Result], open_: Sequence[Unproven], *, whole: bool) -> tuple[str, ...]:
    """What the run was asked to see besides, and has not: one line each. ``open_``: what is not proven; ``whole``:
    whether the run left nothing out."""
    found = []
    for name in run.header.must_be_tested:
        own = [r for r in results if r.requirement == name or r.requirement.startswith(f"{name}.")]
        applying = [r for r in own if r.outcome != "not applicable"]
        missed = next((r for r in applying if r.outcome not in ("pass", "fail", "deviation")), None)
        if missed is not None:
            found.append(f"{name} was to be tested, and {missed.item} is {missed.outcome}: {missed.message}")
        elif not applying:
            found.append(f"{name} was to be tested, and no result is about it")
    if run.header.must_be_complete:
        found += [f"{u.resource} {u.operation} was to be proven: {u.reason}" for u in open_]
        found += [] if whole else ["the run was to be complete, and is not"]
    return tuple(found)


def _is_narrowed(run: RecordedRun) -> bool:
    """Whether the run was asked for some items alone."""
    return bool(run.header.selection.keys() - _NARROWING)


def _is_seen(result: Result, seen: frozenset[tuple[str, str]]) -> bool:
    if result.outcome != "pass" or not result.operation:
        return False
    return bool({(result.item, result.operation), (f"{result.resource}:", result.operation)} & seen)


def _successes(run: RecordedRun) -> frozenset[tuple[str, str]]:
    """The items with an exchange of an operation that succeeded; of traffic, which no item sent, the resources."""
    found = set()
    for exchange in run.exchanges:
        if exchange.response and 200 <= exchange.response.status < 400 and exchange.operation:
            if exchange.item is not None:
                found.add((exchange.item, exchange.operation))
            elif run.header.target.kind == "traffic":
                found.add((f"{exchange.resource}:", exchange.operation))
    return frozenset(found)
