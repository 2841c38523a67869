"""A session's run: from the promise to the run file and its reports. The plugin drives it; nothing in it is a hook."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from restproof.session.options import Options
from restproof.version import __version__

if TYPE_CHECKING:
    import pytest

    from restproof.engine.register import Requirement
    from restproof.session.live import Promise

PARTS = "part-*.jsonl.gz"
"""What the workers of pytest-xdist write, each its part of the run."""
WORKER_INPUT = "restproof"
"""The key of what the controller tells a worker, and a worker the controller at its end."""


class Run:
    """A session's run of the suites, from collection to report."""

    def __init__(self, config: pytest.Config, options: Options, register: Path, promise: Promise | None = None) -> None:
        from restproof.bundle import suites_of
        from restproof.engine.register import load_all, unknown_names
        from restproof.plan.bodies import Bodies
        from restproof.plan.profile import PROFILES
        from restproof.session.live import now, promised, run_directory

        self.config = config
        self.promise = promise or promised(options, Path.cwd())
        self.options = self.promise.options
        self.contract = self.promise.contract
        self.profile = PROFILES[self.options.profile]
        self.bodies = {r.name: Bodies(self.contract, r) for r in self.contract}
        self.known = load_all(suites_of(self.promise.config.root))
        self.register: dict[str, Requirement] = {}
        self._admitted: dict[Path, dict[str, Requirement]] = {}
        self.admit(register)
        for error in unknown_names(self.contract, {**self.known, **self.register}):
            raise error
        self.worker: Mapping[str, Any] | None = getattr(config, "workerinput", None)
        self.started = now()
        self.directory = run_directory(self.options, self.promise.config, Path.cwd(), self.started)
        self.signal: str | None = None
        self.verdict: Any = None
        self.comparison: Any = None
        self._baseline: Any = None
        self.drifts = False
        self.live: Any = None
        self.tested: set[str] = set()
        self.worker_pids: list[int] = []
        self.tallies: list[dict[str, Any]] = []
        self.prefix = ""
        self._deviations: list[dict[str, Any]] = []
        self._marks: set[str] = set()
        self.narrowed = False
        self._session: Any = None
        self._writer: Any = None
        self.runner: Any = None
        self.world: Any = None
        self._clean: tuple[int, list[str]] = (0, [])

    # ------------------------------------------------------------- the plan

    def admit(self, register: Path) -> Mapping[str, Requirement]:
        """Take a register into the run, the bundled one before a user's own, and give its entries. Raises
        ``ConfigurationError`` where it is broken."""
        from restproof.bundle import REGISTER, bundled_suites, is_bundled
        from restproof.engine.register import load

        if register not in self._admitted:
            bundled = is_bundled(register.parent)
            found = load(register) if bundled else load(register, load(bundled_suites() / REGISTER))
            self._admitted[register] = found
            self.register = {**found, **self.register} if bundled else {**self.register, **found}
        return self._admitted[register]

    def declare_mark(self, name: str) -> None:
        """Let pytest know a mark that the register or the contract brings (families, levels, operations, resources)."""
        if name not in self._marks:
            self._marks.add(name)
            self.config.addinivalue_line("markers", f"{name}: of the register or the contract")

    def selected(self, item: Any) -> bool:
        """Whether the options leave the item in."""
        options = self.options
        name = item.proof.requirement
        if options.only and not any(name == o or name.startswith(f"{o.removesuffix('.*')}.") for o in options.only):
            return False
        if options.resource and (item.resource is None or item.resource.name not in options.resource):
            return False
        if options.case and item.id not in (options.case, options.case.rpartition("#")[0]):
            return False
        return self.promise.stubbed is None or not self.promise.stubbed.leaves_out(item)

    @property
    def recorded(self) -> Mapping[str, int]:
        """The number of cases of each item that the recording holds which answers; nothing for a live run."""
        return self.promise.stubbed.counts if self.promise.stubbed else {}

    # ------------------------------------------------------------- the target

    def start(self) -> None:
        """Reach the target; only then is anything written."""
        from restproof.config import Target
        from restproof.session.live import Live, claimed

        if self.worker is not None:
            handed = self.worker[WORKER_INPUT]
            self._target = Target(
                **{
                    **handed["target"],
                    "ca_bundle": handed["target"]["ca_bundle"] and Path(handed["target"]["ca_bundle"]),
                }
            )
            self.prefix = handed["prefix"]
            self.directory = Path(handed["directory"])
            self._deviations = handed["deviations"]
        else:
            if self.options.baseline:
                # Read before anything is sent or written: it may lie where this run lands.
                from restproof.compare.earlier import judged

                self._baseline = judged(Path(self.options.baseline))
            if self.options.against:
                from restproof.session.stubbed import recorded_before

                self._baseline = recorded_before(self.options, self.promise.contract_path, Path.cwd())
            self.live = self.promise.stubbed or Live(self.promise)
            self._target, self.prefix = self.live.target, self.live.prefix
            self._deviations = self._declared()
            if self.options.out:
                self.directory.mkdir(parents=True, exist_ok=True)
            else:
                self.directory = claimed(self.directory)
            for part in self.directory.glob(PARTS):  # of a run that was killed here
                part.unlink()

    def hand_over(self) -> dict[str, Any]:
        """What a worker needs to take part. It travels over the pipe to the worker, never to disk."""
        target = self._target
        return {
            "options": asdict(self.options),
            "target": {
                "name": target.name,
                "base_url": target.base_url,
                "kind": target.kind,
                "credentials": dict(target.credentials),
                "ids": dict(target.ids),
                "ca_bundle": str(target.ca_bundle) if target.ca_bundle else None,
                "rate": target.rate,
                "timeout": target.timeout,
                "forbid": frozenset(target.forbid),
            },
            "prefix": self.prefix,
            "directory": str(self.directory),
            "deviations": self._deviations,
        }

    def open(self, items: list[Any]) -> None:
        """Open this process's part of the run, and announce its items."""
        from restproof.engine.keep import Kept
        from restproof.engine.runner import Runner
        from restproof.engine.subject import Subject
        from restproof.engine.world import World
        from restproof.record.writer import Writer
        from restproof.wire.ledger import Ledger, Origin
        from restproof.wire.message import Exchange, to_event
        from restproof.wire.ownership import Ownership
        from restproof.wire.session import Session

        worker = self.config.workerinput["workerid"] if self.worker is not None else None  # type: ignore[attr-defined]
        path = self.directory / (f"part-{worker}.jsonl.gz" if worker else "run.jsonl.gz")
        writer = self._writer = Writer(path)
        if worker is None:
            writer.write(self.header())
        for item in items:
            writer.write(
                {
                    "event": "item",
                    "item": item.plan_item.id,
                    "requirement": item.plan_item.proof.requirement,
                    "resource": item.plan_item.resource.name if item.plan_item.resource else None,
                    "operation": item.plan_item.operation,
                    "nodeid": item.nodeid,
                    "cost": item.plan_item.cost,
                    "cases": item.plan_item.count,
                }
            )

        class Tape:
            def exchange(self, exchange: Exchange) -> None:
                writer.write(to_event(exchange))

            def note(self, kind: str, message: str, started: float) -> None:
                writer.write({"event": "note", "kind": kind, "message": message, "started": round(started, 6)})

        options, target = self.options, self._target
        if target.kind == "stubs":
            self._session, self._ledger, self.runner = self.live.open(self, writer, Tape())
            self.runner.watch(i.plan_item for i in items if i.plan_item.proof.observes)
            return
        name = f"{self.started:%Y%m%dT%H%M%SZ}-{self.prefix}-{os.getpid()}.jsonl"
        origin = Origin(str(self.promise.contract_path), target.name, target.base_url, target.kind, self.prefix)
        self._ledger = Ledger(self.promise.config.root / ".restproof" / name, origin)
        self._session = Session(
            target,
            self.contract,
            Tape(),
            rate=options.rate,
            max_requests=options.max_requests,
            read_only=options.read_only,
            max_wait=options.max_wait,
            guard=Ownership(
                self.contract,
                target,
                self._ledger,
                self.prefix,
                clock=time.monotonic,
                # A replay has no guard of its own: it leaves out what this run left out.
                refused=lambda name, reason: writer.write({"event": "value", "name": name, "value": reason}),
            ),
        )
        self.runner = Runner(writer, options.seed)
        self.world = World(
            self.contract,
            target,
            self._session,
            self.prefix,
            self.profile,
            self.runner.observe,
            self.bodies,
            Subject,
            first_number=(int(worker.removeprefix("gw")) + 1) * 1_000_000 if worker else 0,
            keeper=Kept(writer),
        )
        self.runner.world = self.world
        self.runner.watch(i.plan_item for i in items if i.plan_item.proof.observes)

    def close(self) -> None:
        """Tidy up after this process's part; in the controller: end the run file and write the reports."""
        from restproof.wire.cleanup import clean_up

        if self._session is not None:
            if self._target.kind in ("sandbox", "stubs"):
                # The sandbox ends with the run and takes everything with it; a recording is no server at all.
                self._ledger.remove()
            else:
                self._clean = clean_up(self._ledger, self._session, self.contract, self.prefix)
                self._ledger.close()
            self._session.close()
        if self._writer is not None:
            if self.worker is None:
                self._writer.write(self.footer(self._session.requests))
            self._writer.close()

    def finish(self, exit_status: int) -> None:
        """Join the parts of the workers, write the reports and judge."""
        from restproof.compare.earlier import previous
        from restproof.record.reader import read_header
        from restproof.record.stream import lines
        from restproof.record.writer import join
        from restproof.report.write import write_all
        from restproof.session.live import point_latest

        path = self.directory / "run.jsonl.gz"
        parts = sorted(self.directory.glob(PARTS))
        if parts:
            # A worker that was interrupted may not have told how many it sent.
            requests = sum(event["event"] == "exchange" for part in parts for _, event in lines(part, partial=True))
            self.narrowed = self.narrowed or any(tally["narrowed"] for tally in self.tallies)
            self._clean = (sum(t["deleted"] for t in self.tallies), [line for t in self.tallies for line in t["left"]])
            join(parts, path, self.header(), self.footer(requests))
            for part in parts:
                part.unlink()
        if not path.exists():
            with suppress(OSError):
                self.directory.rmdir()
            return
        earlier = self._baseline
        if earlier is None and not self.options.out:
            earlier = previous(read_header(path), self.directory.parent, self.directory)
        shapes = self.options.against is not None
        written = write_all(path, self.directory, earlier, self.options.evidence, shapes=shapes)
        self.verdict, self.comparison = written.verdict, written.comparison
        self.drifts = shapes and written.comparison is not None and bool(written.comparison.new_failures)
        if not self.options.out:
            point_latest(self.directory)

    def tally(self) -> dict[str, Any]:
        """What a worker tells the controller at its end."""
        deleted, left = self._clean
        return {"deleted": deleted, "left": left, "narrowed": self.narrowed}

    # ------------------------------------------------------------- the run file

    def header(self) -> dict[str, Any]:
        from restproof.session.heading import contract_part, requirements_part
        from restproof.session.live import target_header

        contract = self.contract
        return {
            "event": "header",
            "format": 1,
            "restproof": __version__,
            "contract": contract_part(contract, self.promise.contract_path),
            "target": target_header(self._target),
            "profile": self.profile.name,
            "seed": self.options.seed,
            "prefix": self.prefix,
            "started": f"{self.started:%Y-%m-%dT%H:%M:%SZ}",
            "fail_on": self.options.fail_on,
            "max_wait": self.options.max_wait,
            "selection": self.selection(),
            "requirements": requirements_part(self.register, contract),
            "deviations": self._deviations,
        }

    def selection(self) -> dict[str, Any]:
        found = {**(self.promise.stubbed.selection if self.promise.stubbed else {}), **self.options.selection}
        for name in ("keyword", "markexpr"):
            value = self.config.getoption(name, "")
            if value:
                found[name] = value
        if self.narrowed and not found:
            found["selected_tests"] = True
        return found

    def is_declared(self, item: Any, finding: Any) -> bool:
        """Whether a declared deviation describes this finding. The verdict has the last word on expiry."""
        from restproof.record.build import deviation

        resource = item.resource.name if item.resource else None
        return any(
            d.is_about(item.rule.requirement, resource, item.operation)
            and d.describes(finding.field, finding.kind, finding.expected, finding.actual)
            for d in map(deviation, self._deviations)
        )

    def _declared(self) -> list[dict[str, Any]]:
        from restproof.deviations import load_deviations

        if self.promise.stubbed is not None and not self.options.deviations:
            return self.promise.stubbed.deviations
        chosen = self.options.deviations or self._target.deviations
        return load_deviations(Path(chosen)) if chosen else []

    def footer(self, requests: int) -> dict[str, Any]:
        from restproof.session.live import now

        finished = now()
        return {
            "event": "footer",
            "finished": f"{finished:%Y-%m-%dT%H:%M:%SZ}",
            "duration": round((finished - self.started).total_seconds(), 3),
            "requests": requests,
            "complete": not self.selection() and self.signal is None,
            "interrupted": self.signal,
            "cleanup": {"deleted": self._clean[0], "left": self._clean[1]},
        }
