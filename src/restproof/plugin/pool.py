"""Several items in flight at once: workers that are forks of this process, which has imported and planned already.

Each has a session, a world and a part of the run file of its own, as a worker of pytest-xdist has; which item is begun
next is said by ``engine.turns``. What ends the run early ends the workers first.

PYTEST_DONT_REWRITE: it asserts nothing of a test.
"""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import Enum, auto
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from typing import Any, NamedTuple, NoReturn

import pytest
from _pytest.runner import runtestprotocol

from restproof.engine.outcome import Outcome
from restproof.engine.turns import Stage, Turns, resting
from restproof.errors import RestproofError, WorkerError
from restproof.plugin.collection import BundledModule
from restproof.plugin.current import Caller, caller_of, end, run_of
from restproof.plugin.item import RuleItem
from restproof.plugin.workers import PIDS
from restproof.record.writer import Writer
from restproof.report.formats import load_usual
from restproof.session.ending import asked
from restproof.session.endpoint import Connection as RunConnection
from restproof.session.handed import Handed
from restproof.session.run import Run, Worker
from restproof.wire.stop import STOP, Heard

_WORTH = 2_000
"""Requests of a plan from which on the beginning of more workers is worth its while: ``smoke`` takes as long with two,
and costs a tenth more."""
_LEAST, _MOST = 3, 4
"""Workers that keep two processors busy, and one sandbox."""


def by_itself(run: Run, items: Sequence[RuleItem]) -> int:
    """How many items are in flight where nobody has said. Somebody else's server gets one request at a time. The
    embedded sandbox bears more, and ends with the run: there it is as many as the processors bear, where the plan is
    long, nothing ends it early or slows it down, and no code of the user's counts on one process. With a fault it is
    one: what a fault does to others' resources would be seen by whoever is at them."""
    promise, options = run.promise, run.options
    bounds = (options.max_requests, options.max_creates, options.rate, options.coordinate)
    if promise.target is not None or promise.recorded is not None or any(b is not None for b in bounds):
        return 1
    if options.faults or promise.hooks.functions or not all(isinstance(item.parent, BundledModule) for item in items):
        return 1
    if sum(item.plan_item.cost for item in items) < _WORTH:
        return 1
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    # The sandbox keeps one busy, not all of the time; of three workers, one often waits for a clock or for the others.
    return 1 if processors == 1 else min(max(_LEAST, processors - 1), _MOST)


class _Order(Enum):
    """What a worker is told, with what belongs to it: to run some items, by their numbers; to tell what its rules about
    every exchange have seen, or which of its creates were refused; to take over what another one has told of these; to
    end."""

    RUN = auto()
    TELL_SEEN = auto()
    ADD_SEEN = auto()
    TELL_CREATES = auto()
    ADD_CREATES = auto()
    END = auto()


@pytest.hookimpl
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Takes pytest's place where the caller wants several items in flight."""
    run, caller = run_of(session.config), caller_of(session.config)
    items = [i for i in session.items if isinstance(i, RuleItem)]
    if run is None or caller is None or caller.concurrency == 1 or run.place is None or not items:
        return None
    Pool(session, run, items, caller).run()
    return True


class _Told(NamedTuple):
    """What a worker tells of each item that it was to run: whether it has failed, where nobody else listens, else its
    reports; and how many requests the worker has sent."""

    ended: Sequence[bool | Sequence[dict[str, Any]]]
    sent: int


@dataclass
class _Member:
    """A worker as its controller knows it. ``item``: the number of the one that it is at; ``beside``: those that the
    profile leaves out and that it tells of with it."""

    pipe: Connection
    item: int | None = None
    beside: Sequence[int] = ()


