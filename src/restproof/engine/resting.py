"""Cases that rest: what has to wait for a moment waits while other items go on.

A test that is a generator yields the moment at which it goes on (seconds of its clock), or ``None`` to go on when its
item comes in the plan and nothing else is under way. It is begun early, when the last item of its family before it has
ended; when its moment has come, it goes on before the next request of whatever item is under way.
"""

from __future__ import annotations

from typing import Generic, Protocol, TypeVar

from restproof.engine.keep import Clock


class Resting(Protocol):
    """A case that was begun early. ``moment``: when it goes on; ``None`` where it waits for its place, or is over."""

    moment: float | None

    def go_on_meanwhile(self) -> None:
        """Go on up to the next rest, or to the end, in the midst of another case."""


C = TypeVar("C", bound=Resting)


class Rests(Generic[C]):
    """The cases that were begun early, by their items."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._begun: dict[str, C] = {}
        self._is_going_on = False

    def begin(self, item: str, case: C) -> None:
        """Begin a case of which the item is judged later."""
        self._begun[item] = case
        self._is_going_on = True
        try:
            case.go_on_meanwhile()
        finally:
            self._is_going_on = False

    def begun(self, item: str) -> C | None:
        """The case of an item that is judged now, where it was begun; nobody else goes on with it."""
        return self._begun.pop(item, None)

    def heed(self) -> None:
        """A request is about to leave: let those go on first whose moment has come."""
        if not self._begun or self._is_going_on:
            return
        now = self._clock.monotonic()
        self._is_going_on = True
        try:
            for case in self._begun.values():
                if case.moment is not None and case.moment <= now:
                    case.go_on_meanwhile()
        finally:
            self._is_going_on = False
