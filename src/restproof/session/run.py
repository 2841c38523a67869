"""A session's run, from collection to report: planned, started (the target is reached), opened (items run), closed and
finished (reports). The plugin drives it; nothing in it is a hook."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from secrets import token_bytes
from signal import Signals
from typing import Any

from restproof.bundle import REGISTER, bundled_suites, is_bundled, suites_of
from restproof.compare.diff import Judged
from restproof.contract.hints import near
from restproof.contract.model import Contract
from restproof.contract.secrecy import Secrecy
from restproof.engine.case import may_rest
from restproof.engine.items import Item
from restproof.engine.order import first_cases, may_go_ahead
from restproof.engine.register import (
    Requirement,
    in_one,
    is_binding,
    load,
    load_each,
    unknown_names,
    why_not_binding,
)
from restproof.engine.runner import Runner
from restproof.errors import ConfigurationError
from restproof.frozen import frozen
from restproof.garbage import uncollected
from restproof.hooks import HookFailed, Rule
from restproof.oracle.finding import Finding
from restproof.plan.bodies import Bodies
from restproof.plan.profile import PROFILES, Profile
from restproof.record.build import deviation
from restproof.record.disk import Hold
from restproof.record.events import RUN_FILE
from restproof.record.model import RecordedRun
from restproof.record.reader import Following
from restproof.record.writer import Writer, join
from restproof.session.endpoint import Connection, Endpoint, Task, Tidied
from restproof.session.folder import landed, now
from restproof.session.given import given_events
from restproof.session.handed import Handed, Tally
from restproof.session.heading import footer, header
from restproof.session.live import COMMON, LiveEndpoint, reach
from restproof.session.options import Options
from restproof.session.promise import Promise
from restproof.session.tape import Tape
from restproof.session.telling import Ended, baseline_of, tell
from restproof.wire.standin import EventSink, StandIns
from restproof.wire.stop import Heard

PARTS = "part-*.jsonl.gz"
"""What workers write, each its part of the run."""


@frozen
class Worker:
    """That this process is a worker, of pytest-xdist or of our own: its name (``gw0``), and what the controller tells
    it."""

    name: str
    handed: Handed

    @property
    def number(self) -> int:
        """From 0."""
        return int(self.name.removeprefix("gw"))


@frozen
class Landing:
    """Where the target was reached and the run lands. ``baseline``: the run to compare with that the user named."""

    endpoint: Endpoint
    directory: Path
    deviations: list[dict[str, Any]]
    baseline: Judged | None = None
    hold: Hold | None = None


@frozen
class Part:
    """This process's open part of the run file, with the connection that its items use."""

    writer: EventSink
    connection: Connection