class Pool:
    """The workers of a run, for their controller. ``items``: the plan."""

    def __init__(self, session: pytest.Session, run: Run, items: Sequence[RuleItem], caller: Caller) -> None:
        concurrency = caller.concurrency or 1
        self._session = session
        self._run = run
        self._caller = caller
        self._all = items
        self._sending: list[int] = []
        self._observing: list[int] = []
        self._left_out: list[int] = []
        for number, item in enumerate(i.plan_item for i in items):
            kind = self._observing if item.proof.observes else self._left_out if item.left_out else self._sending
            kind.append(number)
        sending, resources = [items[n].plan_item for n in self._sending], run.contract.resources
        # A few workers leave to one what draws; of many, each would come to it, and lists wait for what it writes.
        loaded = concurrency > _MOST and any(item.proof.draw for item in sending)
        if loaded:
            from restproof.engine.property import load  # it takes its time: only for who draws

            load()
        self._turns = Turns(sending, concurrency, resources, loaded=loaded)
        self._members: dict[int, _Member] = {}
        self._lost: dict[str, str] = {}
        self._sent: dict[int, int] = {}
        self._pids = session.config.stash.setdefault(PIDS, [])
        self._handed = Handed.read(run.hand_over().plain())
        for number in range(min(concurrency, len(self._sending) or 1)):
            self._fork(number)
        self._announce()

    def run(self) -> None:
        """Have the items run, and their reports told as they come. Raises what ends pytest's own loop early."""
        try:
            self._give_out()
            load_usual()  # the end needs it, and the others have enough to do until then
            while self._members and not self._is_over() and (self._turns or self._in_flight()):
                if self._turns.stage is Stage.LATE_LISTS and not self._in_flight():
                    self._share(_Order.TELL_CREATES, _Order.ADD_CREATES)
                self._give_out()
                self._take_in()
            if not self._is_over():
                self._judge_what_was_seen()
        finally:
            last_words = self._dismiss()
        self._write_down_lost()
        for word in last_words:
            error = word if isinstance(word, RestproofError) else WorkerError(f"a worker could not end:\n{word}")
            end(self._session.config, error)
        if self._run.signal:
            raise KeyboardInterrupt
        if self._session.shouldfail:
            raise self._session.Failed(self._session.shouldfail)
        if self._session.shouldstop:
            raise self._session.Interrupted(self._session.shouldstop)

    def _announce(self) -> None:
        """Announce the items of all workers in a part of its own, which is the first: an item comes before its
        cases."""
        if self._run.place is not None:
            with Writer(self._run.place.directory / "part-0-plan.jsonl.gz") as writer:
                for item in self._all:
                    writer.write(item.plan_item.to_event(item.nodeid))

    def _is_over(self) -> bool:
        return bool(self._run.signal or self._session.shouldfail or self._session.shouldstop)

    def _in_flight(self) -> bool:
        return any(m.item is not None for m in self._members.values())

    def _fork(self, number: int) -> None:
        ours, theirs = Pipe()
        pid = os.fork()
        if pid == 0:
            ours.close()
            for member in self._members.values():
                member.pipe.close()  # a worker whose controller has died must notice
            _work(self._run, Worker(f"gw{number}", self._handed), self._all, theirs)
        theirs.close()
        self._pids.append(pid)
        self._members[number] = _Member(ours)

    def _give_out(self) -> None:
        for number, member in self._members.items():
            if member.item is None and (item := self._turns.next(number)) is not None:
                member.item = item
                # What the profile leaves out is told by whoever comes first, and sends nothing.
                member.beside, self._left_out = self._left_out, []
                self._tell(member, _Order.RUN, [self._sending[item], *member.beside])

    def _take_in(self) -> None:
        """Wait for one of the workers at least."""
        by_pipe: dict[Any, int] = {m.pipe: number for number, m in self._members.items()}
        for pipe in wait(list(by_pipe)):
            number = by_pipe[pipe]
            told = self._received(number)
            if told is None:
                continue
            member = self._members[number]
            if member.item is not None:
                self._turns.ended(member.item)
                member.item, member.beside = None, ()
            self._report(number, told)

    def _received(self, number: int) -> Any:
        """What a worker tells; ``None`` where it has ended instead. Raises what ends the run."""
        member = self._members[number]
        try:
            told = member.pipe.recv()
        except (EOFError, ConnectionError):
            self._has_ended(number)
            return None
        if isinstance(told, RestproofError):
            end(self._session.config, told)
        if not isinstance(told, str):
            return told
        if member.item is None:
            end(self._session.config, WorkerError(f"a worker has broken down:\n{told}"))
        self._has_ended(number, told)
        return None

    def _report(self, number: int, told: _Told) -> None:
        """Tell how the items have ended that a worker was at."""
        config = self._session.config
        self._sent[number] = told.sent
        self._caller.sent = sum(self._sent.values())
        for ended in told.ended:
            if isinstance(ended, bool):
                self._caller.ended(self._session, failed=ended)
                continue
            for data in ended:
                report = config.hook.pytest_report_from_serializable(config=config, data=data)
                config.hook.pytest_runtest_logreport(report=report)

    def _has_ended(self, number: int, reason: str = "its worker has ended before it") -> None:
        """A worker is gone that was not told to: what it was at is an error of the suite, and the others go on."""
        member = self._members.pop(number)
        member.pipe.close()
        self._left_out += member.beside
        lost = [] if member.item is None else [member.item]
        if member.item is not None:
            self._turns.ended(member.item)
        for item in (self._all[self._sending[n]] for n in (*lost, *self._turns.lost(number))):
            if not self._run.signal:
                self._lost[item.plan_item.id] = reason
                report = pytest.TestReport(item.nodeid, item.location, {}, "failed", reason, "call")
                self._session.config.hook.pytest_runtest_logreport(report=report)

    def _judge_what_was_seen(self) -> None:
        """Bring together what the rules about every exchange have seen in each worker, and let one of them tell; and
        what the profile leaves out, where no item was begun with which it could be told."""
        rest = [*self._left_out, *self._observing]
        if not rest:
            return
        self._share(_Order.TELL_SEEN, _Order.ADD_SEEN, learners=1)
        if not self._members:
            return
        number = next(iter(self._members))
        self._tell(self._members[number], _Order.RUN, rest)
        if (told := self._received(number)) is not None:  # else they are left without a word, which the verdict knows
            self._report(number, told)

    def _share(self, tell: _Order, add: _Order, learners: int | None = None) -> None:
        """Have every worker tell something, and the first ``learners`` of them (else all) learn it from the others.
        Nothing is in flight."""
        told: dict[int, object] = {}
        for number, member in list(self._members.items()):
            self._tell(member, tell)
            if (answer := self._received(number)) is not None:
                told[number] = answer
        for learner, member in list(self._members.items())[:learners]:
            for number, what in told.items():
                if number != learner:
                    self._tell(member, add, what)

    def _write_down_lost(self) -> None:
        """What was lost with its worker is an error, in a part of the run of its own."""
        if self._lost and self._run.place is not None:
            with Writer(self._run.place.directory / "part-lost.jsonl.gz") as writer:
                for item, reason in self._lost.items():
                    writer.write(Outcome("error", 0, reason=reason).to_event(item))

    def _tell(self, member: _Member, order: _Order, what: object = None) -> None:
        with suppress(ConnectionError):  # it has ended, which shows when its answer is waited for
            member.pipe.send((order, what))

    def _dismiss(self) -> list[RestproofError | str]:
        """Let the workers end: what kept one from ending well. Whatever else they still tell is passed over."""
        for member in self._members.values():
            self._tell(member, _Order.END)
        words = []
        for member in self._members.values():
            with suppress(EOFError, ConnectionError):
                while True:
                    if isinstance(told := member.pipe.recv(), RestproofError | str):
                        words.append(told)
        for pid in self._pids:
            os.waitpid(pid, 0)
        self._pids.clear()
        return words


