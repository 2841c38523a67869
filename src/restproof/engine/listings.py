"""Whole lists as an item has read them."""

from __future__ import annotations

from typing import Any

from restproof.engine.instance import Maker
from restproof.engine.keep import Keeper


class Listings:
    """The list that the present item has read, until something is written. ``endless``: request targets of lists that
    have more pages than one walks."""

    def __init__(self, keeper: Keeper) -> None:
        self.endless: set[str] = set()
        self._keeper = keeper
        self._listed: dict[str, list[Any]] = {}
        self._last: tuple[str, int, list[Any] | None] = ("", 0, None)

    def whole(self, subject: Maker) -> list[Any]:
        """All entries of the subject's list, read once for an item: its cases change nothing."""
        item = subject.about[0] or ""
        last, asked, entries = self._last
        asked = asked + 1 if last == item else 1
        again = True if asked > 1 and item not in self._listed else None
        # Whether something was made since is a matter of what ran before, which a replay of this item alone cannot see.
        if asked == 1 or entries is None or self._keeper.recall(f"list {item} {asked}", again):
            entries = list(subject.lists.walk())
        self._last = item, asked, entries
        self._listed = {item: entries}
        return entries

    def read_by(self, subject: Maker) -> list[Any] | None:
        """The list as the subject's item has read it, where nothing was written since."""
        return self._listed.get(subject.about[0] or "")

    def clear(self) -> None:
        """Something is written: what was read is old."""
        self._listed.clear()

    def forget(self) -> None:
        """Have the next ``whole`` read anew."""
        last, asked, _ = self._last
        self._last = last, asked, None
