"""Tests that rest: other items go on meanwhile, and what is told of them is told where they stand in the plan."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import strategies as st

from restproof.engine.items import Item
from restproof.suite import Subject, every_exchange, for_all, for_each, must, requirement

from .conftest import Answer, Bench
from .test_settling import Hands

MakeBench = Callable[..., Bench]


@requirement("limit.reached", on="list")
def reaches(subject: Subject) -> None:
    subject.list()


@requirement("other.thing", on="list", cost=3)
def goes_on(subject: Subject) -> None:
    for _ in range(5):
        subject.list()


@requirement("limit.rests", on="list", late=True)
def rests(subject: Subject) -> Iterator[float | None]:
    subject.list()
    yield subject.world.clock.monotonic() + 3
    must.have_status(subject.list(), "listed")
    yield None
    subject.list()


def bench_with(make: MakeBench, answer: Answer = (200, [])) -> tuple[Bench, Hands, list[Item]]:
    """A bench whose requests take a second each, and a plan of three items."""
    clock = Hands()

    def server(_: Any) -> Answer:
        clock.now += 1
        return answer

    made = make(server)
    made.world.clock = made.world.rests._clock = clock
    tests: list[Callable[..., Any]] = [reaches, goes_on, rests]
    items = [next(i for i in made.items(test) if i.label == "shelf-list") for test in tests]
    return made, clock, items


def by_item(made: Bench) -> list[str]:
    return [str(exchange.about.item).partition("[")[0] for exchange in made.session.exchanges]


def test_other_items_go_on_while_one_rests(bench: MakeBench) -> None:
    made, clock, items = bench_with(bench)
    made.runner.rest(items)
    outcomes = [made.runner.run(item) for item in items]
    assert [o.outcome for o in outcomes] == ["pass", "pass", "pass"]
    # Begun after the last item of its family; gone on with when its moment has come; ended in its place.
    assert by_item(made) == ["limit.reached", "limit.rests", *["other.thing"] * 3, "limit.rests", "other.thing", "other.thing", "limit.rests"]  # fmt: skip # noqa: E501
    assert clock.slept == []
    assert [e["item"].partition("[")[0] for e in made.events.of("outcome")] == ["limit.reached", "other.thing", "limit.rests"]  # fmt: skip # noqa: E501
    assert [e["case"] for e in made.events.of("case")].count("limit.rests[shelf-list]#1") == 1


def test_an_item_that_was_not_begun_early_waits_in_its_place(bench: MakeBench) -> None:
    made, clock, items = bench_with(bench)
    outcomes = [made.runner.run(item) for item in items]
    assert [o.outcome for o in outcomes] == ["pass", "pass", "pass"]
    assert by_item(made) == ["limit.reached", *["other.thing"] * 5, *["limit.rests"] * 3]
    assert clock.slept == [3]


def test_one_whose_moment_is_still_to_come_waits_for_what_is_left(bench: MakeBench) -> None:
    made, clock, (first, _, last) = bench_with(bench)
    made.runner.rest([first, last])
    made.runner.run(first)
    clock.now += 1
    made.runner.run(last)
    assert clock.slept == [2]


def test_what_it_finds_in_the_midst_of_another_item_is_told_in_its_own_place(bench: MakeBench) -> None:
    made, _, items = bench_with(bench, (404, {}))
    made.runner.rest(items)
    outcomes = [made.runner.run(item) for item in items]
    assert [o.outcome for o in outcomes] == ["pass", "pass", "fail"]
    (found,) = made.events.of("finding")
    assert (found["item"], found["case"]) == ("limit.rests[shelf-list]", "limit.rests[shelf-list]#1")
    assert made.events.index(found) > max(n for n, e in enumerate(made.events) if e["event"] == "case")


def test_rules_about_every_exchange_see_the_case_that_each_request_belongs_to(bench: MakeBench) -> None:
    seen: list[tuple[str, dict[str, Any]]] = []

    @requirement("x.seen", on="list")
    @every_exchange
    def sees(reply: Any, case: Any) -> None:
        seen.append((str(reply.exchange.about.item).partition("[")[0], dict(case)))

    @requirement("other.thing", on="list")
    @for_each(lambda ground: [{"n": 7}])
    def goes_on_with(subject: Subject, n: int) -> None:
        goes_on(subject)

    made, _, (first, _, last) = bench_with(bench)
    other = next(i for i in made.items(goes_on_with) if i.label == "shelf-list")
    made.watch.take(made.items(sees))
    made.runner.rest([first, other, last])
    for item in (first, other, last):
        made.runner.run(item)
    assert {name for name, _ in seen} == {"limit.reached", "other.thing", "limit.rests"}
    assert [case for name, case in seen if name == "other.thing"] == [{"n": 7}] * 5
    assert [case for name, case in seen if name == "limit.rests"] == [{}] * 3


def test_what_goes_on_in_the_midst_of_another_item_is_not_parted_by_a_third(bench: MakeBench) -> None:
    """Requests that are sent one after the other, as against a limit, stay so."""

    @requirement("limit.rests", on="list", late=True)
    def sends_three(subject: Subject) -> Iterator[float | None]:
        yield subject.world.clock.monotonic() + 3
        for _ in range(3):
            subject.list()

    @requirement("other.rests", on="list", late=True)
    def rests_too(subject: Subject) -> Iterator[float | None]:
        yield subject.world.clock.monotonic() + 6
        subject.list()

    @requirement("third.thing", on="list", cost=3)
    def goes_on_then(subject: Subject) -> None:
        for _ in range(7):
            subject.list()

    made, _, (first, other, _) = bench_with(bench)
    found = [next(i for i in made.items(t) if i.label == "shelf-list") for t in (goes_on_then, sends_three, rests_too)]
    plan = [other, first, *found]
    made.runner.rest(plan)
    assert [made.runner.run(item).outcome for item in plan] == ["pass"] * 5
    third = by_item(made)[6:]
    assert third == [*["third.thing"] * 3, *["limit.rests"] * 3, "third.thing", "other.rests", *["third.thing"] * 3]


@pytest.mark.parametrize("alone", [True, False])
def test_an_item_without_its_family_before_it_is_not_begun_early(bench: MakeBench, *, alone: bool) -> None:
    made, clock, (_, other, last) = bench_with(bench)
    made.runner.rest([last] if alone else [other, last])
    for item in [last] if alone else [other, last]:
        made.runner.run(item)
    assert clock.slept == [3]


def test_one_whose_only_case_is_drawn_waits_in_its_place(bench: MakeBench) -> None:
    @requirement("limit.drawn", on="list")
    @for_all(weight=0.01, seconds=lambda ground: st.just(3))
    def waits(subject: Subject, seconds: int) -> Iterator[float | None]:
        subject.list()
        yield subject.world.clock.monotonic() + seconds
        subject.list()

    made, clock, (first, other, _) = bench_with(bench)
    drawn = next(i for i in made.items(waits) if i.label == "shelf-list")
    assert drawn.count == 1
    made.runner.rest([first, other, drawn])
    assert [made.runner.run(item).outcome for item in (first, other, drawn)] == ["pass", "pass", "pass"]
    assert clock.slept == [3]
