"""What happens on the wire, written into the run file."""

from __future__ import annotations

from restproof.wire.message import Exchange, to_event
from restproof.wire.standin import EventSink


class Tape:
    """Writes what happens on the wire into the run file."""

    def __init__(self, writer: EventSink) -> None:
        self._writer = writer

    def exchange(self, exchange: Exchange) -> None:
        self._writer.write(to_event(exchange))

    def note(self, kind: str, message: str, started: float) -> None:
        self._writer.write({"event": "note", "kind": kind, "message": message, "started": round(started, 6)})
