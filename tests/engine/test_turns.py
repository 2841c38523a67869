"""Which item a free worker begins, where several are in flight at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

import pytest

from restproof.engine.items import Item
from restproof.engine.touching import needed
from restproof.engine.turns import Turns


def resource(name: str, *above: str, refers: tuple[str, ...] = (), creatable: bool = True) -> Any:
    """What ``Turns`` looks at of a resource that lives under others and refers to some."""
    return SimpleNamespace(
        name=name,
        parents=[SimpleNamespace(resource=parent) for parent in above],
        references={f"{to}_id": SimpleNamespace(to=to) for to in refers},
        inner_references={},
        shapes=SimpleNamespace(create={"required": []}),
        creatable=creatable,
    )


RESOURCES = {
    r.name: r
    for r in (
        resource("company", creatable=False),
        resource("office", "company"),
        resource("project", "company", refers=("office",)),
        resource("rfi", "project"),
        resource("team", "company"),
    )
}


@dataclass(frozen=True)
class Planned:
    """What ``Turns`` looks at of an item."""

    place: str | None
    operation: str | None = "create"
    cost: int = 3
    late: bool = False
    alone: bool = False
    referred: bool = False
    undisturbed: bool = False
    drawn: bool = False
    rule: str = "create.thing"
    test: Callable[..., object] = print
    left_out: bool = False
    count: int = 1

    @property
    def id(self) -> str:
        return f"{self.rule}[{self.place}-{self.operation}]"

    @property
    def resource(self) -> Any:
        return None if self.place is None else RESOURCES[self.place]

    @property
    def proof(self) -> Any:
        marks: dict[str, Any] = {"late": self.late, "alone": self.alone, "referred": self.referred}
        marks |= {"family": self.rule.partition(".")[0], "observes": False, "undisturbed": self.undisturbed}
        return SimpleNamespace(requirement=self.rule, draw={"body": print} if self.drawn else {}, **marks)


def turns(*items: Planned, workers: int = 2, loaded: bool = False) -> Turns:
    return Turns(cast("tuple[Item, ...]", items), workers, RESOURCES, loaded=loaded)


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
    assert list(in_rounds(given, 2)) == [[2, 0], [3, 1]]


@pytest.mark.parametrize(
    ("write", "listed", "is_beside"),
    [
        (Planned("rfi"), "project", False),
        (Planned("project"), "office", False),
        (Planned("office"), "project", True),
        (Planned("office", "delete"), "project", False),
        (Planned("office", "update", referred=True), "project", False),
        (Planned("rfi", late=True), "office", False),
        (Planned("rfi"), "company", True),
    ],
    ids=[
        "lives under it",
        "refers to it",
        "is apart",
        "may be referred to",
        "is referred to",
        "late",
        "nobody writes to it",
    ],
)
def test_a_list_is_judged_beside_those_writes_alone_that_do_not_touch_it(
    write: Planned, listed: str, is_beside: bool
) -> None:
    given = turns(write, Planned(listed, "list"))
    begun = [given.next(0), given.next(1)]
    assert sorted(n for n in begun if n is not None) == ([0, 1] if is_beside else [0])
    for number in begun:
        if number is not None:
            given.ended(number)
    assert given.next(0) == (None if is_beside else 1)


def test_lists_whose_set_up_makes_what_another_one_shows_are_not_judged_together() -> None:
    given = turns(Planned("rfi", "list"), Planned("project", "list"), Planned("office", "list"), workers=3)
    assert list(in_rounds(given, 3)) == [[0, 2], [1]]


def test_what_a_resource_has_to_refer_to_is_made_for_it_and_what_it_may_refer_to_is_not() -> None:
    at_will, forced = resource("task", refers=("office", "rfi")), resource("task", refers=("office", "rfi"))
    forced.shapes.create["required"].append("rfi_id")
    assert needed({**RESOURCES, "task": at_will}, at_will) == {"task"}
    assert needed({**RESOURCES, "task": forced}, forced) == {"task", "rfi", "project"}


@pytest.mark.parametrize(("workers", "then"), [(1, [0, 1]), (5, [29, 37])], ids=["few", "many"])
def test_what_most_lists_wait_for_is_begun_first(workers: int, then: list[int]) -> None:
    """Of a resource, where there are many workers: of few, what one leaves is of use to the next."""
    lists = [Planned("project", "list", cost=20), Planned("office", "list")]
    offices = [*[Planned("office")] * 29, Planned("office", "delete")]
    given = turns(*offices, *[Planned("rfi")] * 7, *lists, workers=workers)
    order = [begun for (begun,) in in_rounds(given, 1)]
    assert order[:9] == [30, 31, 32, 33, 34, 35, 36, *then]


@pytest.mark.parametrize("workers", [1, 5], ids=["few", "many"])
def test_what_reads_comes_before_the_writes_of_its_resource(workers: int) -> None:
    """What it shows need not be looked at again before a write."""
    offices = [Planned("office", operation) for operation in ("delete", "update", "read", *["create"] * 30)]
    given = turns(*offices, workers=workers)
    assert next(in_rounds(given, 1)) == [2]


@pytest.mark.parametrize(("workers", "after"), [(2, [3, 2]), (5, [2, 5])], ids=["few", "many"])
def test_each_of_few_workers_goes_on_where_it_has_been(workers: int, after: list[int]) -> None:
    """What it needs there is made already; of many, some would have nothing to do."""
    office, project = Planned("office"), Planned("project", "delete")
    given = turns(office, project, project, office, office, project, workers=workers)
    begun = [given.next(0), given.next(1)]
    assert begun == [1, 0]
    given.ended(0)
    given.ended(1)
    assert [given.next(1), given.next(0)] == after


def test_what_draws_its_inputs_is_left_to_the_first_worker_while_there_is_something_else() -> None:
    """What draws them takes long to load, and is loaded once so."""
    drawn = [Planned("office", drawn=True), Planned("project", drawn=True)]
    given = turns(*drawn, Planned("office"), Planned("project", cost=20), Planned("office", cost=20))
    rounds = list(in_rounds(given, 2))
    assert {first for first, *_ in rounds[:2]} == {0, 1}
    assert not {0, 1} & {n for _, *others in rounds for n in others}
    alone = turns(*drawn)
    assert len(next(in_rounds(alone, 2))) == 2
    anybody = turns(drawn[0], Planned("office"), loaded=True)
    assert anybody.next(1) == 0


def test_a_list_that_no_write_disturbs_is_for_whoever_has_nothing_else_to_do() -> None:
    calm = Planned("office", "list", undisturbed=True)
    given = turns(calm, calm, Planned("office"), Planned("office", "list"))
    assert list(in_rounds(given, 2)) == [[2, 0], [3, 1]]


def test_a_list_that_no_write_disturbs_waits_for_a_race_all_the_same() -> None:
    given = turns(Planned("office", "update", alone=True), Planned("office", "list", undisturbed=True))
    assert [given.next(0), given.next(1)] == [0, None]


def test_what_a_list_that_no_write_disturbs_lives_under_is_made_before_that_is_listed() -> None:
    given = turns(Planned("project", "list"), Planned("rfi", "list", undisturbed=True))
    assert [given.next(0), given.next(1)] == [1, None]
    given.ended(1)
    assert given.next(1) == 0


def test_who_has_only_judged_what_no_write_disturbs_has_no_set_up_of_the_resource() -> None:
    given = turns(Planned("office"), Planned("office", "list", undisturbed=True), Planned("office", "list"))
    assert [given.next(0), given.next(1)] == [0, 1]
    given.ended(0)
    given.ended(1)
    assert [given.next(1), given.next(0)] == [None, 2]


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


def test_late_lists_come_after_all_writes() -> None:
    given = turns(
        Planned("office", "list", late=True),
        Planned("project", "update", alone=True),
        Planned("office", late=True),
        Planned("office", "list"),
    )
    assert list(in_rounds(given, 3)) == [[1, 2], [3], [0]]


def test_a_race_is_begun_while_nobody_is_at_its_resource_and_nobody_joins_it() -> None:
    race = Planned("office", "update", alone=True)
    given = turns(race, race, *[Planned("office")] * 3, *[Planned("project")] * 9, workers=3)
    assert [given.next(w) for w in range(3)] == [0, 5, 6]
    given.ended(5)
    assert given.next(1) == 7
    given.ended(0)
    assert given.next(0) == 1


def test_no_race_is_begun_where_others_are_until_they_have_ended() -> None:
    given = turns(*[Planned("office", cost=9)] * 3, Planned("office", "update", alone=True))
    assert [given.next(0), given.next(1)] == [0, 1]
    given.ended(0)
    assert given.next(0) == 2
    given.ended(1)
    assert given.next(1) is None
    given.ended(2)
    assert [given.next(1), given.next(0)] == [3, None]


def test_while_some_race_there_is_enough_to_do_for_the_others() -> None:
    offices, projects = [Planned("office")] * 9, [Planned("project")] * 9
    races = [Planned(name, "update", alone=True) for name in ("office", "project", "rfi")]
    given = turns(*offices, *projects, *races, workers=4)
    begun = [given.next(w) for w in range(4)]
    assert len({18, 19, 20}.intersection(begun)) == 1
    assert None not in begun


def waits(subject: object) -> Iterator[float]:
    yield 1.0


LIMITED = Planned(None, None, rule="limit.reached")
RESTS = Planned(None, None, rule="limit.rests", test=waits, late=True)


def test_what_a_test_that_rests_waits_for_comes_first_and_alone_and_its_worker_ends_it() -> None:
    given = turns(Planned("office"), Planned(None, None), LIMITED, RESTS)
    assert [given.next(1), given.next(0)] == [2, None]
    given.ended(2)
    assert [given.next(0), given.next(1)] == [0, None]
    given.ended(0)
    assert given.next(0) == 1
    given.ended(1)
    assert [given.next(0), given.next(1)] == [None, 3]


def test_a_test_that_rests_is_lost_with_the_worker_that_has_begun_it() -> None:
    given = turns(LIMITED, RESTS, Planned("office"))
    assert given.next(1) == 0
    given.ended(0)
    assert [given.lost(1), given.lost(0)] == [[1], []]
    assert given.next(0) == 2
    assert not given


def test_what_is_about_the_whole_server_comes_last_and_alone() -> None:
    given = turns(Planned(None, None), Planned(None, None), Planned("office"))
    assert list(in_rounds(given, 2)) == [[2], [0], [1]]


def test_a_worker_stays_with_its_resource_and_the_others_go_where_most_is_left() -> None:
    offices, teams = [Planned("office")] * 4, [Planned("team", cost=9)] * 4
    given = turns(*offices, *teams, workers=3)
    assert [given.next(w) for w in range(3)] == [4, 0, 5]
    given.ended(0)
    given.ended(5)
    assert [given.next(w) for w in (2, 1)] == [6, 1]


@pytest.mark.parametrize(("late", "cost", "first"), [(False, 50, 9), (False, 4, 0), (True, 4, 9)])
def test_what_takes_as_long_as_the_others_together_is_begun_at_once(late: bool, cost: int, first: int) -> None:
    given = turns(*[Planned("office")] * 9, Planned("office", cost=cost, late=late))
    assert given.next(0) == first


def test_one_that_knows_nothing_of_a_resource_leaves_a_small_rest_to_those_who_do() -> None:
    given = turns(Planned("office"), Planned("office"))
    assert given.next(0) == 0
    assert given.next(1) is None
    given.ended(0)
    assert given.next(0) == 1
