"""Rules about every exchange: they judge each answer as it comes, whatever item asked for it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import Any

from restproof.engine.failure import CaseFailed
from restproof.engine.items import Item
from restproof.engine.keep import EventSink
from restproof.engine.outcome import Outcome
from restproof.engine.reply import Reply
from restproof.engine.written import Written
from restproof.oracle.finding import Finding

_MOST_ALIKE = 3
_RECENT = 32
"""Exchanges that are remembered for what may still come behind their answers: more than there are connections."""
_OFFERED = {"memory", "case", "written", "behind"}
_PARAMETERS = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


@dataclass
class Watched:
    """What one observing item has seen. ``wanted``: what its test takes beside the reply; ``memory``: what the test
    remembers from one exchange to the next."""

    wanted: tuple[str, ...]
    cases: int = 0
    findings: list[Finding] = field(default_factory=list)
    memory: dict[Any, Any] = field(default_factory=dict)
    alike: dict[tuple[str, str, str, str | None], int] = field(default_factory=dict)


class Watch:
    """Lets observing items judge each exchange, and writes what they find. ``inputs``: those of the present case;
    ``written``: what the exchanges so far have written."""

    def __init__(self, sink: EventSink) -> None:
        self.inputs: Mapping[str, Any] = {}
        self.written = Written()
        self._sink = sink
        self._by_place: dict[tuple[str, str], list[tuple[Item, Watched]]] = {}
        self._seen: dict[str, Watched] = {}
        self._recent: dict[int, tuple[Reply, Mapping[str, Any]]] = {}

    def take(self, items: Iterable[Item]) -> None:
        """From now on, those of ``items`` that observe judge every exchange."""
        for item in items:
            if item.proof.observes:
                seen = self._seen[item.id] = Watched(tuple(parameters_of(item.test) & _OFFERED))
                assert item.resource is not None
                assert item.operation is not None
                clause = item.contract.clauses.get(item.proof.requirement)
                if clause is not None and clause.level == "none":
                    continue
                self._by_place.setdefault((item.resource.name, item.operation), []).append((item, seen))

    def outcome_of(self, item: Item) -> Outcome:
        """How an observing item ends, by what it has seen."""
        seen = self._seen[item.id]
        if not seen.cases:
            return Outcome("not tested", 0, reason="no such exchange in this run")
        return Outcome("fail" if seen.findings else "pass", seen.cases, seen.findings)

    def tally(self) -> dict[str, tuple[int, list[Finding]]]:
        """What each observing item has seen here, by its id: how many exchanges, and what it found."""
        return {name: (seen.cases, seen.findings) for name, seen in self._seen.items()}

    def add(self, tally: Mapping[str, tuple[int, Sequence[Finding]]]) -> None:
        """Count what another worker's observing items have seen; its findings are written down there."""
        for name, (cases, findings) in tally.items():
            self._seen[name].cases += cases
            self._seen[name].findings += findings

    def observe(self, reply: Reply, belated: Mapping[int, str] | None = None) -> None:
        """Let every observing rule judge one exchange. ``belated``: what came behind earlier answers, by the numbers of
        their exchanges, and was only found when their connections were used again."""
        self._judge_belated(belated or {})
        self._recent[reply.exchange.n] = reply, self.inputs
        if len(self._recent) > _RECENT:
            del self._recent[next(iter(self._recent))]
        self.written.note(reply)
        self._judge(reply, self.inputs)

    def _judge_belated(self, belated: Mapping[int, str]) -> None:
        """Judge again, by what came behind their answers alone, exchanges that are still known."""
        for n, found in belated.items():
            if n in self._recent:
                earlier, inputs = self._recent[n]
                self._judge(replace(earlier, exchange=replace(earlier.exchange, behind=found)), inputs, again=True)

    def _judge(self, reply: Reply, inputs: Mapping[str, Any], *, again: bool = False) -> None:
        asked_by = reply.contract.clauses.get((reply.exchange.about.item or "").partition("[")[0])
        if asked_by is not None and asked_by.level == "should":
            return  # what the contract takes for less than a must is told by its own rule, at its own level
        place = (reply.resource.name, reply.operation)
        if not reply.resource.supports(reply.operation):
            # A request that the contract has no operation for is told with the resource's first one.
            place = (reply.resource.name, reply.resource.operations[0])
        offered = {"case": inputs, "written": self.written, "behind": reply.exchange.behind}
        for item, seen in self._by_place.get(place, ()):
            if again and "behind" not in seen.wanted:
                continue
            seen.cases += not again
            wanted = {n: self.memory(seen) if n == "memory" else offered[n] for n in seen.wanted} if seen.wanted else {}
            try:
                item.test(reply=reply, **wanted)
            except CaseFailed as failure:
                finding = failure.finding
                key = (finding.kind, finding.expected, finding.actual, finding.field)
                seen.alike[key] = seen.alike.get(key, 0) + 1
                if seen.alike[key] <= _MOST_ALIKE:
                    seen.findings.append(finding)
                    self._sink.write(finding.to_event(item.id, reply.exchange.about.case))

    def memory(self, seen: Watched) -> dict[Any, Any]:
        """What an observing rule remembers."""
        return seen.memory


@cache
def parameters_of(test: Callable[..., Any], *, required: bool = False) -> set[str]:
    """The names of a test's parameters; with ``required`` of those that it cannot do without."""
    test = test.func if isinstance(test, partial) else test
    found = {name: p for name, p in inspect.signature(test).parameters.items() if p.kind in _PARAMETERS}
    return {name for name, p in found.items() if not required or p.default is p.empty}
