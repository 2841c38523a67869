"""The first case of an item goes ahead of the others where it tells more: what it finds is told at once, and once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from tests.miniatures.bench import REGISTER, rules

from restproof.bundle import bundled_dir
from restproof.contract.load import load
from restproof.engine.items import Item, items_of
from restproof.engine.order import FIRST_CASE, first_cases, in_plan_order, may_go_ahead
from restproof.plan.bodies import Bodies
from restproof.plan.ground import Ground
from restproof.plan.profile import PROFILES
from restproof.suite import NotTested, Subject, for_each, must, requirement
from restproof.wire.message import Request

from .conftest import Answer, Bench

MakeBench = Callable[..., Bench]


def three(_: Ground) -> Iterator[Mapping[str, Any]]:
    yield from ({"number": number} for number in range(3))


@requirement("x.many", on="list")
@for_each(three, apart=True)
def many(subject: Subject, number: int) -> None:
    must.have_status(subject.list((("number", str(number)),)), "listed")


@requirement("x.other", on="list")
def other(subject: Subject) -> None:
    subject.list((("number", "other"),))


@requirement("x.broken", on="list")
@for_each(three, apart=True)
def broken(subject: Subject, number: int) -> None:
    raise ValueError(f"case {number} is broken")


@requirement("x.ends", on="list")
@for_each(three, apart=True)
def ends(subject: Subject, number: int) -> None:
    subject.list((("number", str(number)),))
    raise NotTested("there is nothing to see")


def item_of(running: Bench, test: Callable[..., Any]) -> Item:
    return next(i for i in running.items(test) if i.label == "shelf-list")


def begun(make: MakeBench, test: Callable[..., Any], status: int = 200) -> tuple[Bench, Item]:
    """A bench that has run one item, before which the first case of ``test`` was sent; and the item of that test."""
    running = make(lambda _: (status, []))
    before, item = item_of(running, other), item_of(running, test)
    running.runner.send_ahead({before.id: [item]})
    assert running.runner.run(before).outcome == "pass"
    return running, item


def asked(running: Bench) -> list[str]:
    return [dict(e.request.query)["number"] for e in running.session.exchanges]


def test_the_others_follow_when_the_item_comes(bench: MakeBench) -> None:
    running, item = begun(bench, many)
    assert asked(running) == ["0", "other"]
    outcome = running.runner.run(item)
    assert (outcome.outcome, outcome.cases) == ("pass", 3)
    assert asked(running) == ["0", "other", "1", "2"]
    assert [e["case"] for e in running.events.of("case") if e["item"] == item.id] == [
        f"{item.id}#{n}" for n in (1, 2, 3)
    ]


def test_what_it_finds_is_written_at_once_and_once(bench: MakeBench) -> None:
    running, item = begun(bench, many, 500)
    assert [e["case"] for e in running.events.of("finding")] == [f"{item.id}#1"]
    outcome = running.runner.run(item)
    assert (outcome.outcome, len(outcome.findings)) == ("fail", 3)
    assert [e["case"] for e in running.events.of("finding")] == [f"{item.id}#{n}" for n in (1, 2, 3)]
    assert [e["item"] for e in running.events.of("outcome")][-1] == item.id


@requirement("x.makes", on="create")
@for_each(three, apart=True)
def makes(subject: Subject, number: int) -> None:
    must.have_status(subject.create(subject.bodies.minimal("first")), "created")


@requirement("x.needs", on="read")
def needs(subject: Subject) -> None:
    assert subject.own().id == 1


def test_what_it_leaves_serves_others_before_its_own_item_comes(bench: MakeBench) -> None:
    ids = iter(range(1, 9))
    running = bench(
        lambda r: (201, {"id": next(ids), "name": "x"}) if r.method == "POST" else (200, {"id": 1, "name": "x"})
    )
    before, item = (
        next(i for i in running.items(test) if i.resource and i.resource.name == "shelf") for test in (needs, makes)
    )
    running.runner.send_ahead({before.id: [item]})
    assert running.runner.run(before).outcome == "pass"
    assert [e.request.method for e in running.session.exchanges] == ["POST", "GET"]


@requirement("x.writes", on="update")
@for_each(three, apart=True)
def writes(subject: Subject, number: int) -> None:
    before = subject.before(subject.own().id)
    assert subject.update(subject.own().id, {"name": f"{before['name']}{number}"}).ok
    subject.now(subject.own().id)


def test_an_instance_of_its_own_waits_for_its_other_cases(bench: MakeBench) -> None:
    shelves: dict[str, str] = {}

    def server(request: Request) -> Answer:
        id = str(len(shelves) + 1) if request.method == "POST" else request.path.rpartition("/")[2]
        sent = json.loads(request.body or b"{}")
        shelves[id] = sent.get("name", shelves.get(id, ""))
        return 201 if request.method == "POST" else 200, {"id": int(id), "name": shelves[id]}

    running = bench(server)
    before = next(i for i in running.items(needs) if i.label == "shelf-read")
    item = next(i for i in running.items(writes) if i.label == "shelf-update")
    running.runner.send_ahead({before.id: [item]})
    with pytest.raises(AssertionError):
        running.runner.run(before)  # it has one of its own, the second
    assert running.runner.run(item).outcome == "pass"
    assert [e.request.method for e in running.session.exchanges].count("POST") == 2
    assert shelves["1"].endswith("012")
    assert running.session.exchanges[-1].request.path.endswith("/1")
    assert running.world.own.waiting == set()


def test_what_keeps_it_from_being_judged_is_told_of_its_own_item(bench: MakeBench) -> None:
    running, item = begun(bench, ends)
    outcome = running.runner.run(item)
    assert (outcome.outcome, outcome.reason) == ("not tested", "there is nothing to see")
    assert asked(running) == ["0", "other"]


def test_a_broken_rule_breaks_its_own_item(bench: MakeBench) -> None:
    running, item = begun(bench, broken)
    with pytest.raises(ValueError, match="case 0 is broken"):
        running.runner.run(item)


@pytest.fixture(scope="module")
def plan() -> list[Item]:
    contract = load(bundled_dir() / "contracts" / "procore")
    bodies = {r.name: Bodies(contract, r) for r in contract}
    found = [i for proof, test in rules() for i in items_of(proof, test, contract, PROFILES["ci"], bodies)]
    return in_plan_order(found, REGISTER)


def test_a_first_case_goes_before_what_tells_less_and_before_its_own_item(plan: list[Item]) -> None:
    places = {item.id: place for place, item in enumerate(plan)}
    ahead = {first.id: before for before, firsts in first_cases(plan, REGISTER).items() for first in firsts}
    assert "conflict.duplicate[office-create]" in ahead
    assert all(places[before] < places[first] for first, before in ahead.items())
    assert all(may_go_ahead(plan[places[first]]) for first in ahead)


def test_one_that_tells_of_nothing_waits_for_the_others(plan: list[Item]) -> None:
    rule = REGISTER["input.unknown-field"]
    idle = replace(rule, kills={**rule.kills, f"create{FIRST_CASE}": 0.0001})
    found = first_cases(plan, {**REGISTER, rule.id: idle})
    assert not any(
        i.proof.requirement == rule.id and i.operation == "create" for firsts in found.values() for i in firsts
    )


def test_cases_of_which_one_meets_what_another_has_left_stay_together(plan: list[Item]) -> None:
    together = ("list.filter-sound", "conflict.race", "update.only-named")
    assert not any(may_go_ahead(item) for item in plan if item.proof.requirement in together or item.operation is None)
