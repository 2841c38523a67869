"""How items end, what the run file is told of it, and how much is sent for it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from restproof.suite import (
    Ground,
    NotTested,
    Reply,
    SetUpFailed,
    Subject,
    every_exchange,
    for_all,
    for_each,
    must,
    requirement,
)
from restproof.wire.message import Request

from .conftest import Answer, Bench

MakeBench = Callable[..., Bench]


def numbers(ground: Ground) -> Iterator[dict[str, Any]]:
    for n in range(6):
        yield {"n": n}


def bodies(ground: Ground) -> Any:
    return ground.bodies.valid


def test_an_enumerated_item_passes(bench: MakeBench) -> None:
    @requirement("x.y", on="create")
    @for_each(numbers)
    def test(subject: Subject, n: int) -> None:
        must.have_status(subject.create({"name": str(n)}), "created")

    made = bench(lambda _: (201, {"id": 1, "name": "x"}))
    outcome = made.run(test, "shelf-create")
    assert (outcome.outcome, outcome.cases, outcome.findings) == ("pass", 6, [])
    assert [c["case"] for c in made.events.of("case")] == [f"x.y[shelf-create]#{n}" for n in range(1, 7)]
    assert [c["input"] for c in made.events.of("case")] == [{"n": n} for n in range(6)]
    assert made.events[-1] == {
        "event": "outcome", "item": "x.y[shelf-create]", "outcome": "pass", "cases": 6, "reason": None,
    }  # fmt: skip


def test_every_failing_case_leaves_its_own_finding(bench: MakeBench) -> None:
    @requirement("x.y", on="create")
    @for_each(numbers)
    def test(subject: Subject, n: int) -> None:
        must.have_status(subject.create({"name": str(n)}), "created", field=f"f{n}")

    made = bench(lambda request: (400 if json.loads(request.body or b"")["name"] in "135" else 201, {"id": 1}))
    outcome = made.run(test, "shelf-create")
    assert (outcome.outcome, outcome.cases, len(outcome.findings)) == ("fail", 6, 3)
    found = made.events.of("finding")
    assert [f["case"] for f in found] == [f"x.y[shelf-create]#{n}" for n in (2, 4, 6)]
    assert [f["field"] for f in found] == ["f1", "f3", "f5"]
    assert [f["exchange"] for f in found] == [2, 4, 6]
    assert [c.about.case for c in made.session.exchanges] == [c["case"] for c in made.events.of("case")]


def test_a_set_up_that_fails_blocks(bench: MakeBench) -> None:
    @requirement("x.y", on="read", needs="create")
    def test(subject: Subject) -> None:
        subject.read(subject.own().id)
        pytest.fail("there is nothing to read")

    outcome = bench(lambda _: (500, None)).run(test, "shelf-read")
    assert outcome.outcome == "blocked"
    assert outcome.reason == "set-up: the create of a shelf answered 500"


def test_a_set_up_that_fails_after_a_finding_hides_nothing(bench: MakeBench) -> None:
    @requirement("x.y", on="create")
    @for_each(numbers)
    def test(subject: Subject, n: int) -> None:
        if n == 1:
            raise SetUpFailed("no more")
        must.hold(False, None, "broken", kind="k")

    outcome = bench().run(test, "shelf-create")
    assert (outcome.outcome, len(outcome.findings)) == ("fail", 1)


def test_what_cannot_be_tested_says_why(bench: MakeBench) -> None:
    @requirement("x.y", on="create")
    @for_each(numbers)
    def test(n: int) -> None:
        if n == 2:
            raise NotTested("no second credential")

    outcome = bench().run(test, "shelf-create")
    assert outcome.outcome == "not tested"
    assert outcome.reason == "no second credential (after 2 of 6 cases)"


def test_a_ceiling_of_requests_is_no_failure(bench: MakeBench) -> None:
    @requirement("x.y", on="create")
    def test(subject: Subject) -> None:
        subject.create({"name": "a"})

    outcome = bench(lambda _: (201, {"id": 1}), ceiling=0).run(test, "shelf-create")
    assert (outcome.outcome, outcome.reason) == ("not tested", "ceiling reached")


def test_a_server_that_says_nothing_is_not_asked_for_ever(bench: MakeBench) -> None:
    @requirement("x.y", on="create")
    @for_each(numbers)
    def test(subject: Subject, n: int) -> None:
        must.have_status(subject.create({"name": "a"}), "created")

    made = bench(lambda _: "timeout")
    outcome = made.run(test, "shelf-create")
    assert outcome.outcome == "fail"
    assert len(made.session.exchanges) == 3


# ------------------------------------------------------------------------------------------------------- properties


def passing(bench: MakeBench) -> int:
    @requirement("x.y", on="create")
    @for_all(body=bodies)
    def test(subject: Subject, body: dict[str, Any]) -> None:
        must.have_status(subject.create(body), "created")

    made = bench(lambda _: (201, {"id": 1}))
    assert made.run(test, "shelf-create").outcome == "pass"
    return len(made.session.exchanges)


def test_a_property_sends_as_many_cases_as_it_has_examples(bench: MakeBench) -> None:
    assert 4 <= passing(bench) <= 8


@pytest.mark.parametrize("fails", ["always", "with pages", "once"])
def test_a_failing_property_sends_at_most_twice_as_much(fails: str, bench: MakeBench) -> None:
    seen = 0

    def server(request: Request) -> Answer:
        nonlocal seen
        seen += 1
        body = json.loads(request.body or b"{}")
        wrong = {"always": True, "with pages": body.get("pages") is not None, "once": seen == 3}[fails]
        return (500 if wrong else 201), {"id": 1}

    @requirement("x.y", on="create")
    @for_all(body=bodies)
    def test(subject: Subject, body: dict[str, Any]) -> None:
        must.have_status(subject.create(body), "created")

    made = bench(server)
    outcome = made.run(test, "shelf-create")
    assert outcome.outcome == "fail"
    assert len(made.session.exchanges) <= 2 * 8
    (finding,) = made.events.of("finding")
    # What is told is a case of the run file, and the exchange that it cites belongs to it.
    (case,) = (c for c in made.events.of("case") if c["case"] == finding["case"])
    exchange = made.session.exchanges[finding["exchange"] - 1]
    assert exchange.about.case == case["case"]
    assert exchange.status == 500
    if fails == "with pages":
        assert case["input"]["body"]["pages"] is not None


def test_shrinking_makes_the_input_smaller(bench: MakeBench) -> None:
    @requirement("x.y", on="create")
    @for_all(body=bodies)
    def test(subject: Subject, body: dict[str, Any]) -> None:
        must.have_status(subject.create(body), "created")

    made = bench(lambda _: (500, None))
    made.run(test, "shelf-create")
    (finding,) = made.events.of("finding")
    told = next(c["input"] for c in made.events.of("case") if c["case"] == finding["case"])
    assert len(json.dumps(told)) <= min(len(json.dumps(c["input"])) for c in made.events.of("case"))


def test_the_same_seed_sends_the_same_cases(bench: MakeBench) -> None:
    @requirement("x.y", on="create")
    @for_all(body=bodies)
    def test(subject: Subject, body: dict[str, Any]) -> None:
        subject.create(body)

    def sent(seed: int) -> list[Any]:
        made = bench(lambda _: (201, {"id": 1}))
        made.runner.seed = seed
        made.run(test, "shelf-create")
        return [e.request.body for e in made.session.exchanges]

    assert sent(1) == sent(1)
    assert sent(1) != sent(2)


def test_a_ceiling_in_the_middle_of_shrinking_keeps_the_failure(bench: MakeBench) -> None:
    @requirement("x.y", on="create")
    @for_all(body=bodies)
    def test(subject: Subject, body: dict[str, Any]) -> None:
        must.have_status(subject.create(body), "created")

    outcome = bench(lambda _: (500, None), ceiling=2).run(test, "shelf-create")
    assert outcome.outcome == "fail"


@pytest.mark.parametrize(("reason", "outcome"), [(SetUpFailed, "blocked"), (NotTested, "not tested")])
def test_a_property_that_cannot_be_tried_says_why(reason: type[Exception], outcome: str, bench: MakeBench) -> None:
    @requirement("x.y", on="create")
    @for_all(body=bodies)
    def test(body: dict[str, Any]) -> None:
        raise reason("because")

    found = bench().run(test, "shelf-create")
    assert (found.outcome, found.reason) == (outcome, "because")


# ------------------------------------------------------------------------------------------------ the suite is broken


def test_an_error_of_a_suite_is_not_swallowed(bench: MakeBench, monkeypatch: pytest.MonkeyPatch) -> None:
    @requirement("x.y", on="create")
    @for_each(numbers)
    def test(n: int) -> None:
        raise KeyError("oops")

    made = bench()
    (item,) = (i for i in made.items(test) if i.label == "shelf-create")
    with pytest.raises(KeyError):
        made.runner.run(item)
    over: list[bool] = []
    monkeypatch.setattr(made.runner.world.session.guard, "close", lambda: over.append(True))
    made.runner.failed(item, KeyError("oops"))
    assert over == [True]  # what the item has written may have to be put back
    assert made.events[-1]["outcome"] == "error"
    assert made.events[-1]["reason"] == "KeyError: 'oops'"


def test_a_rule_that_does_not_bind_is_told_and_not_run(bench: MakeBench) -> None:
    @requirement("x.y", on="create")
    def test() -> None:
        pytest.fail("it does not apply")

    made = bench()
    (item,) = (i for i in made.items(test) if i.label == "shelf-create")
    made.runner.waive(item, "not declared")
    assert (made.events[-1]["outcome"], made.events[-1]["reason"]) == ("not applicable", "not declared")
    assert made.events.of("case") == []


def test_an_error_of_a_property_is_not_shrunk(bench: MakeBench) -> None:
    @requirement("x.y", on="create")
    @for_all(body=bodies)
    def test(subject: Subject, body: dict[str, Any]) -> None:
        subject.create(body)
        raise KeyError("oops")

    made = bench(lambda _: (201, {"id": 1}))
    (item,) = (i for i in made.items(test) if i.label == "shelf-create")
    with pytest.raises(KeyError):
        made.runner.run(item)
    assert len(made.session.exchanges) == 1


# -------------------------------------------------------------------------------------------------------- observers


@requirement("o.status")
@every_exchange
def no_5xx(reply: Reply) -> None:
    must.hold(reply.status < 500, reply, f"answered {reply.status}", kind="status", actual=reply.status)


def test_an_observer_judges_every_exchange_of_its_place(bench: MakeBench) -> None:
    made = bench(lambda request: (503 if request.method == "GET" else 201, {"id": 1}))
    observers = {i.label: i for i in made.items(no_5xx)}
    assert {"shelf-create", "shelf-read", "book-list", "label-replace"} <= observers.keys()
    made.watch.take(observers.values())
    shelf = made.subject("shelf")
    shelf.create({"name": "a"})
    shelf.read(1)
    shelf.read(2)
    assert made.runner.run(observers["shelf-create"]).outcome == "pass"
    failed = made.runner.run(observers["shelf-read"])
    assert (failed.outcome, failed.cases, len(failed.findings)) == ("fail", 2, 2)
    silent = made.runner.run(observers["shelf-delete"])
    assert (silent.outcome, silent.reason) == ("not tested", "no such exchange in this run")
    assert [f["case"] for f in made.events.of("finding")] == ["c", "c"]


def test_what_came_behind_an_answer_is_told_of_its_exchange(bench: MakeBench) -> None:
    """Also where the next one finds it: that one is another operation's, and has its own answer."""

    @requirement("o.end")
    @every_exchange
    def ends(reply: Reply, behind: str = "") -> None:
        must.hold(not behind, reply, f"behind it came {behind}", kind="behind", actual=behind)

    made = bench()
    observers = {i.label: i for i in made.items(ends)}
    made.watch.take(observers.values())
    shelf = made.subject("shelf")
    first = shelf.list()
    made.session.belated = {first.exchange.n: "more bytes"}
    shelf.read(1)
    assert [(f["item"], f["exchange"]) for f in made.events.of("finding")] == [
        (observers["shelf-list"].id, first.exchange.n)
    ]
    assert made.runner.run(observers["shelf-read"]).outcome == "pass"
    failed = made.runner.run(observers["shelf-list"])
    assert (failed.outcome, failed.cases) == ("fail", 1)


