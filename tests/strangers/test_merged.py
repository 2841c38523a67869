"""A create that was a write to what others have, by a value that the contract calls no key: what it has written stays,
and nothing else is done to that record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from restproof.wire import earlier
from restproof.wire.earlier import Earlier
from restproof.wire.failure import NotProven
from restproof.wire.ledger import Ledger
from restproof.wire.message import About, Exchange, Request
from restproof.wire.tidying import clean_up, clean_up_all

from .bench import Bench
from .server import Answer, Asked, Record, Server, shown
from .test_several_workers import Workers as Workers
from .test_several_workers import workers as workers

CHANGED = "changed by this run, as it seems, and it may be others': what was there before could not be put back"


def merges(server: Server, told: Callable[[Record], Any] = shown) -> None:
    """Who creates an office with a floor that another one has writes to that one."""
    honest = server.create

    def create(asked: Asked) -> Answer:
        floor = asked.body.get("floor") if asked.resource == "office" and isinstance(asked.body, dict) else None
        same = next((row for row in server.rows["office"].values() if row["floor"] == floor), None)
        if floor is None or same is None:
            return honest(asked)
        same.update(server.fields(asked))
        return Answer(201, told(same))

    server.create = create


@pytest.mark.parametrize(
    "told",
    [shown, lambda row: {"id": row["id"]}, lambda row: {"id": row["id"], "floor": row["floor"]}],
    ids=["whole", "by its id", "in part"],
)
def test_what_a_create_has_written_to_is_left_alone(bench: Callable[..., Bench], told: Callable[[Record], Any]) -> None:
    made = bench()
    merges(made.server, told)
    assert made.send("POST", "/offices", {"name": made.token(), "floor": 1}).status == 201
    as_it_is = dict(made.server.rows["office"][1])
    for method, body in (("PATCH", {"floor": 2}), ("DELETE", None)):
        with pytest.raises(NotProven, match="office 1 is not proven to be this run's"):
            made.send(method, "/offices/1", body)
    with pytest.raises(NotProven, match="a create was answered with office 1, which was there before"):
        made.send("POST", "/offices", {"name": made.token(), "floor": 1})
    again = Ledger(made.run.ledger.path)
    assert clean_up(again, made.run.session, made.plan.contract, again.origin.prefix) == (
        0,
        [f"office /v1/offices/1: {CHANGED}"],
    )
    assert made.server.rows["office"][1] == as_it_is
    assert len(made.server.harm()) == 1


def test_nor_where_the_answer_shows_what_was_there_until_then(bench: Callable[..., Bench]) -> None:
    made = bench()
    before = shown(made.server.rows["office"][1])
    merges(made.server, lambda row: before)
    assert made.send("POST", "/offices", {"name": made.token(), "floor": 1}).status == 201
    with pytest.raises(NotProven, match="office 1 is not proven to be this run's"):
        made.send("DELETE", "/offices/1")
    again = Ledger(made.run.ledger.path)  # as by who cleans up after a run that was killed
    told = clean_up(again, made.run.session, made.plan.contract, again.origin.prefix)
    assert told == (0, [f"office /v1/offices/1: {CHANGED}"])
    assert 1 in made.server.rows["office"]


@pytest.mark.parametrize("spelt", [str.upper, str.lower])
def test_an_id_that_differs_by_its_case_alone_is_that_of_others(
    bench: Callable[..., Bench], spelt: Callable[[str], str]
) -> None:
    """A server that folds the case of ids keeps them in one way, and answers with another."""
    made = bench()
    rows = made.server.rows["tag"]
    rows["Tag-A"] = {"slug": "Tag-A", "colour": "of others"}
    made.send("GET", "/tags")
    made.server.create = lambda asked: Answer(200, rows["Tag-A"] | asked.body | {"slug": spelt("Tag-A")})
    assert made.send("POST", "/tags", {"colour": made.token()}).status == 200
    with pytest.raises(NotProven, match="a create was answered with tag"):
        made.send("POST", "/tags", {"colour": made.token()})


def test_nor_is_such_a_one_chosen(bench: Callable[..., Bench]) -> None:
    """A create may fold what a read does not."""
    made = bench()
    made.server.rows["tag"]["Tag-A"] = {"slug": "Tag-A", "colour": "of others"}
    with pytest.raises(NotProven, match="tag TAG-A, which may be spelt otherwise, was there before"):
        made.send("POST", "/tags", {"slug": "TAG-A", "colour": "x"})
    assert made.send("POST", "/tags", {"slug": "TAG-x7", "colour": "x"}).status == 201


def test_what_says_itself_that_it_is_older_than_the_run_was_there_before(
    bench: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a list that is too long to be looked through."""
    monkeypatch.setattr(earlier, "_MOST", 0)
    made = bench()
    honest, born = made.server.create, {"created_at": "2026-11-30T12:00:00Z"}

    def create(asked: Asked) -> Answer:
        answer = honest(asked)
        answer.body |= born
        answer.headers["Date"] = "Mon, 30 Nov 2026 12:00:03 GMT"
        return answer

    made.server.create = create
    made.office()
    born = {"created_at": "2026-11-30T11:58:00Z"}
    made.office()  # by a clock that is late
    merges(
        made.server,
        lambda row: shown(row) | {"createdAt": "2021-03-04T08:00:00+01:00", "created_at": "2021-03-04T07:00:00Z"},
    )
    made.send("POST", "/offices", {"name": made.token(), "floor": 1})
    with pytest.raises(NotProven, match="a create was answered with office 1, which was there before"):
        made.office()
    assert made.clean_up() == [f"office /v1/offices/1: {CHANGED}"]
    assert 1 in made.server.rows["office"]


