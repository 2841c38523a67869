"""A create that leads to no id, where the contract leaves open whether it does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from restproof.contract.model import Contract
from restproof.engine.creates import Unnamed
from restproof.engine.failure import NotTested
from restproof.suite import Subject

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
    assert len(live.session.exchanges) == 1

    again = bench(lambda _: (201, None), contract=may_be_silent)
    again.world.unnamed = Unnamed(Remembered({e["name"]: e["value"] for e in live.events.of("value")}))
    ask_twice_in_vain(again)
    assert again.session.exchanges == []


def test_a_create_without_an_id_after_those_that_led_to_one_stops_no_other(
    bench: MakeBench, may_be_silent: Contract
) -> None:
    answers = iter([{"id": 41}, None, {"id": 42}])
    shelf = bench(lambda _: (201, next(answers)), contract=may_be_silent).subject("shelf")
    assert [shelf.create({"name": "{run}"}).id for _ in range(3)] == [41, None, 42]
