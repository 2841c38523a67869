"""The one verdict: a run → outcomes → deviations → blocked → causes → verdict.

Pure: live runs, replay, merged runs and every report call ``judge`` on the same file and say the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace

from restproof.frozen import frozen
from restproof.oracle.causes import causes_of
from restproof.oracle.credential import lost_credential, without
from restproof.oracle.declared import broken_deviations, following, with_deviations
from restproof.oracle.elsewhere import elsewhere
from restproof.oracle.gone import lost_target
from restproof.oracle.proof import Unproven, is_positive, unmet, unproven
from restproof.oracle.results import OUTCOMES, Cause, Ending, Register, Result, Word, summary_of
from restproof.oracle.server_errors import server_errors
from restproof.oracle.unpromised import changed_from
from restproof.record.model import RecordedFinding, RecordedItem, RecordedRun

EXIT_CODES: Mapping[Word, int] = {"conforming": 0, "not conforming": 1, "not judged": 3}


@frozen(slots=True)
class Verdict:
    """What a run proves. ``counts`` has every outcome, worst first, zeros included; ``unproven`` are the operations
    that were not seen to work, ``unsent`` the fields by resource that no valid request held, since creates that held
    them were refused and nothing says why; ``unmet`` tells what the run was asked to see besides and has not;
    ``statuses`` counts responses by code; ``left`` says, a line each, what clean-up could not delete, why, and the
    request that removes it; ``server_errors`` says in a sentence where the server itself failed (5xx), and is empty
    where it never did; ``soundings`` are the requests that were sent before the run, which ``requests`` does not
    hold."""

    verdict: Word
    complete: bool
    counts: Mapping[str, int]
    results: tuple[Result, ...]
    causes: tuple[Cause, ...]
    unproven: tuple[Unproven, ...]
    unmet: tuple[str, ...]
    statuses: Mapping[int, int]
    requests: int
    duration_s: float
    left: tuple[str, ...] = ()
    server_errors: str = ""
    unsent: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    soundings: int = 0


def exit_code(verdict: Verdict) -> int:
    """What the command line ends with: 0 conforming, 1 not conforming, 3 not judged."""
    return EXIT_CODES[verdict.verdict]


def judge(run: RecordedRun) -> Verdict:
    """The verdict on ``run``; deviations expire by the day on which the run began."""
    register = Register(run)
    footer = run.footer
    whole = footer is not None and footer.complete and footer.interrupted is None and not run.header.selection
    losses = [lost for lost in (lost_credential(run), lost_target(run)) if lost is not None]
    raw = [without(result, losses) for result in _raw(run, register)]
    settled = _with_blocked(following(with_deviations(run, raw), register), register)
    settled += broken_deviations(run, settled, whole)
    settled = [_as_changed(result, register) for result in settled]
    ordered = sorted(settled, key=lambda r: (OUTCOMES.index(r.outcome), *register.place(r.requirement)))
    counts = Counter(r.outcome for r in ordered)
    worst = 1 if run.header.fail_on == "should" else 0
    ended = {o.item for o in run.outcomes}
    whole = whole and all(i.id in ended for i in run.items)
    unseen = unproven(run, ordered, register)
    nothing = elsewhere(run, ordered, register)
    missing = (
        *([nothing] if nothing else []),
        *(lost.message for lost in losses),
        *unmet(run, ordered, unseen, whole=whole),
    )
    verdict: Word = "conforming"
    if nothing or any(note.kind == "gone" for note in run.notes):
        # What failed before has to be seen again.
        verdict = "not judged"
    elif any(r.outcome == "fail" and register.severity(r.requirement) <= worst for r in ordered):
        verdict = "not conforming"
    elif (footer and footer.interrupted) or counts["error"] or missing or not is_positive(run, ordered):
        verdict = "not judged"
    statuses = Counter(e.response.status for e in run.exchanges if e.response)
    return Verdict(
        verdict=verdict,
        complete=whole,
        counts={outcome: counts[outcome] for outcome in OUTCOMES},
        results=tuple(ordered),
        causes=causes_of(ordered, register, run),
        unproven=unseen,
        unmet=missing,
        statuses=dict(sorted(statuses.items())),
        requests=footer.requests if footer else len(run.exchanges),
        duration_s=footer.duration if footer else max((e.started + e.elapsed for e in run.exchanges), default=0.0),
        left=footer.left if footer else (),
        server_errors=server_errors(run),
        unsent=run.unsent,
        soundings=footer.soundings if footer else 0,
    )


def _raw(run: RecordedRun, register: Register) -> Iterator[Result]:
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
            ending, message = "fail", summary_of(own)
        if not register.applies(item.requirement):
            why = told.reason if told and told.outcome == "not applicable" else ""
            ending, message, own = "not applicable", why or "the contract does not promise it", ()
        cases = told.cases if told and told.cases is not None else len(run.cases_by_item.get(item.id, ()))
        yield _result(item, register, ending, cases, message, own)


def _result(
    item: RecordedItem,
    register: Register,
    ending: Ending,
    cases: int,
    message: str,
    findings: tuple[RecordedFinding, ...],
) -> Result:
    level = register[item.requirement].level
    return Result(item.id, item.requirement, level, item.resource, item.operation, ending, cases, message, findings)


def _as_changed(result: Result, register: Register) -> Result:
    """The result, with the word that nobody has promised where its failure is against nothing else."""
    requirement = register[result.requirement]
    found = [changed_from(f, requirement, result.resource, register.learned) for f in result.undeclared]
    return replace(result, changed=found[0]) if result.outcome == "fail" and found and all(found) else result


def _with_blocked(raw: Sequence[Result], register: Register) -> list[Result]:
    """The results, with each failure *blocked* that builds on a rule which fails for the same resource. What fails only
    as declared blocks nothing."""
    failed = {(r.requirement, r.resource) for r in raw if r.outcome == "fail"}
    found = []
    for result in raw:
        if result.outcome == "fail":
            roots = register.roots(result.requirement)
            root = next((q for q in roots if (q, result.resource) in failed or (q, None) in failed), None)
            if root:
                message = f"blocked by {root}: {result.message}"
                result = replace(result, outcome="blocked", follows=root, message=message)
        found.append(result)
    return found
