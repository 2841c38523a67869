"""What an item has made and deleted stands for what is gone: set-up need make nothing for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from restproof.contract.model import Contract
from restproof.suite import Subject
from restproof.wire.message import Request

from .conftest import CONTRACT, Answer, Bench
from .test_spares import item, methods


@pytest.fixture
def running(bench: Callable[..., Bench], contract_of: Callable[[str], Contract]) -> Bench:
    """A server whose ids do not come again."""
    return bench(
        Deleting(), contract=contract_of(CONTRACT.replace("unique: [name]", "unique: [name]\n    id: {reused: never}"))
    )


class Deleting:
    """A server of shelves that deletes all that it is asked to, and whatever else it is asked to."""

    def __init__(self) -> None:
        self.made = 99

    def __call__(self, request: Request) -> Answer:
        if request.method == "POST":
            self.made += 1
        return (204, None) if request.method == "DELETE" else (201, {"id": self.made, "name": "x", "pages": None})


def gone(subject: Subject) -> Any:
    return subject.resolved("{ref:shelf:deleted}")


def seen_by_an_item(bench: Bench, before: Callable[[Subject], Any]) -> list[Any]:
    """What stands for something gone, twice, after an item that has done ``before``."""
    found = []
    bench.run(item("before", before), "shelf-create")
    bench.run(item("asks", lambda subject: found.extend([gone(subject), gone(subject)])), "shelf-create")
    return found


def test_what_an_item_has_deleted_is_gone_for_others_too(running: Bench) -> None:
    assert seen_by_an_item(running, lambda subject: subject.delete(subject.own().id)) == [100, 100]
    assert methods(running) == ["POST", "DELETE"]


def test_set_up_deletes_something_where_no_item_has(running: Bench) -> None:
    assert seen_by_an_item(running, lambda subject: subject.own()) == [101, 101]
    assert methods(running) == ["POST", "POST", "DELETE"]


def test_what_no_item_has_made_or_what_is_deleted_in_an_unusual_way_is_not_said_to_be_gone(running: Bench) -> None:
    def act(subject: Subject) -> None:
        own = subject.own()
        subject.delete(7)
        subject.delete(own.id, credential=None)
        subject.delete(own.id, scope={"team": 5})
        subject.delete(own.id, headers=(("X-Odd", "1"),))

    assert seen_by_an_item(running, act) == [101, 101]


def test_a_replay_is_told_what_each_asked_for(running: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running.world.keeper, "_sink", running.events)
    seen_by_an_item(running, lambda subject: subject.delete(subject.own().id))
    told = {e["name"]: e["value"] for e in running.events if e["event"] == "value" and "deleted" in e["name"]}
    assert told == {f"deleted shelf x.asks[shelf-create]#1 {n}": 100 for n in (1, 2)}
