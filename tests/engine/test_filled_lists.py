"""A list with entries enough: what the run has left there is not made once more, what others hold is not counted."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from restproof.suite import Subject, requirement
from restproof.suite.lists import see_an_entry, some
from restproof.wire.message import Request

from .conftest import Answer, Bench

MakeBench = Callable[..., Bench]
WANTED = 3


class Shelves:
    """A server of shelves that are made and listed; ``there``: the names of those that others have."""

    def __init__(self, *there: str) -> None:
        self.shelves = [{"id": n, "name": name} for n, name in enumerate(there, start=1)]

    def __call__(self, request: Request) -> Answer:
        if request.method == "POST":
            self.shelves.append({"id": len(self.shelves) + 1, **json.loads(request.body or b"")})
            return 201, self.shelves[-1]
        return 200, self.shelves


@requirement("x.makes", on="create")
def makes(subject: Subject) -> None:
    for number in range(WANTED):
        assert subject.create(subject.bodies.minimal(f"made{number}")).ok


@requirement("x.lists", on="list")
def lists(subject: Subject) -> None:
    assert len(some(subject, WANTED)) >= WANTED


@requirement("x.needs-one", on="list")
def needs_one(subject: Subject) -> None:
    see_an_entry(subject)


def set_ups(bench: Bench) -> list[str | None]:
    return [e.about.setup for e in bench.session.exchanges if e.request.method == "POST"]


def test_what_the_run_has_left_in_a_list_is_not_made_once_more(bench: MakeBench) -> None:
    running = bench(Shelves())
    assert [running.run(test, f"shelf-{o}").outcome for test, o in ((makes, "create"), (lists, "list"))] == ["pass"] * 2
    assert set_ups(running) == [None] * WANTED
    assert [e.request.method for e in running.session.exchanges].count("GET") == 1


@pytest.mark.parametrize("there", [(), ("Harbour", "North Wing", "rpzzzzzz00001 own", "x")], ids=["none", "others'"])
def test_what_others_hold_is_not_counted(bench: MakeBench, there: Any) -> None:
    running = bench(Shelves(*there))
    assert running.run(lists, "shelf-list").outcome == "pass"
    assert set_ups(running) == [f"shelf:n{number}" for number in range(WANTED)]


def test_one_entry_is_what_refused_requests_are_sent_to(bench: MakeBench) -> None:
    running = bench(Shelves())
    assert running.run(needs_one, "shelf-list").outcome == "pass"
    assert [(e.request.method, e.about.setup) for e in running.session.exchanges] == [("POST", "shelf:target")]


def test_where_nobody_can_make_one_the_list_has_to_hold_one(bench: MakeBench) -> None:
    for server, ends in ((Shelves(), "not tested"), (Shelves("Harbour"), "pass")):
        assert bench(server, ids={}).run(needs_one, "team-list").outcome == ends
