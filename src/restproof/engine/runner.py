"""Runs items: inputs in, exchanges and findings out."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any, Protocol

from restproof.contract.model import Resource
from restproof.engine.failure import CaseFailed, Inconclusive, NotTested, SetUpFailed
from restproof.engine.items import Item
from restproof.engine.property import Property, seed_of
from restproof.engine.reply import Reply
from restproof.engine.subject import Subject
from restproof.engine.world import World
from restproof.oracle.finding import Finding
from restproof.wire.failure import StaleStub

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
    wanted: set[str]
    """The names of the rule's parameters."""
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
            seen = self._seen[item.id] = _Seen(parameters_of(item.test))
            assert item.resource is not None
            assert item.operation is not None
            self._by_place.setdefault((item.resource.name, item.operation), []).append((item, seen))

    def observe(self, reply: Reply) -> None:
        """Let every observing rule judge one exchange."""
        place = (reply.resource.name, reply.operation)
        if not reply.resource.supports(reply.operation):
            # A request that the contract has no operation for is told with the resource's first one.
            place = (reply.resource.name, reply.resource.operations[0])
        for item, seen in self._by_place.get(place, ()):
            seen.cases += 1
            offered: dict[str, Any] = {"reply": reply}
            if "memory" in seen.wanted:
                offered["memory"] = self._memory(seen)
            if "case" in seen.wanted:
                offered["case"] = self._inputs
            try:
                item.test(**offered)
            except CaseFailed as failure:
                finding = failure.finding
                key = (finding.kind, finding.expected, finding.actual, finding.field)
                seen.told[key] = seen.told.get(key, 0) + 1
                if seen.told[key] <= _MOST_ALIKE:
                    seen.findings.append(finding)
                    self.sink.write(finding.to_event(item.id, reply.exchange.about.case))

    def run(self, item: Item) -> Outcome:
        """Run one item and write its outcome."""
        if item.proof.observes:
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
        told = str(error) if isinstance(error, StaleStub) else f"{type(error).__name__}: {error}"
        self._tell(item, "error", told)

    def waive(self, item: Item, reason: str) -> None:
        """Write down that the rule does not apply, so that nothing was sent."""
        self._tell(item, "not applicable", reason)

    def _tell(self, item: Item, outcome: str, reason: str) -> None:
        self.sink.write({"event": "outcome", "item": item.id, "outcome": outcome, "cases": 0, "reason": reason})

    # ------------------------------------------------------------------- inside

    def _case(self, item: Item, number: int, inputs: Mapping[str, Any]) -> str:
        """Run one case; returns its id. Raises what the test raises."""
        name = f"{item.id}#{number}"
        token = self._token(name)
        self.sink.write({"event": "case", "item": item.id, "case": name, "token": token, "input": dict(inputs)})
        self._inputs = inputs
        resource = item.resource or _any(self.world)
        subject = Subject(self.world, resource, token=token, item=item.id, case=name)
        subject.send_control(item.operation if item.resource else None)
        offered = {"subject": subject, "operation": item.operation, "contract": item.contract, **inputs}
        wanted = parameters_of(item.test)
        try:
            item.test(**{name: value for name, value in offered.items() if name in wanted})
        except CaseFailed as failure:
            if failure.taken is not None:
                subject.other(failure.taken.resource.name).put_away(failure.taken)
            raise
        return name

    def _token(self, case: str) -> str:
        return self.world.values.next_token()

    def _numbered(self, item: Item) -> Iterable[tuple[int, Mapping[str, Any]]]:
        """The enumerated inputs of an item with the numbers of their cases."""
        return enumerate(item.cases or (), start=1)

    def _memory(self, seen: _Seen) -> dict[Any, Any]:
        """What an observing rule remembers from one exchange to the next."""
        return seen.memory

    def _enumerated(self, item: Item) -> Outcome:
        findings: list[Finding] = []
        silent = done = 0
        unsaid: Inconclusive | None = None
        for number, inputs in self._numbered(item):
            try:
                self._case(item, number, inputs)
            except CaseFailed as failure:
                findings.append(failure.finding)
                self.sink.write(failure.finding.to_event(item.id, f"{item.id}#{number}"))
                silent += failure.finding.kind == "no answer"
            except Inconclusive as reason:
                unsaid = reason
                continue
            except (SetUpFailed, NotTested) as reason:
                if findings:
                    break
                part = f" (after {done} of {item.count} cases)" if done else ""
                return Outcome(_ending(reason), done, reason=f"{reason}{part}")
            done += 1
            if silent >= _MOST_SILENT:
                break
        if unsaid is not None and not done:
            return Outcome("not tested", 0, reason=str(unsaid))
        return Outcome("fail" if findings else "pass", done, findings)

    def _drawn(self, item: Item) -> Outcome:
        def send(number: int, inputs: dict[str, Any]) -> None:
            self._case(item, number, inputs)

        drawn = Property(send, item.examples)
        found = self._checked(drawn, item)
        if found is not None:
            number, finding = found
            self.sink.write(finding.to_event(item.id, f"{item.id}#{number}"))
            return Outcome("fail", drawn.sent, [finding])
        if drawn.stopped is not None:
            return Outcome(_ending(drawn.stopped), drawn.sent, reason=str(drawn.stopped))
        return Outcome("pass", drawn.sent)

    def _checked(self, drawn: Property, item: Item) -> tuple[int, Finding] | None:
        return drawn.check({n: draw(item.ground) for n, draw in item.proof.draw.items()}, seed_of(self.seed, item.id))


def _ending(reason: SetUpFailed | NotTested) -> str:
    return "blocked" if isinstance(reason, SetUpFailed) else "not tested"


def _any(world: World) -> Resource:
    """A resource to speak to the server about: the first that can be listed or read."""
    found = [r for r in world.contract if r.supports("list")] or [r for r in world.contract if r.supports("read")]
    return (found or list(world.contract))[0]


@cache
def parameters_of(test: Callable[..., Any]) -> set[str]:
    """The names of a test's parameters."""
    test = test.func if isinstance(test, partial) else test
    return {name for name, p in inspect.signature(test).parameters.items() if p.kind in _PARAMETERS}
