"""A target that stopped answering, or is not what it was: one thing to tell, no fault of each request since."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from restproof.oracle.credential import Lost
from restproof.record.model import Note, RecordedExchange, RecordedRun
from restproof.wire.faces import PRESENCE, face
from restproof.wire.walk import CLEANUP

_TURNED_AWAY = (429, 503)


def lost_target(run: RecordedRun) -> Lost | None:
    """What was sent since the target was there: of each worker, all after the last answer that it got, or that was
    another than all are since."""
    message = gone_by(run.notes)
    if message is None:
        return None
    since = [*_since(run.exchanges)]
    return Lost(message, frozenset(e.n for e in since), frozenset(e.item for e in since if e.item))


def gone_by(notes: Iterable[Note]) -> str | None:
    """What a run's notes say of a target that stopped answering. Where several workers have seen it go, what has sent
    the request that it did not answer says most."""
    return max((note.message for note in notes if note.kind == "gone"), key=len, default=None)


def _since(exchanges: tuple[RecordedExchange, ...]) -> Iterator[RecordedExchange]:
    """Of each worker, the last exchanges that brought nothing. What clean-up is answered says nothing of them: the
    target may be back by then. Those that were all answered alike end with what was asked for once more."""
    over: set[int] = set()
    faces: dict[int, str] = {}
    for exchange in sorted(exchanges, key=lambda e: e.started, reverse=True):
        if exchange.worker in over or exchange.setup == CLEANUP:
            continue
        shown = faces.setdefault(exchange.worker, face(exchange.response) if exchange.setup == PRESENCE else "")
        if shown and face(exchange.response) == shown:
            yield exchange
        elif exchange.response is not None and exchange.response.status not in _TURNED_AWAY:
            over.add(exchange.worker)
        else:
            yield exchange
