"""Where a lesson comes from: probes of a target, or traffic that somebody has recorded; each judged like any run."""

from __future__ import annotations

import signal
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from restproof.bundle import REGISTER, suites_of
from restproof.contract.model import Contract
from restproof.engine.items import Item
from restproof.engine.register import is_binding, why_not_binding
from restproof.errors import Interrupted
from restproof.frozen import frozen
from restproof.learning.confirming import contradicted, unsound, with_words
from restproof.learning.lesson import lesson_of
from restproof.learning.probing import Prober
from restproof.learning.sounding import Sounded
from restproof.learning.told import writable
from restproof.learning.word import Lesson
from restproof.oracle.verdict import Verdict
from restproof.record.events import RUN_FILE
from restproof.record.model import RecordedRun
from restproof.record.reader import read
from restproof.record.traffic import read_traffic
from restproof.session.ending import closed_at_end, told_at_end
from restproof.session.options import Options
from restproof.session.promise import promised
from restproof.session.run import Run
from restproof.traffic.judging import items_under
from restproof.traffic.placing import match
from restproof.traffic.whole import Terms
from restproof.wire.stop import STOP


@frozen
class Taught:
    """What a source taught. ``verdicts``: what exchanges show of faults; ``run_file``: where those that taught are;
    ``requests``: how many exchanges there were; ``unseen``: what could not be tried, a line each."""

    lesson: Lesson
    verdicts: tuple[Verdict, ...]
    run_file: Path
    requests: int
    unseen: tuple[str, ...] = ()

    @property
    def is_faulty(self) -> bool:
        """Whether anything of what is promised, or of what binds every server, fails that has to hold."""
        failed = (r for v in self.verdicts for r in v.results if r.outcome == "fail" and not r.changed)
        return any(r.level != "should" for r in failed)


def probed(options: Options, cwd: Path, directory: Path, sounded: Sounded) -> Taught:
    """Probe the target of ``options`` within its ceiling of requests, tidy up, and learn from what was answered.
    ``directory``: where the run of the probes lands; ``sounded``: what soundings have shown before. Raises
    ``RestproofError``, ``Interrupted`` among them."""
    promise = promised(replace(options, out=str(directory)), cwd).giving(sounded.given, sounded.left)
    contract, folders = promise.contract, suites_of(promise.config.root)
    run = Run.planned(promise, folders[0] / REGISTER, {}, None)
    for folder in folders[1:]:
        run.admit(folder / REGISTER)
    run.narrowed = True
    items = [(i, n) for i, n in items_under(folders, contract, run.register) if i.proof.observes and run.selected(i)]
    run.start()
    try:
        with closed_at_end(run), STOP.deferring():
            stopped = _sent(run, items)
    except KeyboardInterrupt:
        raise Interrupted(signal.Signals[run.signal or "SIGINT"]) from None
    finally:
        with told_at_end(run):
            run.finish()
    assert run.ended is not None
    unseen = tuple(_stopped(stopped))
    lesson = taught_by(read(directory / RUN_FILE), contract, directory / RUN_FILE, options.resource)
    return Taught(lesson, (run.ended.verdict,), directory / RUN_FILE, run.ended.verdict.requests, unseen)


def _stopped(stopped: Mapping[tuple[str, str], str]) -> Iterator[str]:
    """What could not be tried, a line for each reason: ``course: duplicates, forms: a valid body was refused …``."""
    by_reason: dict[tuple[str, str], list[str]] = {}
    for (name, kind), why in stopped.items():
        by_reason.setdefault((name, why), []).append(kind)
    for (name, why), kinds in by_reason.items():
        yield f"{name}: {', '.join(kinds)}: {why}"


def _sent(run: Run, items: list[tuple[Item, str]]) -> dict[tuple[str, str], str]:
    """Send the probes, and let the rules about every exchange judge the answers; why some could not be sent."""
    runner = run.open([item for item, _ in items], (), [nodeid for _, nodeid in items]).connection.runner
    resources = [r for r in run.contract if run.options.selects_resource(r)]
    prober = Prober(runner.world, resources)
    prober.run()
    for item, _ in items:
        requirement = run.register[item.proof.requirement]
        if is_binding(requirement, run.contract):
            runner.run(item)
        else:
            runner.waive(item, why_not_binding(requirement))
    return prober.stopped


def taught_by(run: RecordedRun, contract: Contract, file: Path, resources: tuple[str, ...] = ()) -> Lesson:
    """The lesson of the exchanges of a run file; those that a finding cites teach nothing."""
    matched = match(read_traffic(file), contract, run.header.target.base_url or None, file)
    # Traffic counts its exchanges anew, in the order in which they began.
    renamed = {e.n: n for n, e in enumerate(sorted(run.exchanges, key=lambda e: e.started), 1)}
    faulty = {renamed[n] for n in _cited(run) if n in renamed}
    return lesson_of(
        matched.seen,
        contract,
        credentials_shown=matched.credentials_shown,
        faulty=faulty,
        resources=resources,
        strays=matched.answers_to_strays,
    )


def _cited(run: RecordedRun, items: Collection[str] = ()) -> set[int | str]:
    """The exchanges that findings cite against what has to hold; ``items``: those of these alone."""
    levels = {item.id: run.requirements[item.requirement].level for item in run.items}
    found = (f for f in run.findings if levels.get(f.item) != "should" and (not items or f.item in items))
    return {f.exchange for f in found if f.exchange is not None}


def overheard(traffic: Path, contract: str, cwd: Path, directory: Path, *, base_url: str | None, day: str) -> Taught:
    """Learn from recorded traffic, which is judged as ``restproof judge`` does: by the contract, and with the words
    that it suggests. ``day``: today's ISO date. Raises ``RestproofError``."""
    terms = Terms.read(contract, cwd)
    found = read_traffic(traffic)
    judged = terms.judge(found, traffic, base_url=base_url, out=str(directory), cwd=cwd)
    always = {item.id for item, _ in terms.items if item.proof.observes}
    faulty = _cited(read(directory / RUN_FILE), always)
    matched = match(found, terms.contract, base_url, traffic)

    def lesson(faulty: Collection[int | str]) -> Lesson:
        return lesson_of(
            matched.seen,
            terms.contract,
            credentials_shown=matched.credentials_shown,
            faulty=faulty,
            strays=matched.answers_to_strays,
        )

    text = terms.file.read_bytes().decode("utf-8-sig")
    first = lesson(faulty)
    wrong = unsound(terms.file, list(writable(text, first.words, day)), day, directory)
    first = first.without(wrong)
    words = list(writable(text, first.words, day))
    if not words:
        return Taught(first, (judged.verdict,), directory / RUN_FILE, judged.exchanges, judged.notes)
    # Another form of a value looks like a fault until a word says it: what is one with the words is one.
    within = directory / "learned"
    said = Terms.read(str(with_words(terms.file, words, day, within)), cwd)
    again = said.judge(found, traffic, base_url=base_url, out=str(within), cwd=cwd)
    second = lesson(faulty | _cited(read(within / RUN_FILE))).without(wrong)
    kept = second.without(contradicted(second, again.verdict))
    return Taught(kept, (again.verdict,), directory / RUN_FILE, judged.exchanges, judged.notes)


def findings(taught: Taught) -> Iterator[str]:
    """What the exchanges show of faults: a line for each cause, whichever verdict tells it."""
    causes = (c for verdict in taught.verdicts for c in verdict.causes if not c.changed)
    yield from dict.fromkeys(f"{cause.level} {cause.requirement}: {cause.title}" for cause in causes)
