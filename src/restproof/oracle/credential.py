"""A credential that worked and is refused from some request on: one thing to tell, no fault of each answer since."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from restproof.frozen import frozen
from restproof.oracle.results import Result, summary_of
from restproof.record.model import RecordedExchange, RecordedRun

_LEAST = 5
"""Refusals in a row, up to the end of the run, that are no chance any more."""


@frozen(slots=True)
class Lost:
    """``exchanges``: the numbers of those since; ``items`` sent them; ``message`` says it in a sentence."""

    message: str
    exchanges: frozenset[int | str]
    items: frozenset[str]


def lost_credential(run: RecordedRun) -> Lost | None:
    """The first credential of the run that was accepted and is answered 401 from some request to the end, of an
    operation that it could do before too: one that may only read is refused each write, by a 401 where a contract says
    so. One that stands for somebody else could read the same: what others have is refused it. In recorded
    traffic another one that is accepted after that may be the same user's, whose token was made anew."""
    sent: dict[str, list[RecordedExchange]] = {}
    for exchange in sorted(run.exchanges, key=lambda e: e.started):
        if exchange.credential and exchange.response:
            sent.setdefault(exchange.credential, []).append(exchange)
    for name, exchanges in sent.items():
        statuses = [e.response.status for e in exchanges if e.response]
        worked = next((at for at in range(len(statuses), 0, -1) if statuses[at - 1] != 401), 0)
        since = exchanges[worked:]
        if run.header.target.kind == "traffic" and any(_accepted_since(since, others) for others in sent.values()):
            continue
        is_own = name == "full" or run.header.target.kind == "traffic"
        could = _deeds((e for e in exchanges[:worked] if e.response and 200 <= e.response.status < 300), is_own)
        if len(since) >= _LEAST and could & _deeds(since, is_own):
            message = f"the credential `{name}` worked, and is refused (401) since request {since[0].n}"
            items = frozenset(e.item for e in since if e.item)
            return Lost(message, frozenset(e.n for e in since), items)
    return None


def _deeds(exchanges: Iterable[RecordedExchange], is_own: bool) -> set[tuple[str | None, str | None, str]]:
    """What a credential was used for: each operation, and of one that is not the run's own (or, in traffic, a client's)
    each URL that it has read, since a body may name what others have."""
    asked = [e for e in exchanges if is_own or e.request.method == "GET"]
    return {(e.resource, e.operation, "" if is_own else e.request.url) for e in asked}


def _accepted_since(since: Sequence[RecordedExchange], others: Sequence[RecordedExchange]) -> bool:
    """Whether one of ``others`` succeeded after the first of ``since``."""
    first = min((e.started for e in since), default=float("inf"))
    return any(e.response is not None and 200 <= e.response.status < 300 and e.started > first for e in others)


def without(result: Result, losses: Iterable[Lost]) -> Result:
    """The result without what only these losses show; *not tested* where nothing else is left."""
    for lost in losses:
        is_hit = result.item in lost.items or any(f.exchange in lost.exchanges for f in result.findings)
        if is_hit and result.outcome in ("fail", "blocked"):
            left = tuple(f for f in result.findings if f.exchange not in lost.exchanges)
            if not left:
                return replace(result, outcome="not tested", findings=(), message=lost.message)
            result = replace(result, findings=left, message=summary_of(left))
    return result
