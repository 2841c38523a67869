"""Whether a target is still there: a server that has gone is no reason for three hundred failures."""

from __future__ import annotations

from restproof.wire.message import Exchange

DOUBTFUL = 10
"""Requests in a row that brought nothing, to different places, before the target itself is asked."""
_ONE_PLACE = 40
"""The same where all went to one resource: that may be down by itself."""
_TURNED_AWAY = (429, 503)


class Presence:
    """Counts the requests in a row that brought nothing: no answer at all, or 429 or 503 after all that one waits.
    ``gone``: why nothing more is sent; ``None`` while the target is there."""

    def __init__(self) -> None:
        self.gone: str | None = None
        self._in_a_row = 0
        self._places: set[str | None] = set()
        self._answered = 0

    def is_doubtful(self, exchange: Exchange, sent: int) -> bool:
        """Whether it is time to ask for the target itself. ``sent``: requests of the run so far."""
        if not brought_nothing(exchange):
            self._in_a_row, self._answered = 0, sent
            self._places.clear()
            return False
        self._in_a_row += 1
        self._places.add(exchange.about.resource)
        return self._in_a_row >= (DOUBTFUL if len(self._places) > 1 else _ONE_PLACE)

    def asked(self, exchange: Exchange) -> str | None:
        """Take note of the answer of the target itself; the reason why it counts as gone, where it does."""
        self._in_a_row = 0
        self._places.clear()
        if brought_nothing(exchange):
            self.gone = f"the target stopped answering after {self._answered} requests"
            self.gone += f" ({exchange.error or exchange.status})"
        return self.gone


def brought_nothing(exchange: Exchange) -> bool:
    """Whether no answer came, or one that turns everybody away for the moment."""
    return exchange.response is None or exchange.status in _TURNED_AWAY
