"""Which item is begun next where several are in flight at once, each in a worker of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from enum import IntEnum

from restproof.engine.items import Item

_SHARED_SET_UP = 8
"""Requests of a resource that are not worth the shared set-up of one more worker."""


class Stage(IntEnum):
    """The stages of a run with several items in flight: each begins when the one before has ended."""

    WRITES = 0
    LISTS = 1
    LATE_WRITES = 2
    LATE_LISTS = 3
    RACES = 4
    SERVER = 5


class Turns:
    """Gives the items of a plan to ``workers``, by their places in it.

    The items that write come first, then those that judge lists, which nobody writes to meanwhile; then those that take
    their time, in the same order; then what must be alone on its resource, as races; then what is about the whole
    server, one at a time. Lists of a resource are judged by one worker, which has its shared set-up already where it
    can. Within these bounds the order is the plan's, but for an item of more requests than each worker's share of those
    that are left: it is begun now, or the others would wait for it at the end. A worker stays with a resource while it
    can, since each one's shared set-up is its own.
    """

    def __init__(self, items: Sequence[Item], workers: int) -> None:
        self._workers = workers
        self._places = [item.resource.name if item.resource else "" for item in items]
        self._stages = [_stage(item) for item in items]
        self._costs = [item.cost + 1 for item in items]
        self._waiting = sorted(range(len(items)), key=lambda n: self._stages[n])
        self._busy: dict[int, int] = {}
        self._last: dict[int, str] = {}
        self._known: set[tuple[int, str]] = set()
        self._listers: dict[str, int] = {}

    def __bool__(self) -> bool:
        """Whether an item is left that was not begun."""
        return bool(self._waiting)

    @property
    def stage(self) -> Stage | None:
        """The stage of what is begun next; ``None`` where nothing is left."""
        return self._stages[self._waiting[0]] if self._waiting else None

    def next(self, worker: int) -> int | None:
        """The item that a free worker begins now; ``None`` where it has to wait for one of the others, or there is none
        left."""
        stage = self.stage
        if stage is None or any(self._stages[n] != stage for n in self._busy):
            return None
        open_now: dict[str, list[int]] = {}
        for number in self._waiting:
            if self._stages[number] != stage:
                break
            open_now.setdefault(self._places[number], []).append(number)
        for name in self._ranked(worker, open_now):
            if self._may_enter(worker, name, stage):
                return self._begun(worker, name, self._chosen(open_now[name], open_now))
        return None

    def ended(self, number: int) -> None:
        """An item that was begun has ended."""
        del self._busy[number]

    def lost(self, worker: int) -> None:
        """A worker is gone: what it alone would have gone on with is open to the others."""
        self._known = {pair for pair in self._known if pair[0] != worker}
        self._listers = {name: lister for name, lister in self._listers.items() if lister != worker}

    def _ranked(self, worker: int, open_now: Mapping[str, Sequence[int]]) -> list[str]:
        """The resources that are worth a worker's while: the one where it was, then those with most left to do."""
        there = Counter(self._places[number] for number in self._busy)
        left = {name: sum(self._costs[n] for n in numbers) for name, numbers in open_now.items()}
        last = self._last.get(worker)
        ranked = sorted(open_now, key=lambda name: (name != last, -left[name] / (there[name] + 1)))
        return [n for n in ranked if not there[n] or (worker, n) in self._known or left[n] > _SHARED_SET_UP]

    def _may_enter(self, worker: int, name: str, stage: Stage) -> bool:
        if stage in (Stage.LISTS, Stage.LATE_LISTS):
            able = [w for w in range(self._workers) if (w, name) in self._known]
            if worker not in able and able:
                return False
            return self._listers.setdefault(name, worker) == worker
        if stage is Stage.RACES:
            return all(self._places[n] != name for n in self._busy)
        return stage is not Stage.SERVER or not self._busy

    def _begun(self, worker: int, name: str, number: int) -> int:
        self._waiting.remove(number)
        self._busy[number] = worker
        self._last[worker] = name
        self._known.add((worker, name))
        return number

    def _chosen(self, numbers: Sequence[int], open_now: Mapping[str, Sequence[int]]) -> int:
        longest = max(numbers, key=lambda n: self._costs[n])
        left = sum(self._costs[n] for others in open_now.values() for n in others)
        return longest if self._costs[longest] * self._workers >= left else numbers[0]


def _stage(item: Item) -> Stage:
    if item.resource is None:
        return Stage.SERVER
    if item.proof.alone:
        return Stage.RACES
    return Stage(2 * item.proof.late + (item.operation == "list"))
