"""What an item has made and left as it was serves another item, once a read has shown that it is still so."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from restproof.contract.load import load
from restproof.contract.model import Contract
from restproof.engine.around import put_away
from restproof.suite import Inconclusive, Subject, for_each, must, requirement
from restproof.suite.setup import spare
from restproof.wire.message import Request

from .conftest import CONTRACT, NAMED, Answer, Bench
from .test_settling import Hands

MakeBench = Callable[..., Bench]
MORE = {"motto": {"type": ["string", "null"]}, "state": {"enum": ["open", "closed"]}}


@pytest.fixture
def contract(contract_of: Callable[[str], Contract], tmp_path: Path) -> Contract:
    contract_of(CONTRACT)
    schema = json.loads(json.dumps(NAMED))
    schema["properties"].update(MORE)
    (tmp_path / "schemas/shop/shelf.json").write_text(json.dumps(schema))
    return load(tmp_path / "contracts/shop")


class Shelves:
    """A server of shelves, which refuses a delete, and an update that names no text."""

    def __init__(self) -> None:
        self.shelves: dict[int, Any] = {}

    def __call__(self, request: Request) -> Answer:
        id = int(request.path.rpartition("/")[2]) if request.path[-1].isdigit() else None
        sent = json.loads(request.body or b"{}")
        if request.method == "POST":
            id = 100 + len(self.shelves)
            self.shelves[id] = {"id": id, "pages": None, **sent}
            return 201, self.shelves[id]
        if id not in self.shelves:
            return 404, {}
        if request.method == "DELETE" or (request.method == "PATCH" and not isinstance(sent.get("name", ""), str)):
            return 403, {}
        self.shelves[id].update(sent)
        return 200, self.shelves[id]


def item(name: str, act: Callable[[Subject], Any]) -> Callable[..., None]:
    @requirement(f"x.{name}", on="create")
    def test(subject: Subject) -> None:
        act(subject)

    return test


def made(subject: Subject) -> None:
    assert subject.create(subject.bodies.minimal("first")).ok


def methods(bench: Bench) -> list[str]:
    return [e.request.method for e in bench.session.exchanges]


def lent_after(bench: Bench, *before: Callable[[Subject], Any], ask: Callable[[Subject], Any] = Subject.own) -> Any:
    """What an item gets that asks when the items ``before`` are over."""
    found = []
    for at, act in enumerate(before):
        bench.run(item(f"before{at}", act), "shelf-create")
    bench.run(item("asks", lambda subject: found.append(ask(subject))), "shelf-create")
    return found[0]


@pytest.mark.parametrize("ask", [Subject.own, spare], ids=["own", "spare"])
def test_an_item_gets_what_another_has_left_with_one_read(bench: MakeBench, ask: Callable[[Subject], Any]) -> None:
    running = bench(Shelves())
    assert lent_after(running, made, ask=ask).id == 100
    assert methods(running) == ["POST", "GET"]


def test_each_is_lent_once(bench: MakeBench) -> None:
    def changed(subject: Subject) -> None:
        assert subject.update(subject.own().id, {"pages": 3}).ok

    running = bench(Shelves())
    assert lent_after(running, made, changed).id == 101
    assert methods(running) == ["POST", "GET", "PATCH", "POST"]


def refused(subject: Subject) -> None:
    id = subject.own().id
    assert subject.delete(id).status == subject.update(id, {"name": 5}).status == 403


def test_what_refused_writes_were_sent_to_serves_another_item(bench: MakeBench) -> None:
    running = bench(Shelves())
    assert lent_after(running, refused, refused).id == 100
    assert methods(running).count("POST") == 1


def test_the_values_that_tell_cases_apart_make_no_difference_and_others_do(bench: MakeBench) -> None:
    running = bench(Shelves())
    body = {"name": "{run} own", "pages": 7}
    assert lent_after(running, made, ask=lambda subject: subject.own(body)).id == 101


def saying(**texts: Any) -> Callable[[Subject], None]:
    def create(subject: Subject) -> None:
        assert subject.create({**subject.bodies.minimal("first"), **texts}).ok

    return create


@pytest.mark.parametrize(
    ("before", "is_lent"),
    [
        (saying(name="{run} other words"), True),
        (saying(motto=""), True),
        (saying(motto=None), True),
        (saying(pages=7), False),
        (saying(name=""), False),
        (saying(state="open"), False),
    ],
    ids=["other texts", "an empty text more", "null more", "another number", "no text", "a state"],
)
def test_who_asks_roughly_gets_one_with_other_texts(
    bench: MakeBench, before: Callable[[Subject], None], is_lent: bool
) -> None:
    found = lent_after(bench(Shelves()), before, ask=lambda subject: subject.own(roughly=True))
    assert (found.id == 100) == is_lent


def updated(subject: Subject) -> None:
    made(subject)
    assert subject.update(100, {"pages": 3}).ok


def named_in_a_body(subject: Subject) -> None:
    made(subject)
    subject.other("book").create({"name": "{run}", "pages": 100})


def in_doubt(subject: Subject) -> None:
    made(subject)
    raise Inconclusive("who knows")


def failing(subject: Subject) -> None:
    made(subject)
    must.have_status(subject.delete(100), "deleted")


def accepting_a_fault(subject: Subject) -> None:
    made(subject)
    put_away(subject, subject.update(999, {"pages": 3}))


@pytest.mark.parametrize("act", [updated, named_in_a_body, in_doubt, failing, accepting_a_fault])
def test_what_was_changed_named_or_doubted_serves_nobody(bench: MakeBench, act: Callable[[Subject], None]) -> None:
    running = bench(Shelves())
    assert lent_after(running, act).id > 100


def test_what_a_read_shows_otherwise_is_left_alone_and_so_is_all_that_is_left(bench: MakeBench) -> None:
    server = Shelves()
    running = bench(server)

    def two(subject: Subject) -> None:
        made(subject)
        made(subject)
        server.shelves[101]["pages"] = 9  # nobody has written to it

    assert lent_after(running, two, ask=lambda subject: (subject.own().id, spare(subject).id)) == (102, 103)
    assert methods(running) == ["POST", "POST", "GET", "POST", "POST"]


def test_what_the_answer_to_a_create_was_silent_about_may_have_become_another(bench: MakeBench) -> None:
    server = Shelves()

    def terse(request: Request) -> Answer:
        answer = server(request)
        return (201, {"id": max(server.shelves)}) if request.method == "POST" else answer

    assert lent_after(bench(terse), made).id == 101


def test_what_a_create_says_to_have_made_twice_serves_nobody(bench: MakeBench) -> None:
    server = Shelves()

    def upserting(request: Request) -> Answer:
        if request.method == "POST" and len(server.shelves) == 1:
            server.shelves[100].update(json.loads(request.body or b"{}"))
            return 200, server.shelves[100]
        return server(request)

    running = bench(upserting)

    def twice(subject: Subject) -> None:
        made(subject)
        made(subject)
        server.shelves[99] = {}  # the next create is one

    assert lent_after(running, twice).id == 102


@pytest.mark.parametrize("id", ["a b", "é", "\ud800", "x/y"])
def test_an_id_of_any_characters_is_known_where_a_write_names_it(bench: MakeBench, id: str) -> None:
    running = bench(lambda request: (201, {"id": id, "name": "x", "pages": None}))

    def named(subject: Subject) -> None:
        made(subject)
        assert subject.other("book").create({"name": id}).ok

    lent_after(running, named)
    assert "GET" not in methods(running)


def test_what_was_lent_and_changed_is_not_left_over_as_aged(bench: MakeBench) -> None:
    running = bench(Shelves())
    aged = lent_after(
        running,
        lambda subject: subject.own(),
        lambda subject: subject.update(spare(subject).id, {"pages": 3}),
        lambda subject: subject.own(),
        ask=lambda subject: running.world.own.aged(subject, 0.0),
    )
    assert aged.id != 100


def test_the_aged_ones_of_all_cases_ahead_share_one_wait(bench: MakeBench) -> None:
    running, clock = bench(Shelves()), Hands()
    running.world.own._clock = clock
    aged = []

    @requirement("x.ages", on="update", late=True)
    @for_each(lambda ground: ({"n": n} for n in range(9)))
    def test(subject: Subject, n: int) -> None:
        aged.append(running.world.own.aged(subject, 1.0).id)

    assert running.run(test, "shelf-update").outcome == "pass"
    assert len(set(aged)) == methods(running).count("POST") == 9
    assert clock.slept == [pytest.approx(1.1)]


def test_a_case_has_the_same_shared_instance_each_time_and_says_so_once(
    bench: MakeBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = bench(Shelves())
    monkeypatch.setattr(running.world.keeper, "_sink", running.events)
    given: list[Any] = []

    def asks_twice(subject: Subject) -> None:
        subject.world.instances.retire(subject.name, subject.shared().id)
        given.extend(subject.shared().id for _ in range(2))

    lent_after(running, asks_twice)
    assert given[0] == given[1] != 100
    assert len([e for e in running.events.of("value") if e["name"].startswith("retired ")]) == 1


def test_what_is_lent_is_kept_for_a_replay(bench: MakeBench, monkeypatch: pytest.MonkeyPatch) -> None:
    running = bench(Shelves())
    monkeypatch.setattr(running.world.keeper, "_sink", running.events)
    lent = lent_after(running, made)
    (kept,) = [e for e in running.events if e["event"] == "value" and e["name"].startswith("lent ")]
    assert (kept["name"], kept["value"]["id"]) == ("lent x.asks[shelf-create] 1", lent.id)


def seen(subject: Subject) -> None:
    id = subject.create(subject.bodies.minimal("first")).id
    assert subject.read(id).ok


def seen_otherwise(subject: Subject) -> None:
    id = subject.create(subject.bodies.minimal("first")).id
    subject.world.session.server.shelves[id]["pages"] = 9  # type: ignore[attr-defined]
    assert subject.read(id).ok


def seen_large(subject: Subject) -> None:
    id = subject.create({**subject.bodies.minimal("first"), "motto": "long " * 250}).id
    assert subject.read(id).ok


@pytest.mark.parametrize(
    ("before", "is_shared"),
    [(seen, True), (made, False), (seen_otherwise, False), (refused, False), (seen_large, False)],
)
@pytest.mark.parametrize("key", ["0", "target"])
def test_what_a_case_has_made_and_seen_is_shared_from_then_on(
    bench: MakeBench, before: Callable[[Subject], None], is_shared: bool, key: str
) -> None:
    running = bench(Shelves())
    shared = lent_after(running, before, ask=lambda subject: subject.shared(key))
    assert (shared.id == 100) == is_shared
    assert methods(running).count("POST") == (1 if is_shared else 2)


def test_what_is_shared_is_lent_to_nobody_and_is_one_thing(bench: MakeBench) -> None:
    running = bench(Shelves())
    found = lent_after(running, seen, ask=lambda subject: [subject.shared(), subject.target(), subject.own()])
    assert [instance.id for instance in found] == [100, 101, 102]


def test_what_is_shared_instead_is_kept_for_a_replay(bench: MakeBench, monkeypatch: pytest.MonkeyPatch) -> None:
    running = bench(Shelves())
    monkeypatch.setattr(running.world.keeper, "_sink", running.events)
    lent_after(running, seen, ask=lambda subject: subject.target())
    (kept,) = [e for e in running.events.of("value") if e["name"].startswith("adopted ")]
    assert (kept["name"], kept["value"]["id"]) == ("adopted shelf:target", 100)


def seen_before(subject: Subject) -> None:
    id = subject.create(subject.bodies.minimal("first")).id
    assert subject.read(id).ok
    assert subject.update(id, {"motto": "moved"}).ok
    del subject.world.session.server.shelves[id]  # type: ignore[attr-defined]
    assert subject.create(subject.bodies.minimal("first")).id == id


def test_what_a_read_has_shown_under_an_id_says_nothing_of_what_has_it_later(bench: MakeBench) -> None:
    running = bench(Shelves())
    assert lent_after(running, seen_before, ask=lambda subject: subject.shared()).id == 101
