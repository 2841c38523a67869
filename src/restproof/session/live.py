"""A server as the endpoint of a run: the embedded sandbox or a configured one, reached, checked and left tidy."""

from __future__ import annotations

import os
import secrets
import time
from contextlib import suppress
from dataclasses import field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from restproof.config import Target
from restproof.contract.model import Contract
from restproof.engine.keep import EventSink, LiveKeeper
from restproof.engine.reply import Reply
from restproof.engine.runner import Runner
from restproof.engine.subject import Subject
from restproof.engine.watch import Watch
from restproof.engine.world import World
from restproof.errors import ConfigurationError
from restproof.frozen import frozen
from restproof.hooks import HookFailed, Hooks
from restproof.session.endpoint import Task, Tidied, prefix_from, prefix_of
from restproof.session.promise import Promise
from restproof.wire.ceilings import FILE_NAME as CEILINGS
from restproof.wire.ceilings import Ceilings
from restproof.wire.failure import NotSent
from restproof.wire.hearsay import FILE_NAME as HEARSAY
from restproof.wire.hearsay import Hearsay
from restproof.wire.ledger import Ledger, Origin
from restproof.wire.message import Exchange
from restproof.wire.obtain import opened, wallet_of
from restproof.wire.ownership import Ownership
from restproof.wire.pace import check_place, pace_of
from restproof.wire.session import Recorder, Session
from restproof.wire.sharing import Counter, Shared
from restproof.wire.tidying import clean_up, clean_up_all
from restproof.wire.unsent import refusal_as_json
from restproof.wire.wallet import Wallet
from restproof.wire.witness import WITNESS

if TYPE_CHECKING:
    from restproof.sandbox.launch import Running

LEDGERS = ".restproof"
"""The folder of the ledgers, beside the configuration."""
COMMON = (CEILINGS, f"{HEARSAY}*")
"""The files that the processes of a run share, in its folder, as patterns."""
_NUMBERS_EACH = 1_000_000
"""Numbers of tokens that each worker has for itself."""


def _ceilings(target: Target, task: Task) -> Ceilings:
    options = task.options
    return Ceilings(
        rate=target.rate,
        requests=options.max_requests,
        creates=options.max_creates,
        common=task.common and task.common / CEILINGS,
        paced={name: rate.interval for name, rate in task.contract.rates.items()},
        pace=pace_of(options.coordinate, target.base_url) if options.coordinate else None,
    )


class LiveConnection:
    """A session with a server, whose ledger holds what the items make."""

    def __init__(
        self, target: Target, prefix: str, task: Task, sink: EventSink, recorder: Recorder, wallet: Wallet, hooks: Hooks
    ) -> None:
        options = task.options
        name = f"{task.started:%Y%m%dT%H%M%SZ}-{prefix}-{os.getpid()}.jsonl"
        origin = Origin(str(task.contract_path), target.name, target.base_url, target.kind, prefix)
        self._target = target
        self._contract: Contract = task.contract
        self._prefix = prefix
        witness = WITNESS if target.kind == "live" else None  # a sandbox ends with the run
        self._ledger = Ledger(task.root / LEDGERS / name, origin, witness)
        self._is_worker = task.worker is not None
        ceilings = _ceilings(target, task)
        # What runs by itself is in the sandbox with nobody.
        self._hearsay = Hearsay(task.common / HEARSAY if task.common and target.kind != "sandbox" else None)
        self.session = Session(
            target,
            task.contract,
            recorder,
            ceilings=ceilings,
            read_only=options.read_only,
            max_wait=options.max_wait,
            wallet=wallet,
            hooks=hooks,
            epoch=task.epoch,
            guard=Ownership(
                task.contract,
                target,
                self._ledger,
                prefix,
                clock=time.monotonic,
                # A replay has no guard of its own: it leaves out what this run left out.
                refused=lambda name, reason: sink.write(
                    {"event": "value", "name": name, "value": refusal_as_json(reason)}
                ),
                failed=self._failed,
                ceilings=ceilings,
                hearsay=self._hearsay,
            ),
        )
        self.watch = Watch(sink)
        world = World(
            task.contract,
            target,
            self.session,
            prefix,
            task.profile,
            self.watch.observe,
            task.bodies,
            Subject,
            first_number=0 if task.worker is None else (task.worker + 1) * _NUMBERS_EACH,
            keeper=LiveKeeper(sink),
        )
        self.runner = Runner(sink, options.seed, world, self.watch)

    def _failed(self, look: Exchange) -> None:
        """Has a look at which the server fails judged as any request of the case that asked for it."""
        resource, operation = self._contract.resources[look.about.resource or ""], look.about.operation or "read"
        self.watch.observe(Reply(look, self._contract, resource, operation, {}))

    def close(self) -> Tidied:
        """Delete what the run has made, and end the session. A worker leaves that to the controller, which begins when
        nobody works any more: others may still refer to what this one has made."""
        try:
            self.session.guard.close()
            if self._target.kind == "sandbox":
                # The sandbox ends with the run and takes everything with it.
                self._ledger.remove()
                return Tidied()
            with suppress(NotSent, HookFailed):  # then nothing is known of it
                self.session.look_for_target()
            if (reason := self.session.presence.replaced) is not None:
                self._ledger.ended_elsewhere(reason)  # who cleans up after it has not seen that
            if self._is_worker:
                self._ledger.close()
                return Tidied()
            deleted, left = clean_up(self._ledger, self.session, self._contract, self._prefix)
            self._ledger.close()
            return Tidied(deleted, tuple(left))
        finally:
            self.session.close()
            self._hearsay.close()