@pytest.mark.parametrize("moments", [["1970-01-01T00:00:00Z"] * 2, ["2026-11-30T12:00:00Z", "0001-01-01T00:00:00Z"]])
def test_a_moment_that_no_create_was_answered_at_says_nothing(
    bench: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch, moments: list[str]
) -> None:
    """A server that stores the moment at which it was started, or none that is true, or none at times."""
    monkeypatch.setattr(earlier, "_MOST", 0)
    made = bench()
    honest = made.server.create
    told = iter(moments)

    def create(asked: Asked) -> Answer:
        answer = honest(asked)
        answer.body |= {"created_at": next(told)}
        answer.headers["Date"] = "Mon, 30 Nov 2026 12:00:03 GMT"
        return answer

    made.server.create = create
    made.office()
    made.office()
    assert made.clean_up() == []
    assert (made.server.ours(), made.server.harm()) == ({}, [])


def test_a_target_that_forbids_the_list_is_not_looked_through(bench: Callable[..., Bench]) -> None:
    assert bench(forbid=frozenset({"office.list"})).office()


def test_nor_is_it_touched_where_the_answer_names_nothing(bench: Callable[..., Bench]) -> None:
    made = bench()
    merges(made.server, lambda row: None)
    assert made.send("POST", "/offices", {"name": made.token(), "floor": 1}).status == 201
    as_it_is = dict(made.server.rows["office"][1])
    with pytest.raises(NotProven, match="office 1 is not proven to be this run's"):
        made.send("DELETE", "/offices/1")
    again = Ledger(made.run.ledger.path)  # as by who cleans up after a run that was killed
    told = clean_up(again, made.run.session, made.plan.contract, again.origin.prefix)
    assert told[0] == 0
    assert f"office /v1/offices/1: {CHANGED}" in told[1]
    assert made.server.rows["office"][1] == as_it_is
    assert len(made.server.harm()) == 1


