"""Whether a target is still there: a server that has gone is no reason for three hundred failures."""

from __future__ import annotations

from restproof.wire.message import About, Exchange

DOUBTFUL = 10
"""Requests in a row that brought nothing, to different places, before the target itself is asked."""
_ONE_PLACE = 40
"""The same where all went to one resource: that may be down by itself."""
_TURNED_AWAY = (429, 503)
_OVERDUE = 3
"""The same of such as have waited in vain to the end of their time, wherever they went: each takes long."""
_REFUSED = "connection refused"
"""Nobody listens: the request has reached nothing."""


class Presence:
    """Counts the requests in a row that brought nothing: no answer at all, or 429 or 503 after all that one waits.
    ``gone``: why nothing more is sent; ``None`` while the target is there, and what it was. ``is_known``: whether it
    has answered with success about a resource of the run, so that what it denies is not there."""

    def __init__(self) -> None:
        self.gone: str | None = None
        self.is_known = False
        self._in_a_row = self._overdue = 0
        self._places: set[str | None] = set()
        self._answered = 0
        self._unanswered = ""
        """The first request since the last answer for which there was a connection, and to which there was none."""
        self._in_vain = 0
        self._lost: str | None = None
        """Why clean-up sends nothing any more to a target that was there until the tests had ended."""
        self._has_changed = False

    @property
    def replaced(self) -> str | None:
        """Why the target counts as another one; ``None`` where it is what it was, or does not answer at all."""
        return self.gone if self._has_changed else None

    def off(self, *, for_cleanup: bool) -> str | None:
        """Why nothing is sent any more. Clean-up may try all the same, until it has tried in vain; but what is not what
        it was would tell it of anything that it is gone."""
        if not for_cleanup or self.replaced:
            return self.gone
        return self._lost or (self.gone if self._in_vain >= _OVERDUE else None)

    def cleaned(self, exchange: Exchange) -> bool:
        """Take note of what a request of clean-up has brought; whether it is time to ask for the target itself."""
        self._in_vain = self._in_vain + 1 if brought_nothing(exchange) else 0
        return exchange.response is None and self.gone is None and self._in_vain >= _OVERDUE

    def asked_for_cleanup(self, exchange: Exchange) -> None:
        """Take note of the answer of the target itself: what has been judged until then is judged."""
        self._in_vain = 0
        if exchange.response is None:
            self._lost = f"the target does not answer any more ({exchange.error})"

    def may_return(self, exchange: Exchange) -> bool:
        """Whether a target that has answered takes no connections now: it may be about to start again."""
        return exchange.error == _REFUSED and self._answered > 0 and self.gone is None

    def missed(self, method: str, path: str, about: About) -> None:
        """No answer came to a request for which there was a connection."""
        of = f" of {about.item}" if about.item else ""
        self._unanswered = self._unanswered or f"; the first that it did not answer was {method} {path:.200}{of}"

    def is_doubtful(self, exchange: Exchange, sent: int) -> bool:
        """Whether it is time to ask for the target itself. ``sent``: requests of the run so far."""
        if not brought_nothing(exchange):
            self.is_known |= exchange.is_success and exchange.about.resource is not None
            self._answered, self._unanswered = sent, ""
            self._begin_again()
            return False
        self._in_a_row += 1
        self._overdue += exchange.error == "timeout"
        self._places.add(exchange.about.resource)
        if exchange.error == _REFUSED and self._answered:
            return True  # it was waited for
        if exchange.response is None:
            self.missed(exchange.request.method, exchange.request.path, exchange.about)
        return self._overdue >= _OVERDUE or self._in_a_row >= (DOUBTFUL if len(self._places) > 1 else _ONE_PLACE)

    def asked(self, exchange: Exchange) -> str | None:
        """Take note of the answer of the target itself; the reason why it counts as gone, where it does."""
        self._begin_again()
        if brought_nothing(exchange):
            self.gone = f"the target stopped answering after {self._answered} requests"
            self.gone += f" ({exchange.error or exchange.status}){self._unanswered}"
        else:
            self._unanswered = ""
        return self.gone

    def changed(self, reason: str) -> None:
        """The target answers, and is not what it was."""
        self.gone, self._has_changed = reason, True

    def _begin_again(self) -> None:
        self._in_a_row = self._overdue = 0
        self._places.clear()


def brought_nothing(exchange: Exchange) -> bool:
    """Whether no answer came, or one that turns everybody away for the moment."""
    return exchange.response is None or exchange.status in _TURNED_AWAY
