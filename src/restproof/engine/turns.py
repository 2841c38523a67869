"""Which item is begun next where several are in flight at once, each in a worker of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from typing import NamedTuple

from restproof.contract.model import Resource
from restproof.engine.case import begun_after
from restproof.engine.items import Item
from restproof.engine.touching import is_undisturbed, needed, touched

_SHARED_SET_UP = 8
"""Requests of a resource that are not worth the shared set-up of one more worker."""
_LONG = 4
"""An item takes long where all that is left comes to no more than so many times its requests for each worker: an item
may send twice what it was planned to."""
_FEW = 4
"""Workers that find enough to do at few resources each, so that set-up is made for few of them twice."""
_WAITS = 3
"""An item that waits for a clock takes about so many times as long as its requests do."""


class Stage(IntEnum):
    """The stages of a run with several items in flight. Lists begin beside the writes that do not touch them, and those
    that no write disturbs beside all of them; each other stage begins when those before it have ended."""

    BEGINNING = 0
    WRITES = 1
    UNDISTURBED_LISTS = 2
    LISTS = 3
    LATE_LISTS = 4
    SERVER = 5


_BESIDE = {Stage.WRITES, Stage.UNDISTURBED_LISTS, Stage.LISTS}


class Group(NamedTuple):
    """What is alike to a worker that looks for something to do: items of one stage and one resource (empty for the
    whole server), those that must be alone there or those that need not; and those whose inputs are drawn, or not."""

    stage: Stage
    place: str
    is_alone: bool
    is_drawn: bool


class Sums(NamedTuple):
    """What is left to do of a group, in requests, and how many lists wait for that item of it for which most do."""

    left: int
    urgent: int


class Turns:
    """Gives the items of a plan to ``workers``, by their places in it. ``resources``: those of the contract.
    ``loaded``: whether every worker has loaded what draws inputs.

    First comes, alone, what has to end before a test is begun that rests: the worker that has begun it goes on with it
    at its end. A list is judged while nobody writes to it: when all items have ended that may write to it, or to what
    is made on the way. So those come first that most lists wait for. The lists of a resource are judged by one worker,
    which has its shared set-up already where it can, and not beside those of what this set-up makes. Lists of which no
    write says anything are for whoever has nothing else to do. What must be alone on its resource, as races, is begun
    while nobody is there, and nobody joins it. Then come lists that tell what all writes have left; then what is about
    the whole server, one at a time. Within these bounds the order is the plan's, but for reads, which come before the
    writes that they spare a look, and for an item that would still be going on when all others have ended: it is begun
    now. A worker stays with a resource while it can, since each one's shared set-up is its own. Where what draws is not
    loaded, the first worker begins first what draws its inputs, and the others last: it takes as long to load as three
    hundred requests.
    """

    def __init__(
        self, items: Sequence[Item], workers: int, resources: Mapping[str, Resource], *, loaded: bool = False
    ) -> None:
        self._workers = workers
        self._places = [item.resource.name if item.resource else "" for item in items]
        self._alone = {n for n, item in enumerate(items) if item.proof.alone}
        self._reads = {n for n, item in enumerate(items) if item.operation == "read"}
        self._drawn = set() if loaded else {n for n, item in enumerate(items) if item.proof.draw}
        self._begins = _begins(items)
        self._pinned: dict[int, int] = {}
        self._stages = [Stage.BEGINNING if n in self._begins else _stage(item) for n, item in enumerate(items)]
        self._costs = [(item.cost + 1) * (_WAITS if item.proof.late else 1) for item in items]
        self._touched = [touched(resources, item) for item in items]
        self._needed = {name: needed(resources, resource) for name, resource in resources.items()}
        self._groups = [
            Group(stage, place, n in self._alone, n in self._drawn)
            for n, (stage, place) in enumerate(zip(self._stages, self._places, strict=True))
        ]
        waiting = sorted(range(len(items)), key=lambda n: (self._stages[n], items[n].proof.late))
        self._ranks = {number: rank for rank, number in enumerate(waiting)}
        self._waiting: dict[Group, list[int]] = {}
        for number in waiting:
            self._waiting.setdefault(self._groups[number], []).append(number)
        self._writes_to = Counter(name for n in waiting for name in self._written(n))
        self._sums: dict[Group, Sums] = {}
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
        return min((group.stage for group in self._waiting), default=None)

    def next(self, worker: int) -> int | None:
        """The item that a free worker begins now; ``None`` where it has to wait for one of the others, or there is none
        left."""
        stage = self.stage
        if stage is None or not all(self._are_beside(stage, self._stages[n]) for n in self._busy):
            return None
        open_now = self._open_to(worker, stage)
        for group in self._ranked(worker, open_now):
            if self._may_enter(worker, group, open_now):
                return self._begun(worker, self._chosen(open_now[group], open_now))
        return None

    def _open_to(self, worker: int, stage: Stage) -> dict[Group, list[int]]:
        """What a worker may begin at a stage, by its groups, in the order in which they would come."""
        found = {group: numbers for group, numbers in self._waiting.items() if self._are_beside(stage, group.stage)}
        for group in {self._groups[n] for n in self._pinned} & found.keys():
            found[group] = [n for n in found[group] if self._pinned.get(n, worker) == worker]
        ranked = sorted((self._ranks[numbers[0]], group) for group, numbers in found.items() if numbers)
        return {group: found[group] for _, group in ranked}

    def ended(self, number: int) -> None:
        """An item that was begun has ended."""
        worker = self._busy.pop(number)
        self._writes_to.subtract(self._written(number))
        if number in self._begins:
            self._pinned[self._begins[number]] = worker

    def lost(self, worker: int) -> list[int]:
        """A worker is gone: what it alone would have gone on with is open to the others; but for the tests that it had
        begun and that rested, which are lost with it."""
        self._known = {pair for pair in self._known if pair[0] != worker}
        self._listers = {name: lister for name, lister in self._listers.items() if lister != worker}
        begun = [n for numbers in self._waiting.values() for n in numbers if self._pinned.get(n) == worker]
        for number in begun:
            self._take(number)
        return begun

    def _take(self, number: int) -> None:
        """An item waits no more."""
        group = self._groups[number]
        self._waiting[group].remove(number)
        self._sums.pop(group, None)
        if not self._waiting[group]:
            del self._waiting[group]

    @staticmethod
    def _are_beside(stage: Stage, other: Stage) -> bool:
        return stage == other or {stage, other} <= _BESIDE

    def _written(self, number: int) -> Iterable[str]:
        """The resources whose lists wait for an item."""
        return self._touched[number] if self._stages[number] in (Stage.WRITES, Stage.UNDISTURBED_LISTS) else ()

    def _ranked(self, worker: int, open_now: Mapping[Group, Sequence[int]]) -> list[Group]:
        """What is worth a worker's while: the lists that have waited; then what has to be alone; of few workers, each
        goes on where it has been; then that for which most lists wait, of several the resource where it was, then those
        with most left to do."""
        there = self._there()
        sums = {group: self._sums_of(group, numbers) for group, numbers in open_now.items()}
        last = self._last.get(worker)

        def by_worth(group: Group) -> tuple[object, ...]:
            left, urgent = sums[group]
            first = group.stage is not Stage.LISTS, not group.is_alone, group.is_drawn != (worker == 0)
            is_new = self._workers <= _FEW and (worker, group.place) not in self._known
            then = is_new, is_new and there[group.place] > 0, -urgent
            return (*first, *then, group.place != last, -left * urgent / (there[group.place] + 1))

        return [
            group
            for group in sorted(open_now, key=by_worth)
            if not there[group.place]
            or (worker, group.place) in self._known
            or sums[group].left > _SHARED_SET_UP
            or group.stage is Stage.UNDISTURBED_LISTS
        ]

    def _sums_of(self, group: Group, numbers: Sequence[int]) -> Sums:
        """Those of a group, of which these items are open to a worker."""
        if numbers is self._waiting[group] and group in self._sums:
            return self._sums[group]
        sums = Sums(sum(self._costs[n] for n in numbers), max(len(self._touched[n]) for n in numbers))
        if numbers is self._waiting[group]:
            self._sums[group] = sums
        return sums

    def _there(self) -> Counter[str]:
        """How many are busy with each resource."""
        return Counter(self._places[number] for number in self._busy)

    def _may_enter(self, worker: int, group: Group, open_now: Mapping[Group, Sequence[int]]) -> bool:
        stage, name, is_alone, _ = group
        if stage in (Stage.LISTS, Stage.LATE_LISTS):
            return self._is_quiet(name, stage) and self._is_lister(worker, name)
        if stage in (Stage.WRITES, Stage.UNDISTURBED_LISTS):  # a list that it touches waits for all such
            return self._may_be_alone(name, open_now) if is_alone else name not in self._kept_alone()
        return not self._busy

    def _kept_alone(self) -> set[str]:
        """The resources at which somebody has to be alone."""
        return {self._places[n] for n in self._busy if n in self._alone}

    def _may_be_alone(self, name: str, open_now: Mapping[Group, Sequence[int]]) -> bool:
        """Whether nobody is there; and either nothing else is left to do there, or enough elsewhere."""
        elsewhere = {group.place for group in open_now if group.stage is Stage.WRITES and not group.is_alone} - {name}
        is_last = not any(Group(Stage.WRITES, name, is_alone=False, is_drawn=d) in open_now for d in (False, True))
        return not self._there()[name] and (is_last or len(elsewhere) > 2 * len(self._kept_alone()))

    def _is_quiet(self, name: str, stage: Stage) -> bool:
        """Whether nobody writes to the list of a resource, nor will before it is judged."""
        if stage is Stage.LISTS and self._writes_to[name] > 0:
            return False
        others = {self._places[n] for n in self._busy if self._stages[n] == stage} - {name}
        return all(name not in self._needed[other] and other not in self._needed[name] for other in others)

    def _is_lister(self, worker: int, name: str) -> bool:
        able = [w for w in range(self._workers) if (w, name) in self._known]
        return (worker in able or not able) and self._listers.setdefault(name, worker) == worker

    def _begun(self, worker: int, number: int) -> int:
        name = self._places[number]
        self._take(number)
        self._busy[number] = worker
        if self._stages[number] is not Stage.UNDISTURBED_LISTS:  # it wants no set-up of its own resource
            self._last[worker] = name
            self._known.add((worker, name))
        return number

    def _chosen(self, numbers: Sequence[int], open_now: Mapping[Group, Sequence[int]]) -> int:
        """Of the open items of a resource, one that reads: what it has shown, or shown to be absent, need not be looked
        at before a write. Then, of few workers, the first: what it leaves is of use to those after it. Of many, one for
        which most lists wait. But what takes long is begun early, or the others would wait for it at the end."""
        longest = max(numbers, key=lambda n: self._costs[n])
        left = sum(self._sums_of(group, others).left for group, others in open_now.items())
        if _LONG * self._costs[longest] * self._workers >= left:
            return longest
        if self._workers <= _FEW:
            return max(numbers, key=lambda n: n in self._reads)
        return max(numbers, key=lambda n: (n in self._reads, len(self._touched[n])))


def resting(items: Iterable[Item]) -> list[Item]:
    """The items of a plan among which tests rest although several are in flight: those about the whole server, which
    are begun one at a time."""
    return [item for item in items if item.resource is None]


def _begins(items: Sequence[Item]) -> dict[int, int]:
    """The items after which a test is begun that rests, each with that test's, by their places."""
    places = {item.id: number for number, item in enumerate(items)}
    return {places[before]: places[item.id] for before, item in begun_after(resting(items)).items()}


def _stage(item: Item) -> Stage:
    if item.resource is None:
        return Stage.SERVER
    if item.operation == "list" and not item.proof.alone:
        if is_undisturbed(item):
            return Stage.UNDISTURBED_LISTS
        return Stage.LATE_LISTS if item.proof.late else Stage.LISTS
    return Stage.WRITES