def _work(run: Run, worker: Worker, items: Sequence[RuleItem], orders: Connection) -> NoReturn:
    """The life of a worker: it runs what it is told to, by its number, until it is told to end."""
    run.worker = worker
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the controller says so
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    run.heard = Heard()  # its own: what the controller has heard is no word to it
    signal.signal(signal.SIGTERM, asked(run))
    try:
        # Asked to end, or the controller is gone: what is done is kept.
        with suppress(KeyboardInterrupt, EOFError, ConnectionError):
            run.promise = replace(run.promise, options=worker.handed.options)
            run.start()
            plan = [i.plan_item for i in items]
            part = run.open(plan, resting(plan))
            _serve(part.connection, items, orders)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        STOP.forget()
        run.close()
    except pytest.exit.Exception:
        caller = caller_of(items[0].config)
        orders.send(caller.error if caller else None)
    except RestproofError as error:
        orders.send(error)
    except BaseException:  # it would be lost with the process
        orders.send(traceback.format_exc())
    finally:
        os._exit(0)


def _ended(item: RuleItem) -> bool | Sequence[dict[str, Any]]:
    """Run an item, and how it has ended."""
    config, caller = item.config, caller_of(item.config)
    failed = None if caller is None else caller.run_plainly(item)
    if failed is not None:
        return failed
    reports = runtestprotocol(item, log=False, nextitem=None)
    return [config.hook.pytest_report_to_serializable(config=config, report=report) for report in reports]


def _serve(connection: RunConnection, items: Sequence[RuleItem], orders: Connection) -> None:
    while True:
        match orders.recv():
            case _Order.RUN, numbers:
                orders.send(_Told([_ended(items[number]) for number in numbers], connection.session.requests))
            case _Order.TELL_SEEN, _:
                orders.send(connection.watch.tally())
            case _Order.ADD_SEEN, told:
                connection.watch.add(told)
            case _Order.TELL_CREATES, _:
                orders.send(connection.runner.world.creates.tally())
            case _Order.ADD_CREATES, told:
                connection.runner.world.creates.add(told)
            case _:
                return
