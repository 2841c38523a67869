"""Runs items: inputs in, exchanges and findings out."""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any, Protocol

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from restproof.contract.model import Resource
from restproof.oracle.finding import Finding
from restproof.suite.failure import CaseFailed, NotTested, SetUpFailed
from restproof.suite.items import Item
from restproof.suite.reply import Reply
from restproof.suite.subject import Subject
from restproof.suite.world import World

_MOST_SILENT = 3
_MOST_ALIKE = 3
_PARAMETERS = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


class EventSink(Protocol):
    """Takes events of the run file."""

    def write(self, event: Mapping[str, Any]) -> None: ...


@dataclass
class Outcome:
    """How an item ended."""

    outcome: str
    cases: int
    findings: list[Finding] = field(default_factory=list)
    reason: str | None = None


@dataclass
class _Seen:
    cases: int = 0
    findings: list[Finding] = field(default_factory=list)
    memory: dict[Any, Any] = field(default_factory=dict)
    told: dict[tuple[str, str, str, str | None], int] = field(default_factory=dict)


class Runner:
    """Runs the items of one worker against ``world``, and tells ``sink`` of cases, findings and outcomes."""

    def __init__(self, sink: EventSink, seed: int) -> None:
        self.sink = sink
        self.seed = seed
        self.world: World
        self._inputs: Mapping[str, Any] = {}
        self._by_place: dict[tuple[str, str], list[tuple[Item, _Seen]]] = {}
        self._seen: dict[str, _Seen] = {}

    def watch(self, items: Iterable[Item]) -> None:
        """Items that judge every exchange."""
        for item in items:
            seen = self._seen[item.id] = _Seen()
            assert item.resource is not None and item.operation is not None
            self._by_place.setdefault((item.resource.name, item.operation), []).append((item, seen))

    def observe(self, reply: Reply) -> None:
        """Let every observing rule judge one exchange."""
        place = (reply.resource.name, reply.operation)
        if place not in self._by_place:
            # A request that the contract has no operation for is told with the resource's first one.
            place = (reply.resource.name, reply.resource.operations[0])
        for item, seen in self._by_place.get(place, ()):
            seen.cases += 1
            try:
                item.test(
                    **{
                        n: v
                        for n, v in {"reply": reply, "memory": seen.memory, "case": self._inputs}.items()
                        if n in _parameters(item.test)
                    }
                )
            except CaseFailed as failure:
                finding = failure.finding
                key = (finding.kind, finding.expected, finding.actual, finding.field)
                seen.told[key] = seen.told.get(key, 0) + 1
                if seen.told[key] <= _MOST_ALIKE:
                    seen.findings.append(finding)
                    self.sink.write(finding.to_event(item.id, reply.exchange.about.case))

    def run(self, item: Item) -> Outcome:
        """Run one item and write its outcome."""
        if item.rule.observes:
            seen = self._seen[item.id]
            outcome = Outcome("fail" if seen.findings else "pass", seen.cases, seen.findings)
            if not seen.cases:
                outcome = Outcome("not tested", 0, reason="no such exchange in this run")
        elif item.cases is None:
            outcome = self._drawn(item)
        else:
            outcome = self._enumerated(item)
        self.sink.write(
            {
                "event": "outcome",
                "item": item.id,
                "outcome": outcome.outcome,
                "cases": outcome.cases,
                "reason": outcome.reason,
            }
        )
        return outcome

    def failed(self, item: Item, error: BaseException) -> None:
        """Write down that the suite itself broke."""
        self.sink.write(
            {
                "event": "outcome",
                "item": item.id,
                "outcome": "error",
                "cases": 0,
                "reason": f"{type(error).__name__}: {error}",
            }
        )

    # ------------------------------------------------------------------- inside

    def _case(self, item: Item, number: int, inputs: Mapping[str, Any]) -> str:
        """Run one case; returns its id. Raises what the test raises."""
        name = f"{item.id}#{number}"
        self.sink.write({"event": "case", "item": item.id, "case": name, "input": dict(inputs)})
        self._inputs = inputs
        resource = item.resource or _any(self.world)
        subject = Subject(self.world, resource, token=self.world.next_token(), item=item.id, case=name)
        offered = {
            "resource": subject,
            "operation": item.operation,
            "contract": item.contract,
            "world": self.world,
            **inputs,
        }
        wanted = _parameters(item.test)
        item.test(**{name: value for name, value in offered.items() if name in wanted})
        return name

    def _enumerated(self, item: Item) -> Outcome:
        findings: list[Finding] = []
        silent = done = 0
        for number, inputs in enumerate(item.cases or (), start=1):
            try:
                self._case(item, number, inputs)
            except CaseFailed as failure:
                findings.append(failure.finding)
                self.sink.write(failure.finding.to_event(item.id, f"{item.id}#{number}"))
                silent += failure.finding.kind == "no answer"
            except SetUpFailed as failure:
                if not findings:
                    return Outcome("blocked", done, reason=str(failure))
                break
            except NotTested as reason:
                if not findings and not done:
                    return Outcome("not tested", done, reason=str(reason))
                if not findings:
                    return Outcome("not tested", done, reason=f"{reason} (after {done} of {item.count} cases)")
                break
            done += 1
            if silent >= _MOST_SILENT:
                break
        return Outcome("fail" if findings else "pass", done, findings)

    def _drawn(self, item: Item) -> Outcome:
        """Run a property. Shrinking is bounded: once the property has failed, at most as many further cases are sent
        as it has examples; after
        that an input that was not sent yet counts as passing, and one that was sent gives what it gave."""
        known: dict[str, CaseFailed | None] = {}
        last: list[tuple[str, CaseFailed]] = []
        count = [0, 0]  # cases sent, cases sent since the first failure

        def once(inputs: dict[str, Any]) -> None:
            if stopped:
                return
            key = json.dumps(inputs, sort_keys=True, default=str)
            if key not in known:
                if last and count[1] >= item.examples:
                    return
                count[0] += 1
                count[1] += bool(last)
                try:
                    self._case(item, count[0], inputs)
                    known[key] = None
                except CaseFailed as failure:
                    known[key] = failure
                    last.append((f"{item.id}#{count[0]}", failure))
                    sent[key] = last[-1]
                except (SetUpFailed, NotTested) as reason:
                    stopped.append(reason)
                    return
            found = known[key]
            if found is not None:
                last.append(sent[key])
                raise found

        sent: dict[str, tuple[str, CaseFailed]] = {}
        stopped: list[SetUpFailed | NotTested] = []
        arguments = st.fixed_dictionaries({name: draw(item.field) for name, draw in item.rule.draw.items()})
        property_ = given(arguments)(once)
        property_ = settings(
            max_examples=item.examples,
            database=None,
            deadline=None,
            derandomize=False,
            report_multiple_bugs=False,
            print_blob=False,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        )(property_)
        property_ = seed(_seed_of(self.seed, item.id))(property_)
        try:
            property_()
        except CaseFailed as failure:
            name = next((case for case, found in reversed(last) if found is failure), last[-1][0])
            self.sink.write(failure.finding.to_event(item.id, name))
            return Outcome("fail", count[0], [failure.finding])
        if stopped:
            return Outcome(
                "blocked" if isinstance(stopped[0], SetUpFailed) else "not tested", count[0], reason=str(stopped[0])
            )
        return Outcome("pass", count[0])


def _any(world: World) -> Resource:
    """A resource to speak to the server about: the first that can be listed or read."""
    found = [r for r in world.contract if r.supports("list")] or [r for r in world.contract if r.supports("read")]
    return (found or list(world.contract))[0]


def _seed_of(seed: int, item: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{seed}:{item}".encode()).digest()[:8], "big")


@cache
def _parameters(test: Callable[..., Any]) -> set[str]:
    test = test.func if isinstance(test, partial) else test
    return {name for name, p in inspect.signature(test).parameters.items() if p.kind in _PARAMETERS}
