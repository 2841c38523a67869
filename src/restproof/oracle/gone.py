"""A target that stopped answering: one thing to tell, no fault of each request since."""

from __future__ import annotations

from collections.abc import Iterator

from restproof.oracle.credential import Lost
from restproof.record.model import RecordedExchange, RecordedRun
from restproof.wire.walk import CLEANUP

_TURNED_AWAY = (429, 503)


def lost_target(run: RecordedRun) -> Lost | None:
    """What was sent since the target stopped answering: of each worker, all after the last answer that it got."""
    told = list(dict.fromkeys(note.message for note in run.notes if note.kind == "gone"))
    if not told:
        return None
    since = [*_since(run.exchanges)]
    # Several workers have seen it go, and what has sent the request that it did not answer says most.
    message = max(told, key=len)
    return Lost(message, frozenset(e.n for e in since), frozenset(e.item for e in since if e.item))


def _since(exchanges: tuple[RecordedExchange, ...]) -> Iterator[RecordedExchange]:
    """Of each worker, the last exchanges that brought nothing. What clean-up is answered says nothing of them: the
    target may be back by then."""
    over: set[int] = set()
    for exchange in sorted(exchanges, key=lambda e: e.started, reverse=True):
        if exchange.worker in over or exchange.setup == CLEANUP:
            continue
        if exchange.response is not None and exchange.response.status not in _TURNED_AWAY:
            over.add(exchange.worker)
        else:
            yield exchange
