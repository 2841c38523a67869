"""Recorded traffic judged by a contract: exchanges in, checks out. Pure; what it assumes is told in docs/traffic.md."""

from __future__ import annotations

from collections.abc import Iterable

from restproof.contract.model import Contract, Resource
from restproof.oracle.answered import Answered
from restproof.oracle.asked import Asked, Reason
from restproof.oracle.check import Checks
from restproof.oracle.history import History
from restproof.oracle.listed import Listed
from restproof.oracle.seen import Seen


class Judge:
    """Judges the exchanges of one client in their order. ``credentials_shown``: whether the traffic shows credentials,
    as far as it is known; where it does not, a request without one is nobody's attempt."""

    def __init__(self, contract: Contract) -> None:
        self.credentials_shown = False
        self._asked = Asked(contract)
        self._answered = Answered(contract, self._asked)
        self._history = History(contract, self._asked)
        self._listed = Listed(contract, self._history.instances)

    def reasons(self, seen: Seen) -> tuple[Reason, ...] | None:
        """Why the contract refuses the request, as far as the request says so (see ``Asked``)."""
        return self._asked.reasons(seen)

    def judge(self, seen: Seen, reasons: tuple[Reason, ...] | None) -> Checks:
        """The checks of the next exchange, with its ``reasons``."""
        yield from self._answered.judge(seen, reasons, credentials_shown=self.credentials_shown)
        yield from self._history.judge(seen, reasons)
        yield from self._listed.judge(seen)


def uncertain(seen: Iterable[Seen], contract: Contract, *, timed: bool = True) -> frozenset[int]:
    """The numbers of exchanges that overlap in time with a write that could bear on them: to the same resource, to one
    above it, below it or named by it; and of looks that come before such a write is seen for sure. ``timed``: whether
    the exchanges say when they were; else nothing has settled."""
    related = {r.name: {r.name, *contract.ancestors(r), *(x.to for x in r.references.values())} for r in contract}
    for resource in contract:
        for above in contract.ancestors(resource):
            related[above].add(resource.name)
    found: set[int] = set()
    if not timed:
        written: set[str] = set()
        for one in seen:
            if _settles(one.resource, one.operation) and written & related[one.resource.name]:
                found.add(one.n)
            if one.exchange.request.writes:
                written.add(one.resource.name)
        return frozenset(found)
    longest = max((_settles(r, o) for r in contract for o in ("read", "list")), default=0.0)
    active: list[tuple[float, Seen]] = []
    for one in seen:
        begin, end = one.exchange.started, one.exchange.started + one.exchange.elapsed
        # Recordings give milliseconds: an answer and the next request may share one.
        active = [(u, o) for u, o in active if u + longest * o.exchange.request.writes - _CLOCK > begin]
        for until, other in active:
            for later, earlier in ((one, other), (other, one)):
                wait = _settles(later.resource, later.operation) if later is one else 0.0
                is_near = earlier.exchange.request.writes and earlier.resource.name in related[later.resource.name]
                if is_near and until + wait - _CLOCK > begin:
                    found.add(later.n)
        active.append((end, one))
    return frozenset(found)


def _settles(resource: Resource, operation: str | None) -> float:
    """Seconds that may pass until a look shows what was written."""
    settles = resource.settles
    if operation == "list":
        return max(settles.lists, settles.queries, settles.totals)
    return settles.reads if operation == "read" else 0.0


_CLOCK = 0.001
