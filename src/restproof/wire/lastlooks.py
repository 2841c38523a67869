"""What looks were answered of late, as far as it says what another one would be answered."""

from __future__ import annotations

from restproof.wire.holdings import NOTHING_SHOWN, Looker
from restproof.wire.message import Exchange
from restproof.wire.places import Key, Spot

_REFUSED = (401, 403)
_LATELY = 30.0
"""Seconds for which it is trusted that a credential was refused somewhere."""


class LastLooks:
    """The last look of all, and those at which a credential was refused. Times are seconds of one clock."""

    def __init__(self) -> None:
        self._last: tuple[Looker, Key, str | None, Exchange] | None = None
        """Who wanted it, where it led, with which credential, and its answer."""
        self._refused: dict[tuple[Key, str | None], float] = {}
        """When a credential was refused in a collection."""

    def keep(self, looker: Looker, place: Spot, exchange: Exchange, came: float) -> None:
        self._last = looker, place.key, exchange.credential, exchange
        if exchange.status in _REFUSED:
            self._refused[place.collection.key, exchange.credential] = came

    def forget_last(self) -> None:
        self._last = None

    def last(self, place: Spot, looker: Looker) -> Exchange | None:
        """The answer to the last look, where that was one for the same decision, by the way of its request itself."""
        if self._last is None or self._last[0] is not looker or looker.shown != NOTHING_SHOWN:
            return None
        _, *asked, exchange = self._last
        return exchange if asked == [place.key, looker.credential] else None

    def is_refused(self, place: Spot, credential: str | None, now: float) -> bool:
        """Whether the credential was refused below the same parents, of late."""
        at = self._refused.get((place.collection.key, credential))
        return at is not None and now - at < _LATELY