def test_an_observer_does_not_repeat_itself_for_ever(bench: MakeBench) -> None:
    made = bench(lambda _: (500, None))
    observers = {i.label: i for i in made.items(no_5xx)}
    made.watch.take(observers.values())
    shelf = made.subject("shelf")
    for id in range(20):
        shelf.read(id)
    outcome = made.runner.run(observers["shelf-read"])
    assert outcome.cases == 20
    assert len(outcome.findings) == len(made.events.of("finding")) == 3


def test_an_observer_remembers_per_item(bench: MakeBench) -> None:
    seen: list[int] = []

    @requirement("o.memory")
    @every_exchange
    def count(reply: Reply, memory: dict[str, int]) -> None:
        memory["n"] = memory.get("n", 0) + 1
        seen.append(memory["n"])

    made = bench()
    made.watch.take(made.items(count))
    shelf = made.subject("shelf")
    shelf.read(1)
    shelf.read(1)
    shelf.list()
    assert seen == [1, 2, 1]


def test_a_finding_of_an_observer_does_not_end_the_case(bench: MakeBench) -> None:
    @requirement("x.y", on="read")
    def test(subject: Subject) -> None:
        must.have_answered(subject.read(1))

    made = bench(lambda _: (500, None))
    made.watch.take(made.items(no_5xx))
    assert made.run(test, "shelf-read").outcome == "pass"


# ------------------------------------------------------------------------------------------------------------- items


def test_items_are_made_where_the_rule_applies(bench: MakeBench) -> None:
    @requirement("x.y", on=("create", "delete"), needs="read", when=lambda c, r: r.name != "team")
    def test(subject: Subject) -> None: ...

    # A resource that PUT creates counts as one that can be created.
    assert [i.label for i in bench().items(test)] == [
        "shelf-create", "shelf-delete", "book-create", "book-delete", "label-delete",
    ]  # fmt: skip


def test_a_rule_about_the_server_is_one_item(bench: MakeBench) -> None:
    @requirement("x.y")
    def test(subject: Subject) -> None:
        subject.list()

    made = bench(lambda _: (200, []))
    (item,) = made.items(test)
    assert (item.id, item.resource, item.operation) == ("x.y[server]", None, None)
    assert made.runner.run(item).outcome == "pass"


def test_no_case_no_item(bench: MakeBench) -> None:
    @requirement("x.y", on="create")
    @for_each(lambda field: [{}] if field.resource.name == "book" else [])
    def test(subject: Subject) -> None: ...

    assert [i.label for i in bench().items(test)] == ["book-create"]
