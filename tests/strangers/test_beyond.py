"""What a server does beyond the parent that a request names, whose lists show nothing of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from restproof.contract.load import load
from restproof.wire import likeness
from restproof.wire.failure import NotProven
from restproof.wire.holdings import comparable
from restproof.wire.places import Spot
from restproof.wire.spelling import spelt
from restproof.wire.sweeps import Sweeps

from .bench import Bench
from .harness import Plan, begin, write_contract
from .server import CONTRACT, Answer, Asked, Record, Server, listening, shown

GLOBAL = CONTRACT.replace("schema: room.json}", "schema: room.json, unique: [seats], unique_scope: global}", 1)
ROOMS = ("PUT", "PATCH", "DELETE")


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return Plan.of(load(write_contract(tmp_path_factory.mktemp("beyond"), GLOBAL)))


@pytest.fixture
def made(plan: Plan, tmp_path: Path) -> Iterator[Bench]:
    server = Server()
    with listening(server) as url:
        yield Bench(server, begin(plan, url, tmp_path), plan)


def merges(server: Server) -> None:
    """A create of as many seats as any room has is a write to that one."""
    honest = server.create

    def create(asked: Asked) -> Answer:
        seats = asked.body.get("seats") if isinstance(asked.body, dict) else None
        same = next((r for r in server.rows["room"].values() if seats is not None and r["seats"] == seats), None)
        if asked.resource != "room" or same is None:
            return honest(asked)
        same.update(server.fields(asked))
        return Answer(201, shown(same))

    server.create = create


@pytest.mark.parametrize("seats", [2, "2", 2.0, [2]])
def test_what_is_unique_beyond_the_parent_is_like_nobodys(made: Bench, seats: Any) -> None:
    merges(made.server)
    where = f"/offices/{made.office()}/rooms"
    with pytest.raises(NotProven, match="below other parents"):
        made.send("POST", where, {"label": made.token(), "seats": seats})
    assert made.server.harm() == []


@pytest.mark.parametrize(("seats", "status"), [(None, 201), (414977406, 201), ("restproof", 422)])
def test_what_is_rare_or_refused_leaves(made: Bench, seats: Any, status: int) -> None:
    merges(made.server)
    body = {"label": made.token()} | ({} if seats is None else {"seats": seats})
    assert made.send("POST", f"/offices/{made.office()}/rooms", body).status == status
    assert made.server.harm() == []


@pytest.mark.parametrize("value", ["2026-11-30", "2026-11-30T00:00:00Z", "12:00:00Z"])
def test_a_day_or_a_moment_is_not_rare_however_long_it_is_written(value: str) -> None:
    assert likeness._is_rare(comparable(value), {"type": "string"})
    for form in ("date", "date-time", "time"):
        assert not likeness._is_rare(comparable(value), {"type": "string", "format": form})


def test_the_look_beyond_is_needed(made: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    merges(made.server)
    monkeypatch.setattr(likeness, "_is_rare", lambda *_: True)
    made.send("POST", f"/offices/{made.office()}/rooms", {"label": made.token(), "seats": 2})
    assert made.server.harm(), "nothing came to harm without it: this test proves nothing"


def sweeps(server: Server, *, lists: bool) -> None:
    """What is sent to the rooms of one office is done to all; ``lists``: they pass over the office, too."""

    def unsupported(asked: Asked) -> Answer:
        for key in list(server.rows[asked.resource]):
            if asked.method == "DELETE":
                del server.rows[asked.resource][key]
            elif isinstance(asked.body, dict):
                server.rows[asked.resource][key] |= server.fields(asked)
        return Answer(204)

    def entries(asked: Asked) -> list[Record]:
        return [*server.rows[asked.resource].values()]

    server.unsupported = unsupported
    if lists:
        server.entries = entries


def rooms(made: Bench) -> str:
    """The path of the rooms of an office of ours, of which there is one."""
    where = f"/offices/{made.office()}/rooms"
    assert made.send("POST", where, {"label": made.token()}).status == 201
    return where


@pytest.mark.parametrize("method", ROOMS)
def test_nothing_is_done_to_all_where_the_list_shows_what_others_have(made: Bench, method: str) -> None:
    sweeps(made.server, lists=True)
    with pytest.raises(NotProven, match="holds what this run did not make"):
        made.send(method, rooms(made), {"label": made.token()})
    assert made.server.harm() == []


@pytest.mark.parametrize("method", ROOMS)
def test_an_honest_server_is_asked(made: Bench, method: str) -> None:
    where = rooms(made)
    for _ in range(2):
        assert made.send(method, where, {"label": made.token()}).status == 405


@pytest.mark.parametrize("status", [204, 500, 0])
def test_what_was_done_to_all_is_the_last_of_its_kind(made: Bench, status: int) -> None:
    """Where lists heed the parent, nobody sees before that writes do not; what fails may be done all the same."""
    made.server.unsupported = lambda asked: Answer(status, lost=not status)
    where = rooms(made)
    assert (made.send("PUT", where, {"label": made.token()}).status or 0) == status
    for method in ROOMS:
        with pytest.raises(NotProven, match="PUT on all of room was not refused"):
            made.send(method, where)


def test_the_look_at_all_of_it_is_needed(made: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    sweeps(made.server, lists=True)
    monkeypatch.setattr(Sweeps, "check", lambda *_, **__: None)
    made.send("DELETE", rooms(made))
    assert made.server.harm(), "nothing came to harm without it: this test proves nothing"


NONE = ("/%00", "/%2500", "/%20", "/%3Bx", "/%23", "/%2F", "/%00abc")


def cuts(server: Server) -> None:
    """Writes to an id that begins with what ends a text are writes to all."""
    honest = server.of_an_item

    def of_an_item(asked: Asked) -> Answer:
        text = unquote(str(asked.id))
        if asked.method == "GET" or text.replace("\0", " ").partition(";")[0].strip("/# ") not in ("", "abc"):
            return honest(asked)
        server.rows[asked.resource].clear()
        return Answer(204)

    server.of_an_item = of_an_item  # type: ignore[method-assign]


@pytest.mark.parametrize("tail", NONE)
def test_an_id_that_may_be_read_as_none_is_the_whole_collection(made: Bench, tail: str) -> None:
    cuts(made.server)
    with pytest.raises(NotProven, match="DELETE on all of note"):
        made.send("DELETE", f"/notes{tail}")
    assert made.send("GET", f"/notes{tail}").status == 404
    assert made.server.harm() == []


def test_that_it_may_be_read_as_none_is_needed(made: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    cuts(made.server)
    monkeypatch.setattr(Spot, "is_read_as_all", False)
    made.send("DELETE", "/notes/%00")
    assert made.server.harm(), "nothing came to harm without it: this test proves nothing"


@pytest.mark.parametrize(
    "spelling", [str, float, "{:05}".format, " {} ".format], ids=["as it is", "a float", "zeros", "blanks"]
)
def test_an_id_that_the_list_spells_otherwise_is_not_new(made: Bench, spelling: Callable[[Any], Any]) -> None:
    """A create like a record of others answers that one."""
    server, create = made.server, made.server.create
    like = server.others["note"][3]
    server.create = lambda asked: Answer(201, shown(like)) if asked.body == {"text": like["text"]} else create(asked)
    server.entries = lambda asked: [{**row, "id": spelling(row["id"])} for row in server.entries_honestly(asked)]
    assert made.send("POST", "/notes", {"text": like["text"]}).status == 201
    with pytest.raises(NotProven):
        made.send("DELETE", "/notes/3")
    assert server.harm() == []


def test_a_uuid_is_the_same_in_each_spelling() -> None:
    ids = ("5C4F0B1E-8D6A-4E0B-9A53-0D2F5E1C7A90", "{5c4f0b1e-8d6a-4e0b-9a53-0d2f5e1c7a90}")
    assert len({spelt(id) for id in (*ids, ids[0].replace("-", ""), f"urn:uuid:{ids[0].lower()}")}) == 1
    assert len({spelt(id) for id in (ids[0], f"{ids[0][:-1]}1", "17", "17-1", "171")}) == 5


@pytest.mark.parametrize(
    "operations",
    ["[list, read, replace, delete]", "{list: , read: , replace: , delete: , create: {path: /tags/new}}"],
    ids=["a PUT creates", "a path of its own creates"],
)
def test_a_post_to_all_of_a_collection_is_no_create_where_something_else_creates(
    operations: str, tmp_path: Path
) -> None:
    """As with an API whose updates are by POST: one without an id changes all that is there."""
    words = CONTRACT.replace("[list, create, read, replace, delete]", operations)
    words = words if "new" in operations else words.replace("chosen_by: either", "chosen_by: client")
    plan, server = Plan.of(load(write_contract(tmp_path, words))), Server()

    def create(asked: Asked) -> Answer:
        for record in server.rows["tag"].values():
            record |= server.fields(asked)
        return Answer(200, {})

    server.create = create
    with listening(server) as url:
        made = Bench(server, begin(plan, url, tmp_path), plan)
        with pytest.raises(NotProven, match="POST on all of tag leaves only below a parent of this run"):
            made.send("POST", "/tags", {"colour": made.token()})
    assert server.harm() == []
