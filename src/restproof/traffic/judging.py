"""Recorded traffic → a run file: the rules about every exchange of the suites, and those that a history shows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from restproof.bundle import is_bundled
from restproof.contract.model import Contract
from restproof.engine.items import Item, items_of
from restproof.engine.keep import EventSink
from restproof.engine.loading import tests_of
from restproof.engine.order import in_plan_order
from restproof.engine.outcome import Outcome
from restproof.engine.register import Requirement, is_binding
from restproof.engine.reply import Reply
from restproof.engine.watch import Watch, parameters_of
from restproof.errors import RestproofError
from restproof.oracle.asked import Reason
from restproof.oracle.check import Check
from restproof.oracle.finding import Finding
from restproof.oracle.seen import Seen
from restproof.oracle.traffic import Judge
from restproof.plan.bodies import Bodies
from restproof.plan.profile import PROFILES
from restproof.session.folder import now
from restproof.session.heading import contract_part, requirements_part
from restproof.traffic.placing import GATEWAY, HIDDEN, Matched
from restproof.version import __version__
from restproof.wire.message import to_event

UNSEEN = "not observable in this traffic"
_LONGEST_URI = 8000
"""Octets that every server should read (RFC 9110 §4.1); a longer URI may be answered by whoever stands before it."""
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "QUERY"})
"""Methods that are told apart by applications; another may be refused by whoever stands before them."""
_MOST_ALIKE = 3


def items_under(
    folders: Iterable[Path], contract: Contract, register: Mapping[str, Requirement]
) -> list[tuple[Item, str]]:
    """The items of folders of suites under a contract, in the order of the plan, each with its pytest id. Raises
    ``RestproofError`` where a suite cannot be loaded."""
    bodies = {r.name: Bodies(contract, r) for r in contract}
    found: dict[int, tuple[Item, str]] = {}
    for file in (file for folder in folders for file in sorted(folder.glob("test_*.py"))):
        module = file.name if is_bundled(file.parent) else f"{file.parent.name}/{file.name}"
        for name, test, proof in tests_of(file):
            if proof.requirement not in register:
                raise RestproofError(f"{file}: {name} names {proof.requirement!r}, which is no entry of the register")
            for item in items_of(proof, test, contract, PROFILES["smoke"], bodies):
                found[id(item)] = item, f"{module}::{name}[{item.label}]"
    return [found[id(item)] for item in in_plan_order((i for i, _ in found.values()), register)]


class Judging:
    """Judges matched traffic and writes the run file, event by event."""

    def __init__(
        self, contract: Contract, register: Mapping[str, Requirement], items: list[tuple[Item, str]], writer: EventSink
    ) -> None:
        self._contract = contract
        self._register = register
        self._items = items
        self._writer = writer
        self._observers = _Observers([i for i, _ in items if i.proof.observes and self._binds(i)], writer)
        self._places: dict[tuple[str, str, str], Item] = {}
        for item, _ in items:
            if item.resource is not None and not item.proof.observes:
                self._places[item.proof.requirement, item.resource.name, str(item.operation)] = item
                self._places.setdefault((item.proof.requirement, item.resource.name, ""), item)
        self._cases: Counter[str] = Counter()
        self._failed: set[str] = set()
        self._alike: Counter[tuple[Any, ...]] = Counter()
        self._judge = Judge(contract)

    def _binds(self, item: Item) -> bool:
        return is_binding(self._register[item.proof.requirement], self._contract)

    def run(self, matched: Matched) -> None:
        """Write items, exchanges, findings and outcomes. Empties ``matched.seen``: what has been judged is not kept."""
        for item, nodeid in self._items:
            self._writer.write(
                {
                    "event": "item",
                    "item": item.id,
                    "requirement": item.proof.requirement,
                    "resource": item.resource.name if item.resource else None,
                    "operation": item.operation,
                    "nodeid": nodeid,
                    "cost": 0,
                }
            )
        for note in matched.notes:
            self._writer.write({"event": "note", "kind": "traffic", "message": note, "started": 0.0})
        self.take(matched)
        self._outcomes()

    def take(self, matched: Matched) -> None:
        """Write exchanges, and what is found in them. Empties ``matched.seen``."""
        self._judge.credentials_shown = matched.credentials_shown
        matched.seen.reverse()
        while matched.seen:
            seen = matched.seen.pop()
            self._writer.write(to_event(seen.exchange))
            as_sent = "request" not in seen.lacks
            reasons = self._judge.reasons(seen) if as_sent else None
            self._observers.observe(seen, reasons, matched)
            for check in self._judge.judge(seen, reasons) if as_sent else ():
                self._note(check)

    def _note(self, check: Check) -> None:
        item = self._places.get((check.requirement, check.resource, check.operation))
        item = item or self._places.get((check.requirement, check.resource, ""))
        if item is None or not self._binds(item):
            return
        self._cases[item.id] += 1
        if check.finding is not None:
            self._failed.add(item.id)
            key = (item.id, *_sort(check.finding))
            self._alike[key] += 1
            if self._alike[key] <= _MOST_ALIKE:
                self._writer.write(check.finding.to_event(item.id, None))

    def _outcomes(self) -> None:
        for item, _ in self._items:
            if not self._binds(item):
                self._write_outcome(item, "not applicable", 0, "the contract does not declare this policy")
            elif item.proof.observes:
                self._observers.close(item)
            elif not self._cases[item.id]:
                self._write_outcome(item, "not tested", 0, UNSEEN)
            else:
                self._write_outcome(item, "fail" if item.id in self._failed else "pass", self._cases[item.id], None)

    def _write_outcome(self, item: Item, outcome: str, cases: int, reason: str | None) -> None:
        self._writer.write(Outcome(outcome, cases, reason=reason).to_event(item.id))


class _Observers:
    """The rules about every exchange, each fed with what it can judge of a recording."""

    def __init__(self, items: list[Item], writer: EventSink) -> None:
        self._writer = writer
        self._watches: dict[str, Watch] = {}
        self._of: dict[str, Watch] = {}
        for kind in ("status", "retries", "headers", "content", "case"):
            watch = self._watches[kind] = Watch(writer)
            own = [i for i in items if _needs(i) == kind]
            watch.take(own)
            self._of.update({i.id: watch for i in own})

    def close(self, item: Item) -> None:
        """Write the item's outcome."""
        self._writer.write(self._of[item.id].outcome_of(item).to_event(item.id))

    def observe(self, seen: Seen, reasons: tuple[Reason, ...] | None, matched: Matched) -> None:
        """Let the rules judge one exchange, as far as the recording holds it."""
        if len(seen.exchange.url) > _LONGEST_URI or seen.exchange.request.method not in _METHODS:
            return
        reply = _reply(seen, steady=seen.n in matched.alone)
        if seen.exchange.response is None:
            # Browsers abort requests for reasons of their own; only a server that was too slow is at fault.
            if re.search(r"(?i)time.?d?.?out", seen.exchange.error or ""):
                self._watches["status"].observe(reply)
            return
        if seen.status in GATEWAY:
            # Nobody knows whether it would have passed, unless it was sent again.
            if seen.n in matched.again and seen.n not in matched.retried:
                self._watches["status"].observe(reply)
                self._watches["retries"].observe(reply)
            return
        self._watches["status"].observe(reply)
        if seen.n in matched.again:
            self._watches["retries"].observe(reply)
        if "headers" not in seen.lacks:
            self._watches["headers"].observe(reply)
        if "response body" in seen.lacks or ("headers" in seen.lacks and not reply.exchange.header("Content-Type")):
            return
        self._watches["content"].observe(reply)
        only = reasons[0] if reasons is not None and len(reasons) == 1 else None
        if only is not None and only.field is not None and seen.status in seen.resource.status(only.case):
            watch = self._watches["case"]
            watch.inputs = {"field": only.field, "status": only.case, "body": seen.fields}
            watch.observe(reply)


