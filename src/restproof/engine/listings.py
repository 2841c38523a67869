"""Whole lists as an item has read them."""

from __future__ import annotations

from collections import Counter
from typing import Any

from restproof.engine.instance import Maker
from restproof.engine.keep import Keeper


class Listings:
    """The list that the present item has read, until something is written. ``endless``: request targets of lists that
    have more pages than one walks. ``ends``: resource and field → what stood first and last where the list
    was sorted down by the field."""

    def __init__(self, keeper: Keeper) -> None:
        self.endless: set[str] = set()
        self.ends: dict[tuple[str, str], list[Any]] = {}
        self._keeper = keeper
        self._listed: dict[str, list[Any]] = {}
        self._asked: Counter[str] = Counter()
        self._last: tuple[str, list[Any] | None] = ("", None)

    def whole(self, subject: Maker) -> list[Any]:
        """All entries of the subject's list, read once for an item: its cases change nothing."""
        item, case = subject.about[0] or "", subject.about[1] or ""
        last, entries = self._last
        is_first = not self._asked[item]
        self._asked.update({item, case})
        again = True if not is_first and (last != item or item not in self._listed) else None
        # Whether something was made since is a matter of what ran before, which a replay of this item alone cannot see.
        known = self._keeper.recall(f"list {case or item} {self._asked[case or item]}", again)
        if is_first or last != item or entries is None or known:
            entries = list(subject.lists.walk())
        self._last = item, entries
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
        self._last = self._last[0], None
