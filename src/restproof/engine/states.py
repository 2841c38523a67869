"""Representations as they were last seen."""

from __future__ import annotations

from typing import Any

from restproof.engine.instance import Maker
from restproof.engine.keep import Keeper
from restproof.engine.reply import Observation


class States:
    """What each item has last seen of each instance. ``waiting``: the items of which the first case was sent ahead, and
    which others have interrupted since."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self.waiting: set[str] = set()
        self._states: dict[tuple[str, Any], tuple[str, dict[str, Any]]] = {}
        self._seen_by: set[tuple[str, tuple[str, Any]]] = set()

    def get(self, subject: Maker, id: Any) -> dict[str, Any]:
        """The representation as it was last seen."""
        item, key = subject.about[0] or "", (subject.name, id)
        asked = f"{subject.name} {id} {subject.about[1] or item}"
        seen, state = self._states.get(key, ("", None))
        # What another item saw last is as good; a replay of this one alone has to know it, and what others have made
        # old that it would know by itself.
        known: dict[str, Any] | None = self._keeper.recall(f"state {asked}", state if seen != item else None)
        if known is None and seen == item:
            known = state
        is_old = known is None and item in self.waiting and (item, key) in self._seen_by
        if self._keeper.recall(f"old state {asked}", is_old or None) or known is None:
            known = subject.observe(id)
        self.see(subject, id, known)
        return known

    def now(self, subject: Maker, id: Any) -> Observation:
        """The representation as it is now."""
        found = subject.observe(id)
        self.see(subject, id, found)
        return found

    def see(self, subject: Maker, id: Any, state: dict[str, Any]) -> None:
        """``state`` is how the item has last seen the representation."""
        item, key = subject.about[0] or "", (subject.name, id)
        self._states[key] = item, state
        self._seen_by.add((item, key))

    def forget(self, subject: Maker, id: Any) -> None:
        """The instance was written to: what was seen of it before is no longer so."""
        self._states.pop((subject.name, id), None)

    def clear(self) -> None:
        """Forget all that was seen, but by the items that are waiting for their turn."""
        self._states = {key: seen for key, seen in self._states.items() if seen[0] in self.waiting}