def _needs(item: Item) -> str:
    """What the item's test has to know: what an answer shows of it, or the ``case`` that it belongs to."""
    return "case" if "case" in parameters_of(item.test, required=True) else item.proof.reads


def _reply(seen: Seen, *, steady: bool) -> Reply:
    """The exchange as the suites see one. Where others were under way, or nobody knows whose it is, it counts as
    nobody's: what goes down from one exchange to the next can then not be said."""
    exchange = seen.exchange
    if not steady or exchange.credential == HIDDEN:
        exchange = replace(exchange, credential=None)
    resource, id = seen.resource, seen.route.id
    asked: Any = int(id) if id and resource.id.type == "integer" and id.isascii() and id.isdecimal() else id
    return Reply(exchange, seen.contract, resource, seen.told_as, dict(seen.scope), seen.fields, asked)


def _sort(finding: Finding) -> tuple[str, str, str, str | None]:
    return finding.kind, finding.expected, finding.actual, finding.field


def header(
    contract: Contract,
    contract_path: Path,
    register: Mapping[str, Requirement],
    matched: Matched,
    *,
    traffic: str,
    fail_on: str,
    deviations: list[dict[str, Any]],
) -> dict[str, Any]:
    """The header of the run file; ``traffic``: the name of the file that was judged."""
    return {
        "event": "header",
        "format": 1,
        "restproof": __version__,
        "contract": contract_part(contract, contract_path),
        "target": {"name": matched.base.partition("://")[2], "base_url": matched.base, "kind": "traffic"},
        "profile": "traffic",
        "seed": 0,
        "prefix": "",
        "started": f"{now():%Y-%m-%dT%H:%M:%SZ}",
        "fail_on": fail_on,
        "selection": {"traffic": traffic},
        "requirements": requirements_part(register, contract),
        "deviations": deviations,
    }


def footer(matched: Matched, requests: int) -> dict[str, Any]:
    """The footer: traffic never shows all that a run would, so it is not complete."""
    return {
        "event": "footer",
        "finished": f"{now():%Y-%m-%dT%H:%M:%SZ}",
        "duration": round(matched.span, 3),
        "requests": requests,
        "complete": False,
        "interrupted": None,
        "cleanup": None,
    }