@frozen
class LiveEndpoint:
    """A server that was reached. ``wallet``: its credentials; ``counter``: where workers ask for those that are
    obtained; ``own``: the server, where it is the run's own."""

    target: Target
    prefix: str
    wallet: Wallet
    hooks: Hooks = field(default_factory=Hooks)
    own: Running | None = None
    counter: Counter | None = None

    @classmethod
    def of_worker(
        cls, target: Target, prefix: str, shared: tuple[str, str] | None, hooks: Hooks | None = None
    ) -> LiveEndpoint:
        """The endpoint of a worker. ``shared``: address and key of the counter of the run, where it has one."""
        wallet = wallet_of(target) if shared is None else Shared(*shared)
        return cls(target, prefix, wallet, hooks or Hooks())

    @property
    def shared(self) -> tuple[str, str] | None:
        """Address and key of the counter."""
        return None if self.counter is None else (self.counter.address, self.counter.key)

    def connect(self, task: Task, sink: EventSink, recorder: Recorder) -> LiveConnection:
        return LiveConnection(self.target, self.prefix, task, sink, recorder, self.wallet, self.hooks)

    def tidy(
        self, contract: Contract, root: Path, recorder: Recorder, ends: float | None, epoch: float | None
    ) -> Tidied:
        """Delete what the workers of the run have made, by their ledgers under ``root``, those of workers that crashed
        among them."""
        ledgers = [Ledger(path) for path in sorted((root / LEDGERS).glob(f"*-{self.prefix}-*.jsonl"))]
        if self.target.kind == "sandbox":
            # It ends with the run; another run of the same seed has the same prefix, and its own sandbox.
            for ledger in ledgers:
                if not ledger.in_use():
                    ledger.remove()
            return Tidied()
        working = [ledger for ledger in ledgers if ledger.in_use()]
        with Session(self.target, contract, recorder, wallet=self.wallet, hooks=self.hooks, epoch=epoch) as session:
            session.ends = ends
            session.presence.is_known = True  # the workers have just spoken to it
            if reason := next((ledger.replaced for ledger in ledgers if ledger.replaced), ""):
                session.presence.changed(reason)
            deleted, left = clean_up_all([b for b in ledgers if b not in working], session, contract, self.prefix)
        left += [f"{b.path.name}: a worker has not ended; restproof cleanup deletes what it leaves" for b in working]
        return Tidied(deleted, tuple(left))

    def leave(self) -> None:
        if self.own is not None:
            self.own.leave()

    def close(self) -> None:
        if self.counter is not None:
            self.counter.close()
        if self.own is not None:
            self.own.stop()


def reach(promise: Promise) -> LiveEndpoint:
    """Start the embedded sandbox, or check that the configured target is there. Raises ``RestproofError``."""
    options, target = promise.options, promise.target
    if options.coordinate is not None:
        if options.rate is None and (target is None or target.rate is None):
            raise ConfigurationError(
                "--coordinate shares a rate, and there is none", hint="Give --rate N, or write rate for the target."
            )
        check_place(options.coordinate)
    if target is None:
        from restproof.sandbox.launch import start

        if promise.begun is not None:
            running = promise.begun.ready()
        else:
            running = start(promise.contract_path, tls=promise.contract.transport == "https", faults=options.faults)
        sandbox = Target(
            name="sandbox",
            base_url=running.base_url,
            kind="sandbox",
            rate=options.rate,
            credentials=running.credentials,
            ids=running.ids,
            ca_bundle=running.ca_bundle,
        )
        # The embedded sandbox starts empty, so the prefix may follow the seed: the same seed sends the same bytes.
        return LiveEndpoint(sandbox, prefix_of(options.seed), wallet_of(sandbox), promise.hooks, running)
    if options.faults:
        raise ConfigurationError(
            "--fault is for the embedded sandbox",
            hint="Leave out --target, or give the fault to restproof serve.",
        )
    from restproof.wire.preflight import check_target

    wallet = wallet_of(target, promise.contract.base_path)
    target = replace(opened(target, wallet), rate=options.rate or target.rate)
    check_target(target, promise.contract, wallet, promise.hooks)
    counter = Counter(wallet) if target.sources else None
    return LiveEndpoint(target, prefix_from(secrets.token_bytes(8)), wallet, promise.hooks, counter=counter)
