"""The recording that a run speaks to instead of a target: which one, for which contract, and what it makes of the
run."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from restproof.bundle import CONTRACT_FILE, find_contract
from restproof.compare.diff import Judged
from restproof.config import Config, Target, given_ids
from restproof.contract.given import with_given
from restproof.contract.model import Contract
from restproof.contract.secrecy import Secrecy
from restproof.contract.urls import told_url
from restproof.engine.items import Item
from restproof.engine.keep import EventSink, LiveKeeper
from restproof.engine.runner import Runner
from restproof.engine.subject import Subject
from restproof.engine.watch import Watch
from restproof.engine.world import World
from restproof.errors import ConfigurationError, Place
from restproof.frozen import frozen
from restproof.oracle.gone import gone_by
from restproof.oracle.verdict import judge
from restproof.plan.profile import PROFILES
from restproof.plan.symbols import PREFIX_LENGTH
from restproof.record.model import Header
from restproof.record.reader import ContradictoryRunFile
from restproof.record.recording import Recording, recorded_header, recording
from restproof.session.endpoint import Task, Tidied, prefix_of
from restproof.session.given import given_in, waived_in
from restproof.session.options import Options
from restproof.session.replay import Recalled, RecalledWatch, Replayer
from restproof.wire.hidden import HiddenMembers
from restproof.wire.session import Recorder
from restproof.wire.standin import Learned
from restproof.wire.stubs import ByAddress, InOrder, RecordedClock, Stubs, recording_redactor

SHIPPED = "recordings"
"""The folder beside a contract that holds its recordings."""
_ENDINGS = (".jsonl.gz", ".yaml")
_LIVE = {
    "target": "--target",
    "faults": "--fault",
    "rate": "--rate",
    "coordinate": "--coordinate",
    "against": "--against",
}


def recorded_promise(options: Options, config: Config, cwd: Path) -> tuple[Path, Path, Options]:
    """The contract file and the recording of a replay, and its options: profile and seed are the recorded ones.
    Raises ``RestproofError``."""
    for name, flag in _LIVE.items():
        if getattr(options, name):
            raise ConfigurationError(
                f"{flag} is for a server, and with --stubs there is none", hint="Give one of them."
            )
    said = str(options.stubs)
    file = cwd / said
    if not file.exists():
        contract = find_contract(options.contract, config.contract, cwd)
        file = _shipped(said, contract.parent / SHIPPED)
        header = recorded_header(file)
    else:
        header = recorded_header(file)
        contract = _contract(options, config, cwd, header)
    if header is not None:
        if header.profile not in PROFILES:
            raise ConfigurationError(f"the recording has the unknown profile {header.profile!r}", place=Place(file))
        options = replace(options, profile=header.profile, seed=header.seed, max_wait=header.max_wait)
    return contract, file, options


def recorded_before(options: Options, contract: Path, cwd: Path) -> Judged:
    """The recording that a live run is compared with. Raises ``RestproofError``."""
    if options.baseline:
        raise ConfigurationError("--against compares with the recording", hint="Leave --baseline out.")
    file = cwd / str(options.against)
    found = recording(file if file.exists() else _shipped(str(options.against), contract.parent / SHIPPED))
    if found.run is None or not found.run.outcomes:
        raise ConfigurationError(
            "this recording holds no outcomes to compare with",
            place=Place(found.path),
            hint="Give the run.jsonl.gz of a run.",
        )
    return Judged(found.run, judge(found.run))


def _shipped(name: str, folder: Path) -> Path:
    for ending in _ENDINGS:
        if (folder / f"{name}{ending}").is_file():
            return folder / f"{name}{ending}"
    there = sorted(f.name.removesuffix(e) for e in _ENDINGS for f in folder.glob(f"*{e}"))
    raise ConfigurationError(
        f"there is no recording {told_url(name)!r}",
        place=Place(folder / name) if there else None,
        hint="Give the run.jsonl.gz of a run"
        + (f", or the name of a recording of this contract: {', '.join(there)}." if there else "."),
    )


def _contract(options: Options, config: Config, cwd: Path, header: Header | None) -> Path:
    if options.contract is not None or header is None:
        return find_contract(options.contract, config.contract, cwd)
    named = cwd / header.contract_path
    if named.is_file() and named.name == CONTRACT_FILE:
        return named
    try:
        return find_contract(header.contract, None, cwd)
    except ConfigurationError:
        return find_contract(None, config.contract, cwd)


@frozen
class RecordedConnection:
    """A session whose answers are recorded."""

    session: Stubs
    runner: Runner
    watch: Watch

    def close(self) -> Tidied:
        """Nothing is left behind: a recording is no server."""
        self.session.close()
        return Tidied()


class RecordedEndpoint:
    """The endpoint of a replay: a recording."""

    shared = None

    def __init__(self, contract: Contract, file: Path, options: Options) -> None:
        self.recording: Recording = recording(file)
        self.given = given_in(self.recording)
        self.contract = with_given(contract, self.given)
        self._options = options
        self._name = _shareable(file)
        header = self._header
        if header is not None and header.contract != self.contract.name:
            raise ConfigurationError(
                f"the recording is of the contract {header.contract!r}, not of {self.contract.name!r}",
                place=Place(file),
                hint="Name its contract: restproof run CONTRACT --stubs FILE.",
            )
        run = self.recording.run
        if run is not None and any(not case.token for case in run.cases):
            raise ContradictoryRunFile(
                f"a case without its token, as restproof {run.header.restproof} wrote it: it cannot be replayed",
                place=Place(file),
                hint="Record again.",
            )
        self.prefix = header.prefix if header else prefix_of(self._options.seed)

    @property
    def _header(self) -> Header | None:
        return self.recording.run.header if self.recording.run else None

    @cached_property
    def target(self) -> Target:
        """What stands for the target: no server, no credentials, but names, ids and URL of the recorded one."""
        header = self._header
        if header is None:
            return Target(
                name=self._name,
                base_url=self._origin(),
                kind="stubs",
                credentials={"full": _stand_in("full", cased=True)},
                ids=given_ids(self.contract, os.environ),
            )
        return Target(
            name=self._name,
            base_url=header.target.base_url,
            kind="stubs",
            credentials={name: _stand_in(name, cased=cased) for name, cased in header.target.credentials.items()},
            ids=header.target.ids,
            forbid=frozenset(header.target.forbid),
        )

    def _origin(self) -> str:
        if not self.recording.exchanges:
            return "https://restproof.invalid"
        url = self.recording.exchanges[0].request.url
        parts = urlsplit(url)
        at = parts.path.find(self.contract.base_path)
        return f"{parts.scheme}://{parts.netloc}{parts.path[: max(at, 0)]}"

    @property
    def selection(self) -> Mapping[str, Any]:
        """The options that narrowed the recorded run."""
        return self._header.selection if self._header else {}

    @property
    def deviations(self) -> list[dict[str, Any]]:
        """The deviations that were declared for the recorded run."""
        return [asdict(d) for d in self._header.deviations] if self._header else []

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """The number of cases that each item had, of those that came to one."""
        planned = {item.id: item.cases for item in self.recording.run.items} if self.recording.run else {}
        return {item: planned.get(item) or len(cases) for item, cases in self.recording.cases.items()}

    @cached_property
    def waived(self) -> Mapping[str, str]:
        """The items of which a hook of the recorded run said that their rule does not apply, with its reasons."""
        return waived_in(self.recording.run.outcomes) if self.recording.run else {}

    def leaves_out(self, item: Item) -> bool:
        """Whether the recorded run was narrowed and left this item out, of a rule that was there already."""
        run = self.recording.run
        if run is None or not run.header.selection or item.id in self._recorded:
            return False
        return item.proof.requirement in run.requirements

    @cached_property
    def _recorded(self) -> frozenset[str]:
        return frozenset(i.id for i in self.recording.run.items) if self.recording.run else frozenset()

    def connect(self, task: Task, sink: EventSink, recorder: Recorder) -> RecordedConnection:
        """The session with recorded answers, and the runner of recorded inputs."""
        recorded, contract, options = self.recording, self.contract, self._options
        learned = Learned(HiddenMembers(Secrecy(contract)))
        source = (
            InOrder(recorded.exchanges, recording_redactor(contract), learned)
            if recorded.run
            else ByAddress(recorded.exchanges, learned)
        )
        selection = self.selection
        stubs = Stubs(
            self.target,
            contract,
            recorder,
            source,
            max_requests=selection.get("max_requests"),
            gone=gone_by(recorded.run.notes) if recorded.run else None,
            read_only=bool(selection.get("read_only")) or options.read_only,
            max_wait=options.max_wait,
            refusals=recorded.values,
        )
        began = datetime.fromisoformat(self._header.started).timestamp() if self._header else 0.0
        clock = RecordedClock(stubs, began)
        watch = RecalledWatch(sink, stubs) if recorded.run else Watch(sink)

        def world(worker: int, token: str) -> World:
            return World(
                contract,
                self.target,
                stubs,
                token[:PREFIX_LENGTH] or self.prefix,
                task.profile,
                watch.observe,
                task.bodies,
                Subject,
                keeper=Recalled(recorded, worker, sink, learned) if recorded.run else LiveKeeper(sink),
                clock=clock,
            )

        worlds = {worker: world(worker, token) for worker, token in recorded.workers.items()}
        runner = (
            Replayer(sink, options.seed, worlds, watch, recorded, stubs)
            if recorded.run
            else Runner(sink, options.seed, next(iter(worlds.values())), watch)
        )
        stubs.start()
        return RecordedConnection(stubs, runner, watch)

    def tidy(
        self, contract: Contract, root: Path, recorder: Recorder, ends: float | None, epoch: float | None
    ) -> Tidied:
        """Nothing is left behind: a recording is no server."""
        return Tidied()

    def leave(self) -> None:
        """Nothing: there is no server to end."""

    def close(self) -> None:
        """Nothing: there is no server to end."""


def _stand_in(name: str, *, cased: bool) -> str:
    """A text where the credential stood: with letters where it had some, so that it can be altered as it was."""
    return f"recorded-{name}:recorded-{name}" if cased else f"{len(name):04}0000:00000000"


def _shareable(file: Path) -> str:
    """The name of a recording as a report shows it: nobody's home goes along."""
    here, file = Path.cwd().resolve(), file.resolve()
    return str(file.relative_to(here)) if file.is_relative_to(here) else f"{file.parent.name}/{file.name}"
