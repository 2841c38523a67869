"""Answers that came lately, for a decision that may ask for them later."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from restproof.wire.message import Exchange
from restproof.wire.places import Where

_ROOM = 2 * 1024 * 1024
"""Bytes of bodies that are kept."""


class Answered(NamedTuple):
    """An answer, and when it came."""

    exchange: Exchange
    came: float


class Lately:
    """The last answer of each place that requests led to lately, ``most`` of them, and as far as their bodies have
    room."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: dict[Where, Answered] = {}
        self._size = 0

    def keep(self, where: Where, exchange: Exchange, came: float) -> None:
        self.forget(where)
        self._kept[where] = Answered(exchange, came)
        self._size += _size(exchange)
        while len(self._kept) > self._most or (self._size > _ROOM and len(self._kept) > 1):
            self.forget(next(iter(self._kept)))

    def at(self, where: Where) -> Answered | None:
        """The last answer there, if it is kept."""
        return self._kept.get(where)

    def forget(self, where: Where) -> None:
        if (kept := self._kept.pop(where, None)) is not None:
            self._size -= _size(kept.exchange)

    def clear(self) -> None:
        self._kept.clear()
        self._size = 0

    def __reversed__(self) -> Iterator[Answered]:
        return reversed(self._kept.values())


def _size(exchange: Exchange) -> int:
    return len(exchange.response.body) if exchange.response else 0
