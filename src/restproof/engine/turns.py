"""Which item is begun next where several are in flight at once, each in a worker of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum

from restproof.contract.model import Resource
from restproof.engine.items import Item
from restproof.engine.touching import needed, touched

_SHARED_SET_UP = 8
"""Requests of a resource that are not worth the shared set-up of one more worker."""
_LONG = 4
"""An item takes long where all that is left comes to no more than so many times its requests for each worker: an item
may send twice what it was planned to."""
_WAITS = 3
"""An item that waits for a clock takes about so many times as long as its requests do."""


class Stage(IntEnum):
    """The stages of a run with several items in flight. Lists begin beside the writes that do not touch them; each
    stage after them begins when those before it have ended."""

    WRITES = 0
    LISTS = 1
    LATE_LISTS = 2
    RACES = 3
    SERVER = 4


class Turns:
    """Gives the items of a plan to ``workers``, by their places in it. ``resources``: those of the contract.

    A list is judged while nobody writes to it: when all items have ended that may write to it, or to what is made on
    the way. So those come first that most lists wait for. The lists of a resource are judged by one worker, which has
    its shared set-up already where it can, and not beside those of what this set-up makes. Then come lists that tell
    what all writes have left; then what must be alone on its resource, as races; then what is about the whole server,
    one at a time. Within these bounds the order is the plan's, but for an item that would still be going on when all
    others have ended: it is begun now. A worker stays with a resource while it can, since each one's shared set-up is
    its own.
    """

    def __init__(self, items: Sequence[Item], workers: int, resources: Mapping[str, Resource]) -> None:
        self._workers = workers
        self._places = [item.resource.name if item.resource else "" for item in items]
        self._stages = [_stage(item) for item in items]
        self._costs = [(item.cost + 1) * (_WAITS if item.proof.late else 1) for item in items]
        self._touched = [touched(resources, item.resource, item.operation) for item in items]
        self._needed = {name: needed(resources, resource) for name, resource in resources.items()}
        self._waiting = sorted(range(len(items)), key=lambda n: (self._stages[n], items[n].proof.late))
        self._urgency = self._urgencies()
        self._writes_to = Counter(name for n in self._waiting for name in self._written(n))
        self._busy: dict[int, int] = {}
        self._last: dict[int, str] = {}
        self._known: set[tuple[int, str]] = set()
        self._listers: dict[str, int] = {}

    def __bool__(self) -> bool:
        """Whether an item is left that was not begun."""
        return bool(self._waiting)

    @property
    def stage(self) -> Stage | None:
        """The first stage of which something is left to begin; ``None`` where nothing is."""
        return self._stages[self._waiting[0]] if self._waiting else None

    def next(self, worker: int) -> int | None:
        """The item that a free worker begins now; ``None`` where it has to wait for one of the others, or there is none
        left."""
        stage = self.stage
        if stage is None or any(self._stages[n] != stage for n in self._busy if stage > Stage.LISTS):
            return None
        open_now: dict[tuple[Stage, str], list[int]] = {}
        for number in self._waiting:
            if self._stages[number] > max(stage, Stage.LISTS):
                break
            open_now.setdefault((self._stages[number], self._places[number]), []).append(number)
        for at in self._ranked(worker, open_now):
            if self._may_enter(worker, *at):
                return self._begun(worker, at[1], self._chosen(open_now[at], open_now))
        return None

    def ended(self, number: int) -> None:
        """An item that was begun has ended."""
        del self._busy[number]
        self._writes_to.subtract(self._written(number))

    def lost(self, worker: int) -> None:
        """A worker is gone: what it alone would have gone on with is open to the others."""
        self._known = {pair for pair in self._known if pair[0] != worker}
        self._listers = {name: lister for name, lister in self._listers.items() if lister != worker}

    def _written(self, number: int) -> Iterable[str]:
        """The resources whose lists wait for an item."""
        return self._touched[number] if self._stages[number] is Stage.WRITES else ()

    def _urgencies(self) -> list[int]:
        """For each item the requests that wait for it, about, and that are sent one after the other."""
        lists = Counter[str]()
        for n in self._waiting:
            if self._stages[n] is Stage.LISTS:
                lists[self._places[n]] += self._costs[n]
        chains = {name: lists[name] + sum(lists[a] for a in above if a != name) for name, above in self._needed.items()}
        return [max((chains[name] for name in names), default=0) + 1 for names in self._touched]

    def _ranked(self, worker: int, open_now: Mapping[tuple[Stage, str], Sequence[int]]) -> list[tuple[Stage, str]]:
        """What is worth a worker's while: the lists; then the resource where it was, then those with most left to do
        that others wait for."""
        there = Counter(self._places[number] for number in self._busy)
        left = {at: sum(self._costs[n] * self._urgency[n] for n in numbers) for at, numbers in open_now.items()}
        last = self._last.get(worker)
        ranked = sorted(
            open_now, key=lambda at: (at[0] is not Stage.LISTS, at[1] != last, -left[at] / (there[at[1]] + 1))
        )
        return [
            at
            for at in ranked
            if not there[at[1]]
            or (worker, at[1]) in self._known
            or sum(self._costs[n] for n in open_now[at]) > _SHARED_SET_UP
        ]

    def _may_enter(self, worker: int, stage: Stage, name: str) -> bool:
        if stage in (Stage.LISTS, Stage.LATE_LISTS):
            return self._is_quiet(name, stage) and self._is_lister(worker, name)
        if stage is Stage.WRITES:
            return True  # a list that it touches waits for all such
        if stage is Stage.RACES:
            return all(self._places[n] != name for n in self._busy)
        return not self._busy

    def _is_quiet(self, name: str, stage: Stage) -> bool:
        """Whether nobody writes to the list of a resource, nor will before it is judged."""
        if stage is Stage.LISTS and self._writes_to[name] > 0:
            return False
        others = {self._places[n] for n in self._busy if self._stages[n] == stage} - {name}
        return all(name not in self._needed[other] and other not in self._needed[name] for other in others)

    def _is_lister(self, worker: int, name: str) -> bool:
        able = [w for w in range(self._workers) if (w, name) in self._known]
        return (worker in able or not able) and self._listers.setdefault(name, worker) == worker

    def _begun(self, worker: int, name: str, number: int) -> int:
        self._waiting.remove(number)
        self._busy[number] = worker
        self._last[worker] = name
        self._known.add((worker, name))
        return number

    def _chosen(self, numbers: Sequence[int], open_now: Mapping[tuple[Stage, str], Sequence[int]]) -> int:
        """Of the open items of a resource, the one that others wait for most; but one that takes long is begun early,
        or they would wait for it at the end."""
        longest = max(numbers, key=lambda n: self._costs[n])
        left = sum(self._costs[n] for others in open_now.values() for n in others)
        if _LONG * self._costs[longest] * self._workers >= left:
            return longest
        return max(numbers, key=lambda n: self._urgency[n])


def _stage(item: Item) -> Stage:
    if item.resource is None:
        return Stage.SERVER
    if item.proof.alone:
        return Stage.RACES
    if item.operation == "list":
        return Stage.LATE_LISTS if item.proof.late else Stage.LISTS
    return Stage.WRITES