@pytest.mark.parametrize("protection", ["was_there", "held"])
def test_each_look_at_what_was_there_is_needed(
    bench: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch, protection: str
) -> None:
    monkeypatch.setattr(Earlier, protection, lambda *_: None)
    made = bench()
    merges(made.server, lambda row: None)
    made.send("POST", "/offices", {"name": made.token(), "floor": 1})
    if protection == "was_there":
        made.send("DELETE", "/offices/1")
    else:
        made.clean_up()
    assert 1 not in made.server.rows["office"], "it is left alone without it: this test proves nothing"


def test_that_it_was_there_before_is_needed(bench: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Earlier, "keep", lambda *_: None)
    made = bench()
    merges(made.server)
    made.send("POST", "/offices", {"name": made.token(), "floor": 1})
    made.send("DELETE", "/offices/1")
    assert 1 not in made.server.rows["office"], "it is left alone without it: this test proves nothing"


def test_no_worker_creates_what_is_a_write_for_another(workers: Workers) -> None:
    one, other = workers(Server())
    merges(one.server)
    one.send("POST", "/offices", {"name": one.token(), "floor": 1})
    with pytest.raises(NotProven, match="a create was answered with office 1"):
        other.send("POST", "/offices", {"name": other.token(), "floor": 1})


def test_nor_does_one_take_for_its_own_what_two_have_written_to_at_once(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second looks when the first has written and has not heard the answer yet: it sees a token of the run."""
    one, other = workers(Server())
    merges(one.server)
    after, between = one.run.session.guard.after, [other]

    def hear(ticket: Any, exchange: Exchange) -> None:
        if exchange.request.method == "POST" and between:
            between.pop().send("POST", "/offices", {"name": other.token(), "floor": 1})
        after(ticket, exchange)

    monkeypatch.setattr(one.run.session.guard, "after", hear)
    one.send("POST", "/offices", {"name": one.token(), "floor": 1})
    with pytest.raises(NotProven, match="office 1 is not proven to be this run's"):
        other.send("DELETE", "/offices/1")
    contract, prefix = one.plan.contract, one.run.ledger.origin.prefix
    ledgers = [Ledger(made.run.ledger.path) for made in (one, other)]
    assert clean_up_all(ledgers, one.run.session, contract, prefix) == (0, [f"office /v1/offices/1: {CHANGED}"])
    assert 1 in one.server.rows["office"]


def test_an_answer_that_shows_others_record_stops_nothing(bench: Callable[..., Bench]) -> None:
    """Get-or-create: nothing was written."""
    made = bench()
    honest = made.server.create
    made.server.create = lambda asked: Answer(200, shown(made.server.rows["office"][3]))
    made.send("POST", "/offices", {"name": made.token()})
    made.server.create = honest
    made.office()
    assert made.clean_up() == ["office /v1/offices/3: it is not proven to be this run's, and was left alone"]
    assert made.server.harm() == []


def test_an_id_comes_again_where_nothing_is_there_any_more(bench: Callable[..., Bench]) -> None:
    made = bench()
    made.run.session.send(Request("GET", "/v1/offices"), About("office", "list"), None)
    for gone in (made.server.rows, made.server.others):
        del gone["office"][500]
    made.send("GET", "/offices/500")
    made.server.next_id["office"] = 500
    assert made.office() == 500
    assert made.send("PATCH", "/offices/500", {"floor": 2}).status == 200
    assert made.clean_up() == []
    assert (made.server.ours(), made.server.harm()) == ({}, [])


def test_an_id_comes_again_when_another_worker_has_deleted_what_bore_no_mark(workers: Workers) -> None:
    one, other = workers(Server())
    note = one.send("POST", "/notes", {"text": "x", "pinned": True}).response
    assert note is not None
    id = note.json["id"]
    assert other.send("POST", "/notes", {"text": other.token()}).status == 201  # it has looked through the list
    assert one.send("DELETE", f"/notes/{id}").status == 204
    one.server.next_id["note"] = id
    assert other.send("POST", "/notes", {"text": other.token()}).status == 201
    assert other.send("PATCH", f"/notes/{id}", {"pinned": True}).status == 200
