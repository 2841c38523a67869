"""Representations as they were last seen."""

from __future__ import annotations

from typing import Any

from restproof.engine.instance import Maker
from restproof.engine.keep import Keeper
from restproof.engine.reply import Observation


class States:
    """What each item has last seen of each instance."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self._states: dict[tuple[str, Any], tuple[str, dict[str, Any]]] = {}

    def get(self, subject: Maker, id: Any) -> dict[str, Any]:
        """The representation as it was last seen."""
        item, key = subject.about[0] or "", (subject.name, id)
        seen, state = self._states.get(key, ("", None))
        if state is None or seen != item:
            # What another item saw last is as good; a replay of this one alone has to know it.
            known = self._keeper.recall(f"state {subject.name} {id} {item}", state)
            self._states[key] = item, known if known is not None else subject.observe(id)
        return self._states[key][1]

    def now(self, subject: Maker, id: Any) -> Observation:
        """The representation as it is now."""
        found = subject.observe(id)
        self.see(subject, id, found)
        return found

    def see(self, subject: Maker, id: Any, state: dict[str, Any]) -> None:
        """``state`` is how the item has last seen the representation."""
        self._states[subject.name, id] = subject.about[0] or "", state

    def forget(self, subject: Maker, id: Any) -> None:
        """The instance was written to: what was seen of it before is no longer so."""
        self._states.pop((subject.name, id), None)

    def clear(self) -> None:
        """Forget all that was seen."""
        self._states.clear()
