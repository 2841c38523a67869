"""What one worker of a run has seen, the others hear before they write again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from restproof.contract.load import load
from restproof.wire.failure import NotProven
from restproof.wire.hearsay import Hearsay
from restproof.wire.ledger import Ledger
from restproof.wire.tidying import clean_up_all

from .bench import Bench
from .harness import Plan, begin, run, write_contract
from .mirrors import LIES, TOLD_TO_ONE
from .server import Answer, Server, listening
from .test_addressed import Elsewhere, contract

PREFIX = "rpseveral"
Workers = Callable[..., list[Bench]]


@pytest.fixture
def workers(plan: Plan, tmp_path: Path) -> Iterator[Workers]:
    """Makes two workers of one run on one server."""
    opened = []

    def make(server: Server, plan: Plan = plan) -> list[Bench]:
        address = listening(server)
        opened.append(address)
        url, common = address.__enter__(), tmp_path / "common"
        parts = [begin(plan, url, tmp_path, worker=n, prefix=PREFIX, common=common) for n in (0, 1)]
        made = [Bench(server, part, plan) for part in parts]
        made[1].tokens = 500
        return made

    yield make
    for address in opened:
        address.__exit__(None, None, None)


def badge(made: Bench) -> int:
    """One of ours, which bears no mark."""
    answer = made.send("POST", "/badges", {"number": 5, "kind": "guest"}).response
    assert answer is not None
    id: int = answer.json["id"]
    return id


def goes_back(server: Server) -> None:
    """The database is put back, and colleagues get the ids that follow: the badges with the very values."""
    for resource, keys in server.ours().items():
        for key in keys:
            was = dict(server.rows[resource][key])
            server.stranger(resource, key, "of a colleague")
            if resource == "badge":
                server.rows[resource][key] = was
                server.others[resource][key] = dict(was)


def one_sees_it(one: Bench) -> None:
    """One worker has an office that it has looked at, and meets that of a colleague there after the database went
    back."""
    office = one.office()
    assert one.send("PATCH", f"/offices/{office}", {"floor": 1}).status == 200
    goes_back(one.server)
    one.send("GET", f"/offices/{office}")
    with pytest.raises(NotProven):
        one.send("PATCH", f"/offices/{office}", {"floor": 2})


def of_the_like(other: Bench) -> Callable[[], None]:
    """It bears no mark: its values may be a colleague's by now."""
    id = badge(other)

    def act() -> None:
        other.send("DELETE", f"/badges/{id}")

    return act


def seen_before(other: Bench) -> Callable[[], None]:
    """It bears a mark, which was seen a moment ago."""
    id = other.office()
    other.send("GET", f"/offices/{id}")
    other.send("PATCH", f"/offices/{id}", {"floor": 1})

    def act() -> None:
        other.send("PATCH", f"/offices/{id}", {"floor": 2})

    return act


@pytest.mark.parametrize("prepare", [of_the_like, seen_before])
def test_what_one_has_seen_of_a_restored_database_ends_what_others_have_seen(
    workers: Workers, monkeypatch: pytest.MonkeyPatch, prepare: Callable[[Bench], Callable[[], None]]
) -> None:
    one, other = workers(Server())
    act = prepare(other)
    one_sees_it(one)
    with pytest.raises(NotProven):
        act()
    assert one.server.harm() == []

    monkeypatch.setattr(Hearsay, "hear", lambda _: 0)
    one, other = workers(Server())
    act = prepare(other)
    one_sees_it(one)
    act()
    assert one.server.harm(), "nothing came to harm without it: this test proves nothing"


def test_it_is_heard_while_a_write_is_decided(workers: Workers) -> None:
    """The other worker sees it between a look of ours and the write."""
    one, other = workers(Server())
    office, id = one.office(), other.office()
    assert one.send("PATCH", f"/offices/{office}", {"floor": 1}).status == 200
    honest, looked = one.server.read, False

    def reading(asked: Any) -> Answer:
        nonlocal looked
        answer = honest(asked)
        if str(asked.id) == str(id) and not looked:
            looked = True
            goes_back(one.server)
            one.run.guard.evidence._forget_all(other.plan.contract.resources["office"])
        return answer

    one.server.read = reading
    with pytest.raises(NotProven, match="what this run did not make"):
        other.send("PATCH", f"/offices/{id}", {"floor": 2})
    assert one.server.harm() == []


def test_whoever_comes_later_hears_it_and_trusts_what_it_makes_itself(workers: Workers) -> None:
    one, other = workers(Server())
    one_sees_it(one)
    id = badge(other)
    assert other.send("PATCH", f"/badges/{id}", {"kind": "staff"}).status == 200
    assert other.run.guard._hearsay.hear() > 0
    assert one.run.guard._hearsay.hear() == 0, "what it has told itself is no news to it"
    assert other.send("DELETE", f"/badges/{id}").status == 204


