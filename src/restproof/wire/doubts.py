"""What creates were answered to have made, and no look has shown whose it is. None of it is deleted, so that each is
left behind: a resource of which nothing else comes is made a few times, and no more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from restproof.wire.failure import NotProven
from restproof.wire.places import Spot
from restproof.wire.sight import Sight, Thing

_FEW = 8
"""Enough for each rule to begin with, and for a person to take away."""
_TELLING = 3
"""Looks in vain, of as many items, that tell of all."""


class Doubts:
    """Keeps, by resource, what one process of a run could not prove. ``things``: what creates were answered to have
    made, by resource and id."""

    def __init__(self, things: Mapping[tuple[str, str], Sequence[Thing]]) -> None:
        self._things = things
        self._unproven: dict[str, set[str]] = {}
        self._proven: set[str] = set()
        self._looks: Counter[str] = Counter()

    def note(self, place: Spot, sight: Sight) -> None:
        """What a look has shown."""
        name, id = place.resource.name, str(place.id)
        if sight is Sight.OURS:
            self._proven.add(name)
        elif sight in (Sight.UNCLEAR, Sight.OTHERS) and (name, id) in self._things:
            self._unproven.setdefault(name, set()).add(id)

    def check(self, place: Spot, look: Callable[[Spot], Sight]) -> None:
        """Raises ``NotProven`` where a create would only leave another one. Where nothing was looked at yet, the last
        that was made is; not without end, where a list holds none of them yet and is walked through each time."""
        name = place.resource.name
        if name in self._proven:
            return
        made = [things[-1].place for (resource, _), things in self._things.items() if resource == name]
        if len(made) < _FEW:
            return
        if len(self._unproven.get(name, ())) < _TELLING and self._looks[name] < _FEW:
            self._looks[name] += 1
            self.note(made[-1], look(made[-1]))
        if name not in self._proven and len(self._unproven.get(name, ())) >= _TELLING:
            raise NotProven(f"no read or list shows of {len(made)} of {name} whose they are: no other one is made")
