"""Texts that were looked at and hold nothing: most of what a server answers, it has answered before."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from typing import AnyStr, Generic

_SHORT = 2000
"""Characters of a text up to which it is kept as a whole. Of the entries of a longer one, most stand in others too."""
_MOST = 4 * 1024 * 1024
"""Characters that are kept; then all are forgotten."""


class Pieces(Generic[AnyStr]):
    """Remembers what holds nothing. ``separator``: what ends the entries of a list. What is looked for
    never holds it, or only between two pieces that do not stand alone (``halves``), and those are looked at together.
    Without a separator, texts are kept whole.

    A piece is known for what stands before a separator: at the end of a text it may read otherwise, and is looked at.
    """

    def __init__(self, separator: AnyStr | None, halves: Callable[[AnyStr], bool] | None = None) -> None:
        self._separator: AnyStr | None = separator
        self._halves: Callable[[AnyStr], bool] | None = halves
        self._texts: set[AnyStr] = set()
        self._pieces: set[AnyStr] = set()
        self._size = 0

    def hold_none(self, text: AnyStr, holds: Callable[[AnyStr], bool]) -> bool:
        """Whether ``text`` holds nothing, as it was seen before or as ``holds`` says of what is new in it."""
        if len(text) <= _SHORT:
            if text in self._texts:
                return True
            clean = not holds(text)
            if clean:
                self._keep(self._texts, [text])
            return clean
        if self._separator is None:
            return not holds(text)
        pieces = text.split(self._separator)
        last = pieces.pop()
        new = self._new(pieces)
        if self._halves is not None and any(map(self._halves, new)):
            pieces.append(last)
            pieces = _joined(pieces, self._separator, self._halves)
            last = pieces.pop()
            new = self._new(pieces)
        unseen = text if len(new) == len(pieces) else self._separator.join(chain(new, (last,)))
        clean = not holds(unseen)
        if clean:
            self._keep(self._pieces, new)
        return clean

    def _new(self, pieces: list[AnyStr]) -> list[AnyStr]:
        return [piece for piece in dict.fromkeys(pieces) if piece not in self._pieces]

    def _keep(self, known: set[AnyStr], new: list[AnyStr]) -> None:
        size = sum(map(len, new))
        if self._size + size > _MOST:
            self._texts.clear()
            self._pieces.clear()
            self._size = 0
        if size <= _MOST:
            known.update(new)
            self._size += size


def _joined(pieces: list[AnyStr], separator: AnyStr, is_half: Callable[[AnyStr], bool]) -> list[AnyStr]:
    """The pieces with those in one that do not stand alone, from one half to the next."""
    found: list[AnyStr] = []
    together: list[AnyStr] = []
    is_open = False
    for piece in pieces:
        together.append(piece)
        is_open ^= is_half(piece)
        if not is_open:
            found.append(separator.join(together))
            together = []
    if together:
        found.append(separator.join(together))
    return found
