"""A create that leads to no id, where the contract leaves open whether it does."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from restproof.contract.model import Contract
from restproof.engine.creates import Unnamed
from restproof.engine.failure import Inconclusive, NotTested
from restproof.suite import Subject
from restproof.wire.message import Request

from .conftest import CONTRACT, Bench

MakeBench = Callable[..., Bench]


class Remembered:
    """A keeper of a replay."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.values = values

    def recall(self, name: str, value: Any) -> Any:
        return self.values.pop(name, None)

    def recall_or_make(self, name: str, make: Callable[[], Any]) -> Any:
        return make()


@pytest.fixture
def may_be_silent(contract_of: Callable[[str], Contract]) -> Contract:
    return contract_of(CONTRACT.replace("    unique: [name]\n", "    open: [id]\n"))


def ask_twice_in_vain(bench: Bench) -> None:
    other = Subject(bench.world, bench.world.contract.resources["shelf"], token="rpabcdef00009", item="i", case="d")
    for _ in range(2):
        with pytest.raises(NotTested, match="leads to no id"):
            other.create({"name": "{run}"})


def test_a_create_that_led_to_no_id_is_the_last_one_and_in_any_part_of_a_replay_too(
    bench: MakeBench, may_be_silent: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = bench(lambda _: (201, None), contract=may_be_silent)
    monkeypatch.setattr(live.world.keeper, "_sink", live.events)
    assert live.subject("shelf").create({"name": "{run}"}).unnamed
    ask_twice_in_vain(live)
    assert [e.request.method for e in live.session.exchanges] == ["POST", "GET"], "the list does not show it either"

    again = bench(lambda _: (201, None), contract=may_be_silent)
    again.world.unnamed = Unnamed(Remembered({e["name"]: e["value"] for e in live.events.of("value")}), again.session)
    ask_twice_in_vain(again)
    assert again.session.exchanges == []


def test_a_create_without_an_id_after_those_that_led_to_one_stops_no_other(
    bench: MakeBench, may_be_silent: Contract
) -> None:
    answers = iter([{"id": 41}, None, {"id": 42}])

    def answer(request: Request) -> tuple[int, Any]:
        return (200, []) if request.method == "GET" else (201, next(answers))

    shelf = bench(answer, contract=may_be_silent).subject("shelf")
    assert [shelf.create({"name": "{run}"}).id for _ in range(3)] == [41, None, 42]


def kept(request: Request, store: list[dict[str, Any]]) -> tuple[int, Any]:
    """A server whose creates are answered without an id."""
    if request.method == "GET":
        return 200, store
    store.append({"id": 7 + len(store), **json.loads(request.body or b"{}")})
    return 201, {"name": store[-1]["name"]}


def test_what_the_list_shows_with_the_token_is_what_was_made(bench: MakeBench, may_be_silent: Contract) -> None:
    store: list[dict[str, Any]] = [{"id": 1, "name": "Oak"}]
    made = bench(lambda request: kept(request, store), contract=may_be_silent)
    shelf = made.subject("shelf")
    assert [shelf.create({"name": f"{{run}} {n}"}).id for n in range(2)] == [8, 9]
    assert shelf.another("gone").id == 10, "a further token is one of the run's too"
    with pytest.raises(Inconclusive, match="nothing would show what this one has made"):
        shelf.create({"name": None})
    assert len(store) == 4


def test_one_without_a_token_does_not_speak_for_the_others(bench: MakeBench, may_be_silent: Contract) -> None:
    store: list[dict[str, Any]] = []
    shelf = bench(lambda request: kept(request, store), contract=may_be_silent).subject("shelf")
    with pytest.raises(Inconclusive, match="nothing would show what this one has made"):
        shelf.create({"name": "r"})
    assert not store
    assert shelf.create({"name": "{run}"}).id == 7


def test_of_two_that_may_be_it_neither_is(bench: MakeBench, may_be_silent: Contract) -> None:
    store: list[dict[str, Any]] = []

    def twice(request: Request) -> tuple[int, Any]:
        return kept(request, store) and kept(request, store)

    assert bench(twice, contract=may_be_silent).subject("shelf").create({"name": "{run}"}).unnamed
