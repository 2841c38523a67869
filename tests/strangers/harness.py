"""Runs of the suites in this process, against a server of other people's records."""

from __future__ import annotations

import importlib.util
import itertools
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from restproof.config import Target
from restproof.contract.load import load
from restproof.contract.model import Contract
from restproof.engine.items import Item, items_of
from restproof.engine.marks import proof_of
from restproof.engine.order import in_plan_order
from restproof.engine.register import is_binding
from restproof.engine.register import load as load_register
from restproof.engine.runner import Runner
from restproof.engine.subject import Subject
from restproof.engine.watch import Watch
from restproof.engine.world import World
from restproof.plan.bodies import Bodies
from restproof.plan.profile import PROFILES
from restproof.wire.hearsay import Hearsay
from restproof.wire.ledger import Ledger, Origin
from restproof.wire.message import Exchange
from restproof.wire.ownership import Ownership
from restproof.wire.session import Outgoing, Permit, Session, Unrecorded
from restproof.wire.tidying import clean_up_all

from .server import CONTRACT, SCHEMAS, Server, listening

SUITES = Path(__file__).parents[2] / "suites"
SLOW = ("robust.latency", "protocol.keep-alive", "transport", "update.touches", "limit")
"""Rules that wait, or that speak below HTTP."""
_prefixes = itertools.count(1)


def write_contract(folder: Path, contract: str = CONTRACT) -> Path:
    """The contract of the strangers' server, as files under ``folder``."""
    place, schemas = folder / "contracts" / "strangers", folder / "schemas" / "strangers"
    for made in (place, schemas):
        made.mkdir(parents=True, exist_ok=True)
    (place / "contract.yaml").write_text(contract)
    for name, text in SCHEMAS.items():
        (schemas / name).write_text(text)
    return place


@cache
def suites() -> tuple[ModuleType, ...]:
    found = []
    for file in sorted(SUITES.glob("test_*.py")):
        spec = importlib.util.spec_from_file_location(f"strangers_{file.stem}", file)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        found.append(module)
    return tuple(found)


@dataclass
class Plan:
    """The items of a contract, in their order."""

    contract: Contract
    profile: str
    items: list[Item] = field(default_factory=list)
    bodies: dict[str, Bodies] = field(default_factory=dict)

    @classmethod
    def of(cls, contract: Contract, profile: str = "smoke") -> Plan:
        bodies = {r.name: Bodies(contract, r) for r in contract}
        register = load_register(SUITES / "requirements.yaml")
        tests = [t for m in suites() for t in vars(m).values() if callable(t) and proof_of(t) is not None]
        unique: dict[int, Callable[..., Any]] = {id(t): t for t in tests}
        items = [
            i
            for t in unique.values()
            if (rule := proof_of(t)) is not None
            and is_binding(register[rule.requirement], contract)
            and not rule.requirement.startswith(SLOW)
            for i in items_of(rule, t, contract, PROFILES[profile], bodies)
        ]
        return cls(contract, profile, in_plan_order(items, register), bodies)


class Sink:
    """Takes the events of a run and keeps none."""

    def write(self, event: Any) -> None:
        """Forgets the event."""


@dataclass
class Told:
    """How a run ended: its outcomes, their reasons, and what clean-up said."""

    outcomes: Counter[str]
    reasons: Counter[str]
    deleted: int
    left: list[str]
    requests: int


class Killed(BaseException):
    """The process is no more."""


class Mortal(Session):
    """A session whose process is killed at some request: before it leaves, or when its answer is there and nothing has
    come of it yet."""

    killed_at: int | None = None

    def _attempt(self, permit: Permit, outgoing: Outgoing, attempt: int) -> Exchange:
        if self.requests == self.killed_at and self.requests % 2:
            raise Killed
        exchange = super()._attempt(permit, outgoing, attempt)
        if self.requests == self.killed_at:
            raise Killed
        return exchange


@dataclass
class Run:
    """One run that has begun, or the part of it that one worker has."""

    runner: Runner
    session: Mortal
    ledger: Ledger
    guard: Ownership

    def items(self, items: Iterable[Item]) -> Iterator[tuple[str, str | None]]:
        for item in items:
            try:
                outcome = self.runner.run(item)
            except Exception as error:  # as the plugin does
                self.runner.failed(item, error)
                yield "error", f"{item.id}: {error!r}"
            else:
                yield outcome.outcome, outcome.reason


def begin(
    plan: Plan,
    url: str,
    folder: Path,
    *,
    worker: int = 0,
    prefix: str = "",
    ids: dict[str, int | str] | None = None,
    credentials: dict[str, str] | None = None,
    common: Path | None = None,
    forbid: frozenset[str] = frozenset(),
) -> Run:
    """A run at ``url``, or the part of it that one worker has; its ledger lies in ``folder``. ``common``: the file by
    which its workers tell each other what they have seen."""
    target = Target("strangers", url, credentials=credentials or {}, ids=ids or {}, forbid=forbid)
    prefix = prefix or f"rp{next(_prefixes):06}"
    origin = Origin(prefix=prefix, base_url=url, contract=str(plan.contract.path), target=url)
    ledger = Ledger(folder / f"run-{prefix}-{worker}.jsonl", origin)
    guard = Ownership(plan.contract, target, ledger, prefix, clock=time.monotonic, hearsay=Hearsay(common))
    session = Mortal(target, plan.contract, Unrecorded(), timeout=5, sleep=lambda _: None, guard=guard)
    sink = Sink()
    watch = Watch(sink)
    world = World(
        plan.contract,
        target,
        session,
        prefix,
        PROFILES[plan.profile],
        watch.observe,
        plan.bodies,
        Subject,
        first_number=worker * 1_000_000,
    )
    watch.take(plan.items)
    return Run(Runner(sink, 1, world, watch), session, ledger, guard)


def run(
    plan: Plan,
    server: Server,
    folder: Path,
    *,
    workers: int = 1,
    killed_at: int | None = None,
    **target: Any,
) -> Told:
    """A whole run with its clean-up. Several workers take turns, an item each. ``target``: its ids and credentials.
    ``killed_at``: the number of requests after which it is no more, and another process cleans up by the ledgers."""
    with listening(server) as url:
        prefix = f"rp{next(_prefixes):06}"
        target |= {"prefix": prefix, "common": folder / f"{prefix}.hearsay" if workers > 1 else None}
        first = begin(plan, url, folder, **target)
        begun = [first, *(begin(plan, url, folder, worker=n, **target) for n in range(1, workers))]
        ended: list[tuple[str, str | None]] = []
        with suppress(Killed):
            for part in begun:
                part.session.killed_at = killed_at
            for each in itertools.zip_longest(*(part.items(plan.items[n::workers]) for n, part in enumerate(begun))):
                ended += [one for one in each if one is not None]
            for part in begun:
                part.guard.close()
        for part in begun:
            part.ledger.close()
            part.session.close()
        ledgers = [Ledger(part.ledger.path) for part in begun]
        with Session(first.session.target, plan.contract, Unrecorded(), timeout=5, sleep=lambda _: None) as session:
            deleted, left = clean_up_all(ledgers, session, plan.contract, prefix)
    return Told(
        Counter(outcome for outcome, _ in ended),
        Counter(reason for _, reason in ended if reason),
        deleted,
        left,
        sum(part.session.requests for part in begun),
    )


@cache
def _loaded(folder: Path) -> Contract:
    return load(write_contract(folder))


def plan_in(folder: Path, profile: str = "smoke") -> Plan:
    return Plan.of(_loaded(folder), profile)
