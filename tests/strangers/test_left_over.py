"""What the writes of a run have stored is found and deleted, or told."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from restproof.contract.load import load
from restproof.wire.failure import NotProven
from restproof.wire.group import LATE
from restproof.wire.ledger import Ledger

from .bench import Bench, below_ours
from .harness import Plan, begin, write_contract
from .server import CONTRACT, OTHERS, Answer, Asked, Record, Server, listening


def test_every_write_that_may_store_something_is_in_the_ledger_before_it_leaves(bench: Callable[..., Bench]) -> None:
    made = bench("an array of bodies is a bulk create")
    made.send("POST", "/notes", [{"text": made.token()}])
    made.send("PUT", f"/tags/{made.token()}", {"colour": "red"})
    stored = Ledger(made.run.ledger.path).entries()
    assert [(e.resource, bool(e.marks)) for e in stored] == [("note", True), ("tag", True)]
    assert made.clean_up() == []
    assert made.server.ours() == {}


@pytest.mark.parametrize("spoilt", [float("inf"), float("nan"), 10**400, json.loads("[" * 300 + "]" * 300)])
def test_what_has_spoilt_the_list_for_strict_readers_is_found_and_deleted(
    bench: Callable[..., Bench], spoilt: Any
) -> None:
    made = bench()
    id = made.office()
    made.server.rows["office"][id]["floor"] = spoilt
    assert made.send("PATCH", f"/offices/{id}", {"visits": 3}).status == 200
    assert made.clean_up() == []
    assert (made.server.ours(), made.server.harm()) == ({}, [])


def bare(server: Server, hidden: Callable[[Any], bool] = lambda entry: False) -> None:
    """The server stores badges of which nothing is sent, and its list leaves out what is ``hidden``."""
    server.create = lambda asked: Answer(201, made_bare(server))
    listed = server.entries
    server.entries = lambda asked: [e for e in listed(asked) if not hidden(e)]


def made_bare(server: Server) -> dict[str, Any]:
    id = server.new_id("badge")
    server.rows["badge"][id] = {"id": id}
    return {"id": id}


def test_what_a_create_without_anything_has_made_is_deleted_where_lists_prove_it(bench: Callable[..., Bench]) -> None:
    made = bench()
    bare(made.server)
    bodies: tuple[Any, ...] = ({}, None, [])
    for body in bodies:
        assert made.send("POST", "/badges", body).status == 201
    with pytest.raises(NotProven):
        made.send("PATCH", f"/badges/{made.server.ours()['badge'][0]}", {"number": 5})
    assert made.clean_up() == []
    assert (made.server.ours(), made.server.harm()) == ({}, [])


def revived(server: Server) -> Answer:
    """The create brings back a record of others that no list has shown."""
    server.shown = True  # type: ignore[attr-defined]
    return Answer(201, {"id": 17})


def unnamed(server: Server) -> Answer:
    made_bare(server)
    return Answer(204)


def with_content(server: Server) -> Answer:
    found = made_bare(server)
    server.rows["badge"][found["id"]]["number"] = 5
    return Answer(201, found)


@pytest.mark.parametrize(
    ("create", "hidden"),
    [
        (lambda server: Answer(201, {"id": 17}), lambda server, entry: False),
        (revived, lambda server, entry: entry["id"] == 17 and not hasattr(server, "shown")),
        (with_content, lambda server, entry: False),
        (unnamed, lambda server, entry: False),
        (lambda server: Answer(201, made_bare(server)), lambda server, entry: entry["id"] < max(server.rows["badge"])),
    ],
    ids=[
        "a record that was there",
        "a record that was hidden",
        "with content",
        "without an answer",
        "the newest alone",
    ],
)
def test_what_a_create_without_anything_may_have_made_is_told_else(
    bench: Callable[..., Bench], create: Callable[[Server], Answer], hidden: Callable[[Server, Any], bool]
) -> None:
    made = bench()
    bare(made.server, lambda entry: hidden(made.server, entry))
    made.server.create = lambda asked: create(made.server)
    made.send("POST", "/badges", {})
    (left,) = made.clean_up()
    assert "left alone" in left or "changed by this run, as it seems" in left
    assert made.server.harm() == []
    assert all(f"/badges/{id}:" in left for id in made.server.ours().get("badge", ()))


@pytest.mark.parametrize("named", [True, False])
def test_what_a_create_has_made_under_other_names_than_it_was_sent_is_told(
    bench: Callable[..., Bench], named: bool
) -> None:
    """The answer names something else that was made with it, or nothing."""

    def create(asked: Asked) -> Answer:
        id = made.server.new_id("badge")
        made.server.rows["badge"][id] = {"id": id, "kind": "guest"}
        return Answer(201, {"id": 900_000} if named else None)

    made = bench()
    made.server.create = create
    made.send("POST", "/badges", {"number": 5})
    (kept,) = made.server.ours()["badge"]
    assert made.clean_up() == [f"badge /v1/badges/{kept}: perhaps of this run: left alone"]
    assert made.server.harm() == []


def test_what_a_write_has_spoilt_for_everybody_does_not_stay(bench: Callable[..., Bench]) -> None:
    """The server fails at an update that it has stored, and from then on at the item and at the list that holds it."""

    def fails(asked: Asked) -> Answer | None:
        spoilt.extend([office] if asked.method == "PATCH" else [])
        meets = asked.resource == "office" and asked.id in (None, str(office)) and asked.method != "DELETE"
        return Answer(500) if meets and {*spoilt} & made.server.rows["office"].keys() else None

    made, spoilt = bench(), list[int]()
    made.office()
    office = made.office()
    made.server.first = fails
    assert made.send("PATCH", f"/offices/{office}", {"name": "\u00e9"}).status == 500
    assert made.clean_up() == []
    assert (made.server.ours(), made.server.harm()) == ({}, [])


def test_only_a_write_that_went_through_says_that_its_id_is_new(bench: Callable[..., Bench]) -> None:
    made = bench()
    assert made.send("PATCH", "/offices/2000000000", {"floor": 3}).status == 404
    assert made.send("PUT", f"/tags/{made.token()}", {"colour": "red"}).status == 201
    entries = Ledger(made.run.ledger.path).entries()
    assert [(e.resource, e.placed, e.new) for e in entries] == [("office", True, False), ("tag", True, True)]


def test_what_is_ours_below_is_no_reason_to_leave_it(bench: Callable[..., Bench]) -> None:
    made = bench()
    office = made.office()
    made.send("POST", f"/offices/{office}/rooms", {"label": made.token()})
    made.ages()
    assert (made.clean_up(), made.server.ours()) == ([], {})


def by_header(tmp_path: Path) -> tuple[Plan, Server]:
    """A header names the office of a room, and is asked for."""
    words = CONTRACT.replace(
        'room: {path: "/offices/{office}/rooms",',
        "room: {path: /rooms, parent: {office: {name: X-Office, in: header}},",
    )
    server = Server()
    usual = server.route

    def route(asked: Asked) -> bool:
        if not asked.path.startswith("/v1/rooms"):
            return usual(asked)
        asked.path = f"/v1/offices/{asked.headers.get('x-office')}{asked.path.removeprefix('/v1')}"
        return usual(asked)

    server.route = route  # type: ignore[method-assign]
    return Plan(load(write_contract(tmp_path, words)), "smoke"), server


@pytest.mark.parametrize("taken_up", [False, True])
def test_what_lies_below_by_a_header_is_looked_at_with_it(tmp_path: Path, taken_up: bool) -> None:
    plan, server = by_header(tmp_path)
    with listening(server) as url:
        made = Bench(server, begin(plan, url, tmp_path), plan)
        office = made.office()
        of_office = (("X-Office", str(office)),)
        assert made.send("POST", "/rooms", {"label": made.token()}, of_office).status == 201
        if taken_up:
            below_ours(server, office)
        made.ages()
        told = made.clean_up()
        made.run.session.close()
    assert ["holds room that this run did not make" in line for line in told] == [True] * taken_up
    assert list(server.ours()) == ["office"] * taken_up
    assert server.harm() == []


def test_an_id_is_looked_at_without_the_header_that_a_request_leaves_out(tmp_path: Path) -> None:
    """Without an office, the server takes the first, whose rooms it counts by themselves."""
    plan, server = by_header(tmp_path)
    below = server.route

    def route(asked: Asked) -> bool:
        if asked.path.startswith("/v1/rooms/") and "x-office" not in asked.headers:
            asked.headers, asked.path = {"x-office": "1"}, "/v1/rooms/17"
        return below(asked)

    server.route = route  # type: ignore[method-assign]
    with listening(server) as url:
        made = Bench(server, begin(plan, url, tmp_path), plan)
        of_office = (("X-Office", str(made.office())),)
        assert made.send("POST", "/rooms", {"label": made.token()}, of_office).status == 201
        (ours,) = server.ours()["room"]
        with pytest.raises(NotProven, match="without its parent"):
            made.send("DELETE", f"/rooms/{ours}")
        assert made.send("DELETE", f"/rooms/{ours}", None, of_office).status == 204
        made.run.session.close()
    assert server.harm() == []


def test_an_id_is_looked_at_without_the_parent_that_a_request_leaves_out(tmp_path: Path) -> None:
    """Below each office notes are counted from one on; without an office, a note is one of others."""
    below = CONTRACT.replace("references: {office_id: {to: office, reads_as: office_id, on_delete: clear}}", "{}")
    folder = tmp_path / "contract"
    contract = load(write_contract(folder, below.replace("    {}\n", "    parent: {office: office_id}\n")))
    server = Server()

    def find(asked: Asked) -> Any:
        key = server.find_exactly(asked)
        return key + OTHERS if asked.resource == "note" and key and asked.query.get("office_id") else key

    def entries(asked: Asked) -> list[Record]:
        return []

    def shown(asked: Asked, answer: Answer) -> Answer:
        body = answer.body
        if asked.resource == "note" and isinstance(body, dict) and body.get("id", 0) > OTHERS:
            return Answer(answer.status, {**body, "id": body["id"] - OTHERS})
        return answer

    server.find_exactly, server.find, server.entries = server.find_exactly, find, entries  # type: ignore[method-assign]
    server.create = lambda asked: shown(asked, server.create_honestly(asked))
    server.read = lambda asked: shown(asked, server.read_honestly(asked))
    plan = Plan(contract, "smoke")
    with listening(server) as url:
        made = Bench(server, begin(plan, url, tmp_path), plan)
        office = made.office()
        note = made.send("POST", "/notes", {"text": made.token(), "office_id": office}).response
        assert note is not None
        id = note.json["id"]
        with pytest.raises(NotProven, match="without its parent"):
            made.send("DELETE", f"/notes/{id}")
        assert made.send("DELETE", f"/notes/{id}?office_id={office}").status == 204
    assert server.harm() == []


def test_what_lies_below_a_given_parent_may_be_written_to_whatever_letters_its_id_has(tmp_path: Path) -> None:
    """Nothing shows an account: that ``ac1`` may be taken for ``AC1`` is nothing to ask about."""
    words = CONTRACT.replace("path: /notes", "path: /accounts/{account}/notes") + (
        "  account: {path: /accounts, operations: [], id: {type: string}}\n"
    )
    plan = Plan(load(write_contract(tmp_path / "contract", words)), "smoke")
    server = Server()
    with listening(server) as url:
        made = Bench(server, begin(plan, url, tmp_path, ids={"account": "AC1"}), plan)
        assert made.send("POST", "/accounts/AC1/notes", {"text": made.token()}).status is not None
        with pytest.raises(NotProven, match="AC2"):
            made.send("POST", "/accounts/AC2/notes", {"text": made.token()})


@pytest.mark.parametrize(("shown", "left"), [("", 0), (", and never shown", 1)])
def test_what_is_stored_below_what_is_not_there_is_deleted_or_told(
    bench: Callable[..., Bench], shown: str, left: int
) -> None:
    made = bench(f"rooms of an absent office are stored below nobody{shown}")
    gone = made.office()
    assert made.send("DELETE", f"/offices/{gone}").status == 204
    for office in (gone, 2_000_000_000):
        assert made.send("POST", f"/offices/{office}/rooms", {"label": made.token()}).status == 201
    told = made.clean_up()
    assert [line.count("/rooms/") for line in told if "no look shows what it has stored" in line] == [2] * left
    assert len(made.server.ours().get("room", ())) == 2 * left
    assert len(told) == left


def test_what_a_server_refuses_to_store_below_what_is_not_there_is_not_told(bench: Callable[..., Bench]) -> None:
    made = bench()
    office = made.office()
    made.server.read = lambda asked: Answer(404)  # from a copy that is late
    assert made.send("POST", f"/offices/{office}/rooms", {"label": made.token()}).status == 201
    made.server.read = made.server.read_honestly
    assert made.send("DELETE", f"/offices/{office}").status == 204
    for method, path in (("POST", "rooms"), ("PATCH", "rooms/5")):
        assert made.send(method, f"/offices/{office}/{path}", {"label": made.token()}).status == 404
    assert (made.clean_up(), made.server.ours()) == ([], {})


def test_what_a_write_has_stored_under_another_id_than_its_path_is_found(bench: Callable[..., Bench]) -> None:
    made = bench("PATCH of an absent id creates")
    made.server.entries = lambda asked: []
    assert made.send("PATCH", "/notes/2000000000", {"text": made.token()}).status == 201
    assert (made.clean_up(), made.server.ours()) == ([], {})


@pytest.mark.parametrize("number", [0, 5])
def test_what_a_create_without_a_token_may_have_stored_is_told(bench: Callable[..., Bench], number: int) -> None:
    made = bench("a create is applied, and the connection is lost")
    for _ in range(3):
        made.send("POST", "/badges", {"number": number})
    left = made.clean_up()
    assert made.server.ours()
    said = (
        "perhaps of this run" if number else "badge: 1 creates whose answers name nothing, and nothing tells what they"
    )
    assert [said in line for line in left] == [True]


@pytest.mark.parametrize("named", [False, True])
def test_clean_up_looks_again_where_a_list_may_be_late(
    bench: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch, named: bool
) -> None:
    made = bench(None if named else "a create is applied, and the connection is lost")
    stale = [True]
    made.server.entries = lambda asked: [] if stale else made.server.entries_honestly(asked)
    made.server.read = lambda asked: Answer(404) if stale else made.server.read_honestly(asked)
    for _ in range(3):
        made.send("POST", "/notes", {"text": made.token()})
    paused: list[float] = []

    def sleep(seconds: float) -> None:
        paused.append(seconds)
        stale.clear()

    monkeypatch.setattr(made.run.session, "sleep", sleep)
    assert made.server.ours()
    assert (made.clean_up(), made.server.ours()) == ([], {})
    assert [0 < s <= LATE for s in paused] == [True]


def test_a_run_locks_nobody_out_by_wrong_passwords(tmp_path: Path) -> None:
    basic = CONTRACT.replace("auth: none", "auth: {scheme: basic}")
    for profile in ("smoke", "ci", "deep"):
        plan = Plan.of(load(write_contract(tmp_path, basic)), profile)
        tried = [c for i in plan.items if i.id.startswith("auth.invalid[") for c in i.cases or ()]
        assert len([c for c in tried if c["kind"] == "unknown"]) > 10
        assert sum(c["kind"] in ("cut short", "longer", "other case") for c in tried) == 3


# ------------------------------------------------------------- each protection


@pytest.mark.parametrize(
    ("lie", "left"),
    [("the last id is given anew", False), ("a list shows the id of the office as that of the record", True)],
)
def test_what_no_answer_has_named_is_found_under_an_id_that_was_deleted(
    bench: Callable[..., Bench], lie: str, left: bool
) -> None:
    made = bench(lie)
    office, server = made.office(), made.server
    note = made.send("POST", "/notes", {"text": made.token()}).response
    assert note is not None
    assert note.json["id"] == office
    assert made.send("DELETE", f"/notes/{office}").status == 204
    honest = server.create
    server.create = lambda asked: Answer(honest(asked).status, lost=True)
    assert made.send("POST", "/notes", {"text": made.token(), "office_id": office}).status is None
    told = made.clean_up()
    assert (bool(server.ours()), server.harm()) == (left, [])
    assert any("note /v1/notes/" in line for line in told) is left, told


@pytest.mark.parametrize(("copies", "left"), [(1, 0), (2, 0), (4, 0), (9, 1)])
def test_what_a_race_has_left_twice_under_one_id_is_deleted_until_it_is_gone(
    bench: Callable[..., Bench], copies: int, left: int
) -> None:
    made = bench()
    honest, deletes = made.server.delete, iter(range(1, 99))
    made.server.delete = lambda asked: honest(asked) if next(deletes) >= copies else Answer(204)
    slug = f"{made.token()}-x"
    assert made.send("POST", "/tags", {"slug": slug, "colour": "red"}).status == 201
    assert len(told := made.clean_up()) == left, told
    assert (slug in made.server.rows["tag"]) is bool(left)


def test_an_id_that_the_server_gives_is_deleted_once(bench: Callable[..., Bench]) -> None:
    """It may be somebody else's a moment later."""
    made = bench()
    sent = []
    made.server.delete = lambda asked: sent.append(asked.id) or Answer(204)  # type: ignore[func-returns-value]
    office = made.office()
    assert len(made.clean_up()) == 1
    assert sent == [str(office)]
