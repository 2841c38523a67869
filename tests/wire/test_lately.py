"""What is kept of the answers that came lately."""

from __future__ import annotations

import pytest

from restproof.wire import lately
from restproof.wire.lately import Lately
from restproof.wire.message import About, Exchange, Request, Response
from restproof.wire.places import Where


def answer(path: str, size: int) -> Exchange:
    response = Response(200, "OK", (), b"x" * size)
    return Exchange(1, Request("GET", path), f"http://h{path}", response, None, 0.0, 0.0, None, About(None, None))


def where(path: str) -> Where:
    return path, (), ()


def kept_of(sizes: list[int], most: int) -> list[str]:
    known = Lately(most)
    for number, size in enumerate(sizes):
        known.keep(where(f"/{number}"), answer(f"/{number}", size), 0.0)
    return [kept.exchange.request.path for kept in reversed(known)]


def test_the_last_answers_are_kept_as_many_as_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lately, "_ROOM", 10)
    assert kept_of([1, 1, 1], 2) == ["/2", "/1"]
    assert kept_of([4, 4, 4], 9) == ["/2", "/1"]
    assert kept_of([4, 11], 9) == ["/1"], "the last one is kept, whatever its size"


def test_an_answer_takes_the_place_of_the_one_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lately, "_ROOM", 10)
    known = Lately(9)
    for at in (1.0, 2.0):
        known.keep(where("/1"), answer("/1", 6), at)
    known.keep(where("/2"), answer("/2", 4), 3.0)
    first = known.at(where("/1"))
    assert first is not None
    assert first.came == 2.0
    known.forget(where("/1"))
    assert known.at(where("/1")) is None
    known.keep(where("/3"), answer("/3", 6), 4.0)
    assert len(list(reversed(known))) == 2
    known.clear()
    assert list(reversed(known)) == []
