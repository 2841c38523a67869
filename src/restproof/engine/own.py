"""Instances that one item has for itself, and what became of them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from restproof.engine.instance import Instance, Maker
from restproof.engine.keep import Clock, Keeper
from restproof.engine.spares import Spares
from restproof.engine.states import States

_CLOCK_MARGIN = 0.1
_MOST_AGED = 32


class OwnInstances:
    """The present item's own instance, and those that earlier items have left, which have aged since. ``ahead``: how
    many cases of the present item are still to come, each of which may ask for an aged one."""

    def __init__(self, keeper: Keeper, clock: Clock, states: States, spares: Spares) -> None:
        self._keeper = keeper
        self._clock = clock
        self._states = states
        self._spares = spares
        self.ahead = 0
        self.waiting = states.waiting
        """The items of which the first case was sent ahead: they find their own instance when the others come."""
        self._own: dict[str, tuple[str, Instance]] = {}
        self._aged: dict[str, list[tuple[Instance, float]]] = {}
        self._gone: set[tuple[str, Any]] = set()

    def get(self, subject: Maker, body: Any = None, *, roughly: bool = False) -> Instance:
        """The instance of the subject's item (see ``Subject.own``)."""
        item = subject.about[0] or ""
        if item not in self._own:
            for by, (left_by, instance) in self._own.items():
                left = self._aged.setdefault(left_by, [])
                if by not in self.waiting and len(left) < _MOST_AGED and (left_by, instance.id) not in self._gone:
                    left.append((instance, self._clock.monotonic()))
            self._own = {by: own for by, own in self._own.items() if by in self.waiting}
            self._states.clear()
            lent = self._lent(subject, body, item, "own", roughly=roughly)
            made = lent or subject.given(body, tag="own")
            self._own[item] = subject.name, made
            if made.entity and (lent or not subject.spec.supports("read")):
                self._states.see(subject, made.id, dict(made.entity))
        return self._own[item][1]

    def spare(self, subject: Maker, body: Any, tag: str) -> Instance:
        """One more instance for the subject's case (see ``suite.setup.spare``)."""
        return self._lent(subject, body, subject.about[1] or "", tag) or subject.given(body, tag=tag)

    def _lent(self, subject: Maker, body: Any, to: str, tag: str, *, roughly: bool = False) -> Instance | None:
        """An instance that an earlier item has left as it was made, where there is one."""
        return self._away(subject.name, self._spares.lent(subject, body, to, tag, roughly=roughly))

    def adopted(self, subject: Maker, body: Any, name: str) -> Instance | None:
        """An instance that an earlier item has left as it was made, and that all cases share from now on."""
        return self._away(subject.name, self._spares.adopted(subject, body, name))

    def _away(self, name: str, instance: Instance | None) -> Instance | None:
        """The instance, if any, is no other item's from now on."""
        if instance is not None:
            self._not_aged(name, instance.id)
            self._own = {by: own for by, own in self._own.items() if (own[0], own[1].id) != (name, instance.id)}
        return instance

    def is_held(self, item: str, name: str, id: Any) -> bool:
        """Whether it is the own instance of that item."""
        held = self._own.get(item)
        return held is not None and (held[0], held[1].id) == (name, id)

    def forget(self, subject: Maker, id: Any) -> None:
        """The instance is deleted: nobody gets it as an aged one."""
        self._gone.add((subject.name, id))
        self._not_aged(subject.name, id)
        self._spares.forget(subject.name, id)

    def keep(self, item: str) -> None:
        """The first case of the item was sent ahead: what it has made for the item is lent to nobody, since the other
        cases go on with it."""
        self.waiting.add(item)
        if item in self._own:
            self._spares.forget(self._own[item][0], self._own[item][1].id)

    def _not_aged(self, name: str, id: Any) -> None:
        self._aged[name] = [left for left in self._aged.get(name, ()) if left[0].id != id]

    def give_up(self, subject: Maker) -> None:
        """The item's own instance is no longer of use: whoever asks next gets another."""
        self._own.pop(subject.about[0] or "", None)

    def aged(self, subject: Maker, resolution: float, younger: int = 0) -> Instance:
        """An instance that nobody has changed for ``resolution`` seconds, so that a clock of that resolution tells then
        from now. One that an earlier item made for itself, where there is one; waits for what is left. Where there is
        none, those of all cases ahead are made, so that they share the wait, and ``younger`` ones after them; but where
        few may be there at once."""
        left_over = self._aged.setdefault(subject.name, [])
        found = left_over.pop(0) if left_over else None
        if found is not None:
            self._spares.forget(subject.name, found[0].id)
        kept = self._keeper.recall(f"aged {subject.about[1]}", found and asdict(found[0]))
        if kept is None:
            many = 1 if subject.bodies.shared_quotas else min(1 + self.ahead + younger, _MOST_AGED)
            some = [subject.given(subject.bodies.full(f"aged{n}")) for n in range(many)]
            instance, made = some[0], self._clock.monotonic()
            left_over.extend((another, made) for another in some[1:])
            self._spares.withdraw(subject.about[0] or "")
        else:
            instance, made = Instance(**kept), found[1] if found else 0.0
        left = made + resolution + _CLOCK_MARGIN - self._clock.monotonic()
        if left > 0:
            self._clock.sleep(left)
        return instance