@dataclass
class Run:
    """``known``: the requirements of the bundled suites and of the repository's own; ``register``: those of the suites
    that were collected, by their ids; ``filters``: pytest's own words that select items, by their names;
    ``narrowed``: something else left items out; ``signal``: what interrupted the run; ``tested``: the requirements that
    a collected test proves; ``heard``: what signals have asked; ``usual``: who had those signals before."""

    promise: Promise
    known: Mapping[str, Requirement]
    profile: Profile
    bodies: Mapping[str, Bodies]
    filters: Mapping[str, str]
    worker: Worker | None
    started: datetime = field(default_factory=now)
    signal: str | None = None
    heard: Heard = field(default_factory=Heard)
    usual: dict[Signals, Any] = field(default_factory=dict)
    narrowed: bool = False
    register: dict[str, Requirement] = field(default_factory=dict)
    tested: set[str] = field(default_factory=set)
    tallies: list[Tally] = field(default_factory=list)
    place: Landing | None = None
    part: Part | None = None
    tidied: Tidied = field(default_factory=Tidied)
    ended: Ended | None = None
    epoch: float | None = None
    _registers: Mapping[Path, dict[str, Requirement]] = field(default_factory=dict)
    _waived: dict[str, str | None] = field(default_factory=dict)
    _admitted: dict[Path, dict[str, Requirement]] = field(default_factory=dict)
    _whole: tuple[Writer, Following] | None = None

    @classmethod
    def planned(cls, promise: Promise, register: Path, filters: Mapping[str, str], worker: Worker | None) -> Run:
        """A run of the suites beside ``register``. Raises ``ConfigurationError``."""
        contract, registers = promise.contract, load_each(suites_of(promise.config.root))
        known, bodies = in_one(registers), {r.name: Bodies(contract, r) for r in contract}
        run = cls(promise, known, PROFILES[promise.options.profile], bodies, filters, worker, _registers=registers)
        run.admit(register)
        for error in unknown_names(contract, {**known, **run.register}):
            raise error
        for name in promise.options.require_tested:
            if not any(known_name == name or known_name.startswith(f"{name}.") for known_name in known):
                raise ConfigurationError(f"--require-tested {name}: there is no such rule", hint=near(name, known))
        return run

    @property
    def target_keeps(self) -> bool:
        """Whether what the run makes outlives it, so that it has to be tidied up: a sandbox ends with the run."""
        return self.place is not None and self.place.endpoint.target.kind == "live"

    @property
    def options(self) -> Options:
        return self.promise.options

    @property
    def contract(self) -> Contract:
        return self.promise.contract

    # ------------------------------------------------------------- the plan

    def admit(self, register: Path) -> Mapping[str, Requirement]:
        """Take a register into the run, the bundled one before a user's own, and give its entries. Raises
        ``ConfigurationError`` where it is broken."""
        if register not in self._admitted:
            bundled = is_bundled(register.parent)
            found = self._registers.get(register)
            if found is None:
                found = load(register) if bundled else load(register, load(bundled_suites() / REGISTER))
            self._admitted[register] = found
            self.register = {**found, **self.register} if bundled else {**self.register, **found}
        return self._admitted[register]

    def selected(self, item: Item) -> bool:
        """Whether the options leave the item in."""
        options = self.options
        if not (options.selects_rule(item.proof.requirement) and options.selects_resource(item.resource)):
            return False
        if options.case and item.id not in (options.case, options.case.rpartition("#")[0]):
            return False
        return self.promise.recorded is None or not self.promise.recorded.leaves_out(item)

    def _is_due(self, item: Item) -> bool:
        """Whether the rule of an item applies; where a hook breaks down over that, it is told when the item comes."""
        with suppress(HookFailed):
            return self.waived(item) is None
        return False

    def waived(self, item: Item) -> str | None:
        """Why the rule of an item does not apply; ``None`` where it does."""
        if item.id not in self._waived:
            requirement, resource = self.register[item.proof.requirement], item.resource
            rule = Rule(requirement.id, resource.name if resource else None, item.operation)
            binds = is_binding(requirement, self.contract)
            self._waived[item.id] = self.promise.waived(item.id, rule) if binds else why_not_binding(requirement)
        return self._waived[item.id]

    @property
    def recorded(self) -> Mapping[str, int]:
        """The number of cases of each item that the recording holds which answers; nothing for a live run."""
        return self.promise.recorded.counts if self.promise.recorded else {}

    # ------------------------------------------------------------- the target

    def start(self) -> Landing:
        """Reach the target; only then is anything written."""
        options = self.options
        if self.worker is not None:
            handed = self.worker.handed
            if self.epoch is None:  # a fork has its controller's
                self.epoch = time.perf_counter() - (time.time() - handed.began)
            endpoint = self.promise.recorded or LiveEndpoint.of_worker(
                handed.target, handed.prefix, handed.shared, self.promise.hooks
            )
            self.place = Landing(endpoint, handed.directory, handed.deviations)
            return self.place
        baseline = baseline_of(self.promise)
        endpoint = self.promise.recorded or reach(self.promise)
        try:
            deviations = self.promise.declared()
            directory = landed(options.out, self.promise.config, Path.cwd(), self.started)
            hold = Hold(directory)
            for left in (path for pattern in (PARTS, *COMMON) for path in directory.glob(pattern)):
                left.unlink(missing_ok=True)  # by a run that was killed here
        except BaseException:
            endpoint.close()
            raise
        self.place = Landing(endpoint, directory, deviations, baseline, hold)
        return self.place

    def hand_over(self) -> Handed:
        """What a worker needs to take part."""
        place = self._reached()
        endpoint = place.endpoint
        where = (endpoint.target, endpoint.prefix, place.directory)
        clock = time.perf_counter()
        self.epoch = clock if self.epoch is None else self.epoch
        began = time.time() - (clock - self.epoch)
        return Handed(self.options, *where, place.deviations, began, endpoint.shared, self.promise.given)

    # ------------------------------------------------------------- the items

    def open(self, items: Sequence[Item], between: Iterable[Item] = (), nodeids: Sequence[str] = ()) -> Part:
        """Open this process's part of the run, and announce its items where their pytest ids are given. ``between``:
        the items, in the order of the plan, between which tests that rest are begun early."""
        place = self._reached()
        writer = self._writer(place, self.worker.name if self.worker else None)
        if self.worker is None:
            writer.write(self._header())
        named = zip(items, nodeids, strict=True) if nodeids else ()
        announced = (item.to_event(nodeid) for item, nodeid in named)
        for event in (*given_events(self.promise.given), *announced):
            writer.write(event)
        task = Task(
            self.contract,
            self.promise.contract_path,
            self.promise.config.root,
            self.options,
            self.profile,
            self.bodies,
            self.started,
            self.worker.number if self.worker else None,
            place.directory if self.worker else None,
            self.epoch,
        )
        connection = place.endpoint.connect(task, writer, Tape(writer))
        connection.watch.take(items)
        connection.runner.rest([item for item in between if not may_rest(item) or self._is_due(item)])
        due = [item for item in between if not may_go_ahead(item) or self._is_due(item)]
        connection.runner.send_ahead(first_cases(due, self.register))
        self.part = Part(writer, connection)
        return self.part

    def _writer(self, place: Landing, part: str | None = None) -> EventSink:
        """What this process writes to: its part, or the run file; no secret gets past it."""
        path = place.directory / (f"part-{part}.jsonl.gz" if part else RUN_FILE)
        if part or self.promise.is_shared:
            writer = Writer(path)
        else:
            following = Following(path)
            writer = Writer(path, following.written)
            self._whole = writer, following
        target = place.endpoint.target
        if target.kind == "stubs":
            return writer  # A recording holds stand-ins already.
        # Those of the sandbox are the same each time, as everything else that a seed makes.
        key = place.endpoint.prefix.encode() if target.kind == "sandbox" else token_bytes(16)
        return StandIns(writer, Secrecy(self.contract), key)

    @property
    def runner(self) -> Runner:
        """What runs the items; there is one while the run is open."""
        assert self.part is not None
        return self.part.connection.runner

    def close(self) -> None:
        """Tidy up after this process's part; where it is the whole run, end the run file."""
        if self.part is None:
            return
        connection, writer = self.part.connection, self.part.writer
        connection.session.ends = self._clean_up_ends()
        try:
            self.tidied = connection.close()
            if self.worker is None:
                writer.write(self._footer(connection.session.requests))
        finally:
            writer.close()  # whatever became of it, what was judged is kept

    def _clean_up_ends(self) -> float | None:
        """When clean-up has to be over (of ``time.monotonic``): whoever interrupts a run does not wait for ever."""
        return time.monotonic() + self.options.cleanup_timeout if self.signal else None

    def tally(self) -> Tally:
        """What a worker tells the controller at its end."""
        return Tally(self.narrowed)

    # ------------------------------------------------------------- the end

    def finish(self) -> None:
        """Join the parts of the workers, judge, write the reports, and let go of the target."""
        place = self._reached()
        try:
            path = place.directory / RUN_FILE
            read = self._join(place.directory, path)
            place.endpoint.leave()
            if not path.exists():
                with suppress(OSError):
                    place.directory.rmdir()
                return
            if not self.promise.is_shared:
                self.ended = tell(self.promise, path, place.baseline, read)
        finally:
            place.endpoint.close()
            if place.hold is not None:
                place.hold.release()

    def _join(self, directory: Path, path: Path) -> RecordedRun | None:
        """Make one run file of the parts of the workers, and give the run that it holds, or that this process alone has
        written; ``None`` where the disk took no more of it, or nobody here is to be told of it."""
        if not any(directory.glob(PARTS)):
            writer, following = self._whole or (None, None)
            return following.run() if following and writer and writer.is_whole else None
        self._tidy_after_workers()
        parts = sorted(directory.glob(PARTS))
        self.narrowed = self.narrowed or any(tally.narrowed for tally in self.tallies)
        following = None if self.promise.is_shared else Following(path)
        with uncollected():
            join(parts, path, self._header(), self._footer(None), told=following.line if following else None)
        for part in parts:
            part.unlink()
        for left in (path for pattern in COMMON for path in directory.glob(pattern)):
            left.unlink(missing_ok=True)
        return following.run() if following else None

    def _tidy_after_workers(self) -> None:
        """Clean up, as one more part of the run: nobody does while another still works."""
        place = self._reached()
        writer = self._writer(place, "z-cleanup")
        try:
            self.tidied = place.endpoint.tidy(
                self.contract, self.promise.config.root, Tape(writer), self._clean_up_ends(), self.epoch
            )
        finally:
            writer.close()

    # ------------------------------------------------------------- what is told of it

    def _header(self) -> dict[str, Any]:
        return header(self.promise, self._reached().endpoint, self.register, self.started) | {
            "selection": self.selection(),
            "deviations": self._reached().deviations,
        }

    def _footer(self, requests: int | None) -> dict[str, Any]:
        complete = not self.selection() and self.signal is None
        tidied = Tidied(self.tidied.deleted, (*self.promise.left, *self.tidied.left))
        ended = footer(self.started, requests, tidied, complete=complete, interrupted=self.signal)
        return ended | ({"soundings": self.promise.soundings} if self.promise.soundings else {})

    def selection(self) -> dict[str, Any]:
        """What narrows the run, by name; empty for a whole one."""
        recorded = self.promise.recorded
        found = {**(recorded.selection if recorded else {}), **self.options.selection, **self.filters}
        if self.narrowed and not found:
            found["selected_tests"] = True
        return found

    def is_declared(self, item: Item, finding: Finding) -> bool:
        """Whether a declared deviation describes this finding. The verdict has the last word on expiry."""
        resource = item.resource.name if item.resource else None
        return any(
            d.is_about(item.proof.requirement, resource, item.operation)
            and d.describes(finding.field, finding.kind, finding.expected, finding.actual)
            for d in map(deviation, self._reached().deviations)
        )

    def _reached(self) -> Landing:
        assert self.place is not None, "the target is not reached yet"
        return self.place