def test_ids_that_are_places_to_one_are_to_all(workers: Workers) -> None:
    """An id that comes again without a delete may move: no sight of that resource holds any more."""
    one, other = workers(Server())
    id = other.office()
    one.server.next_id["office"] = first = one.office()
    one.office()  # answered with the id of the one before
    for _ in range(2):
        seen = len(one.server.log)
        assert other.send("PATCH", f"/offices/{id}", {"floor": 1}).status == 200
        assert [line.split()[0] for line in one.server.log[seen:]] == ["GET", "PATCH"], first


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_what_one_has_done_to_all_of_a_collection_no_other_does(workers: Workers, method: str) -> None:
    server = Server()
    server.unsupported = lambda asked: Answer(204)
    one, other = workers(server)
    assert one.send("PUT", f"/offices/{one.office()}/rooms", {"label": one.token()}).status == 204
    with pytest.raises(NotProven, match="PUT on all of room was not refused"):
        other.send(method, f"/offices/{other.office()}/rooms", {"label": other.token()})


def test_a_kind_of_write_that_went_elsewhere_for_one_is_sent_by_no_other(workers: Workers, tmp_path: Path) -> None:
    notes = Plan.of(load(write_contract(tmp_path / "notes", contract("query"))))
    server = Elsewhere()
    honest = server.update
    one, other = workers(server, notes)
    mine, theirs = (f"/note?id={note(made)}" for made in (one, other))
    server.update = lambda asked: Answer(200, {}) if asked.method == "PATCH" else honest(asked)
    assert one.send("PATCH", mine, {"text": one.token()}).status == 200
    with pytest.raises(NotProven, match="as it was"):
        one.send("PATCH", mine, {"text": one.token()})
    with pytest.raises(NotProven, match="as it was"):
        other.send("PATCH", theirs, {"text": other.token()})


def note(made: Bench) -> int:
    answer = made.send("POST", "/notes", {"text": made.token()}).response
    assert answer is not None
    id: int = answer.json["id"]
    return id


@pytest.mark.parametrize("by", ["the run", "one worker's ledger"])
def test_clean_up_knows_what_a_worker_has_seen(workers: Workers, monkeypatch: pytest.MonkeyPatch, by: str) -> None:
    """The colleague has deleted the office that showed it: nothing but the ledger says so any more. A worker that had
    ended by then has heard nothing."""

    def cleaned() -> tuple[Server, list[str]]:
        one, other = workers(Server())
        badge(other)
        one_sees_it(one)
        one.server.rows["office"] = {k: r for k, r in one.server.rows["office"].items() if k <= 500}
        one.server.others["office"] = {k: r for k, r in one.server.others["office"].items() if k <= 500}
        ledgers = [Ledger(made.run.ledger.path) for made in (one, other)]
        if by == "one worker's ledger":
            with pytest.raises(NotProven):
                other.send("DELETE", "/badges/17")
            ledgers = [Ledger(other.run.ledger.path)]
        return one.server, clean_up_all(ledgers, one.run.session, one.plan.contract, PREFIX)[1]

    server, left = cleaned()
    assert server.harm() == []
    assert "badge /v1/badges/501: it is not proven to be this run's, and was left alone" in left
    monkeypatch.setattr(Ledger, "restored", lambda *_: None)
    assert cleaned()[0].harm(), "nothing came to harm without it: this test proves nothing"


def test_what_was_made_since_is_proven_by_its_values(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "l.jsonl")
    ledger.restored()
    assert not ledger.path.exists(), "nothing was written that could be doubted"
    before = ledger.intend("badge", "/badges")
    ledger.restored()
    lines = [json.loads(line) for line in ledger.path.read_text().splitlines()]
    (ledger.path).write_text("".join(json.dumps({**e, "at": e["at"] - 10} if "at" in e else e) + "\n" for e in lines))
    again = Ledger(ledger.path)
    after = again.intend("badge", "/badges")
    assert [e.n for e in again.entries() if e.at > again.doubted] == [after]
    assert before in {e.n for e in again.entries()}


def test_a_line_that_is_half_written_is_heard_when_it_is_whole(tmp_path: Path) -> None:
    told: list[str] = []
    one, other = (Hearsay(tmp_path / "common") for _ in range(2))
    other.listen("sky", told.append)
    one.tell("sky", "falls")
    line = (tmp_path / "common").read_bytes()
    with (tmp_path / "common").open("ab") as file:
        file.write(line[:9])
        file.flush()
        assert (other.hear(), other.hear()) == (1, 1)
        file.write(line[9:])
    assert other.hear() == 2
    assert told == ["falls", "falls"]
    for made in (one, other):
        made.close()
    assert (one.hear(), other.hear()) == (0, 2)
    one.tell("sky", "is gone")
    assert (tmp_path / "common").stat().st_mode & 0o077 == 0


def test_four_workers_touch_nothing_since_the_database_went_back(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without what they tell each other, one of them takes the badge of a colleague for its own, at one moment or
    another: at which, the order of the plan decides."""

    def harm(number: int, folder: Path) -> list[str]:
        server = Server()
        folder.mkdir()
        LIES[TOLD_TO_ONE[number]](server)
        run(plan, server, folder, workers=4)
        return server.harm()

    assert harm(1, tmp_path / "told") == []
    monkeypatch.setattr(Hearsay, "tell", lambda *_: None)
    assert any(harm(n, tmp_path / f"untold{n}") for n in (1, 2, 0))
