"""Where a lesson comes from: probes of a target, or traffic that somebody has recorded; each judged like any run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from secrets import token_bytes

from restproof.bundle import REGISTER, suites_of
from restproof.config import Config
from restproof.contract.model import Contract
from restproof.contract.secrecy import Secrecy
from restproof.engine.items import Item
from restproof.engine.register import is_binding, load_all, why_not_binding
from restproof.learning.lesson import lesson_of
from restproof.learning.probing import Prober
from restproof.learning.word import Lesson
from restproof.oracle.verdict import Verdict
from restproof.record.model import RecordedRun
from restproof.record.reader import read
from restproof.record.traffic import read_traffic
from restproof.record.writer import Writer
from restproof.report.write import write_all
from restproof.session.options import Options
from restproof.session.promise import promised
from restproof.session.run import Run
from restproof.traffic.judging import Judging, footer, header, items_under
from restproof.traffic.placing import match
from restproof.wire.standin import StandIns

RUN_FILE = "run.jsonl.gz"


@dataclass(frozen=True)
class Taught:
    """What a source taught. ``verdict``: what its exchanges show of faults; ``directory``: where its run file and its
    reports are; ``requests``: how many exchanges there were; ``unseen``: what could not be tried, a line each."""

    lesson: Lesson
    verdict: Verdict
    directory: Path
    requests: int
    unseen: tuple[str, ...] = ()


def probed(options: Options, cwd: Path, directory: Path) -> Taught:
    """Probe the target of ``options`` within its ceiling of requests, tidy up, and learn from what was answered.
    ``directory``: where the run of the probes lands. Raises ``RestproofError``."""
    promise = promised(replace(options, out=str(directory)), cwd)
    contract, folders = promise.contract, suites_of(promise.config.root)
    run = Run.planned(promise, folders[0] / REGISTER, {}, None)
    for folder in folders[1:]:
        run.admit(folder / REGISTER)
    run.narrowed = True
    items = [(i, n) for i, n in items_under(folders, contract, run.register) if i.proof.observes and run.selected(i)]
    run.start()
    stopped: dict[tuple[str, str], str] = {}
    try:
        stopped = _sent(run, items)
    except KeyboardInterrupt:
        run.signal = "SIGINT"
        raise
    finally:
        run.close()
        run.finish()
    assert run.ended is not None
    unseen = tuple(dict.fromkeys(f"{name}: {kind}: {why}" for (name, kind), why in stopped.items()))
    lesson = taught_by(read(directory / RUN_FILE), contract, directory / RUN_FILE, options.resource)
    return Taught(lesson, run.ended.verdict, directory, run.ended.verdict.requests, unseen)


def _sent(run: Run, items: list[tuple[Item, str]]) -> dict[tuple[str, str], str]:
    """Send the probes, and let the rules about every exchange judge the answers; why some could not be sent."""
    runner = run.open(items).connection.runner
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
    order = sorted(run.exchanges, key=lambda e: e.started)
    renamed = {e.n: n for n, e in enumerate(order, 1)}
    faulty = {renamed[f.exchange] for f in run.findings if f.exchange in renamed}
    return lesson_of(
        matched.seen,
        contract,
        credentials_shown=matched.credentials_shown,
        faulty=faulty,
        resources=resources,
    )


def overheard(
    traffic: Path, contract: Contract, config: Config, directory: Path, *, base_url: str | None, fail_on: str
) -> Taught:
    """Learn from recorded traffic, which is judged like ``restproof judge`` does. Raises ``RestproofError``."""
    folders = suites_of(config.root)
    register = load_all(folders)
    matched = match(read_traffic(traffic), contract, base_url, traffic)
    seen = list(matched.seen)
    items = items_under(folders, contract, register)
    path = directory / RUN_FILE
    writer = StandIns(Writer(path), Secrecy(contract), token_bytes(16))
    writer.write(
        header(contract, contract.path, register, matched, traffic=traffic.name, fail_on=fail_on, deviations=[])
    )
    Judging(contract, register, items, writer).run(matched)
    writer.write(footer(matched, len(seen)))
    writer.close()
    verdict = write_all(path, directory).verdict
    faulty = {int(f.exchange) for f in read(path).findings if f.exchange is not None}
    lesson = lesson_of(seen, contract, credentials_shown=matched.credentials_shown, faulty=faulty)
    return Taught(lesson, verdict, directory, len(seen), matched.notes)


def findings(taught: Taught) -> Iterator[str]:
    """What the exchanges show of faults: a line for each cause."""
    for cause in taught.verdict.causes:
        yield f"{cause.level} {cause.requirement}: {cause.title}"
