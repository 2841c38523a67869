"""Which item a free worker begins, where several are in flight at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

import pytest

from restproof.engine.items import Item
from restproof.engine.turns import Stage, Turns


@dataclass(frozen=True)
class Planned:
    """What ``Turns`` looks at of an item."""

    place: str | None
    operation: str | None = "create"
    cost: int = 3
    late: bool = False
    alone: bool = False

    @property
    def resource(self) -> Any:
        return None if self.place is None else SimpleNamespace(name=self.place)

    @property
    def proof(self) -> Any:
        return SimpleNamespace(late=self.late, alone=self.alone)


def turns(*items: Planned, workers: int = 2) -> Turns:
    return Turns(cast("tuple[Item, ...]", items), workers)


def in_rounds(given: Turns, workers: int) -> Iterator[list[int]]:
    """What is in flight together, when all that begin together end together."""
    while given:
        begun = [n for w in range(workers) if (n := given.next(w)) is not None]
        assert begun, "nobody can go on"
        yield begun
        for number in begun:
            given.ended(number)


def test_lists_wait_until_nobody_writes() -> None:
    given = turns(Planned("office"), Planned("office", "list"), Planned("project"), Planned("project", "list"))
    assert list(in_rounds(given, 2)) == [[0, 2], [1, 3]]


def test_a_list_does_not_begin_beside_a_write_of_another_resource() -> None:
    given = turns(Planned("office"), Planned("project", "list"))
    assert given.next(0) == 0
    assert given.next(1) is None
    given.ended(0)
    assert given.stage is Stage.LISTS
    assert given.next(1) == 1


def test_the_lists_of_a_resource_are_judged_by_one_worker_that_knows_it() -> None:
    given = turns(Planned("office"), Planned("office", "list"), Planned("office", "list"))
    assert given.next(1) == 0
    given.ended(0)
    assert given.next(0) is None
    assert given.next(1) == 1
    assert given.next(0) is None


def test_the_lists_of_a_worker_that_is_gone_are_judged_by_another() -> None:
    given = turns(Planned("office"), *[Planned("office", "list")] * 3)
    assert [given.next(1), given.next(0)] == [0, None]
    given.ended(0)
    assert given.next(1) == 1
    assert given.next(0) is None
    given.lost(1)
    given.ended(1)
    assert given.next(0) == 2


def test_what_takes_its_time_comes_after_the_lists_and_races_are_alone_on_their_resource() -> None:
    given = turns(
        Planned("office", "update", alone=True),
        Planned("office", "update", alone=True),
        Planned("project", "update", alone=True),
        Planned("office", "list", late=True),
        Planned("office", late=True),
        Planned("office", "list"),
    )
    assert list(in_rounds(given, 3)) == [[5], [4], [3], [0, 2], [1]]


def test_what_is_about_the_whole_server_comes_last_and_alone() -> None:
    given = turns(Planned(None, None), Planned(None, None), Planned("office"))
    assert list(in_rounds(given, 2)) == [[2], [0], [1]]


def test_a_worker_stays_with_its_resource_and_the_others_go_where_most_is_left() -> None:
    offices, projects = [Planned("office")] * 4, [Planned("project", cost=9)] * 4
    given = turns(*offices, *projects, workers=3)
    assert [given.next(w) for w in range(3)] == [4, 0, 5]
    given.ended(0)
    given.ended(5)
    assert [given.next(w) for w in (2, 1)] == [6, 1]


@pytest.mark.parametrize(("cost", "first"), [(50, 3), (5, 0)])
def test_an_item_of_more_than_an_even_share_is_begun_at_once(cost: int, first: int) -> None:
    given = turns(*[Planned("office")] * 3, Planned("office", cost=cost))
    assert given.next(0) == first


def test_one_that_knows_nothing_of_a_resource_leaves_a_small_rest_to_those_who_do() -> None:
    given = turns(Planned("office"), Planned("office"))
    assert given.next(0) == 0
    assert given.next(1) is None
    given.ended(0)
    assert given.next(0) == 1
