"""Requests that would touch what others have do not leave, and each protection is needed: without it, they do."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from restproof.contract.load import load
from restproof.contract.model import Status
from restproof.wire import cleanup, evidence, guard, ownership, places, proof
from restproof.wire.ceilings import Ceilings
from restproof.wire.failure import NotProven, NotSent
from restproof.wire.group import LATE
from restproof.wire.ledger import Ledger
from restproof.wire.message import About, Exchange, Headers, Request
from restproof.wire.tidying import clean_up

from .harness import Plan, Run, begin, plan_in, write_contract
from .mirrors import LIES
from .server import CONTRACT, OTHERS, Answer, Asked, Record, Server, listening

CASE = About("office", "update", "item", "item#1")


class Bench:
    """A run that has begun on a server, and sends what a test wants."""

    def __init__(self, server: Server, run: Run, plan: Plan) -> None:
        self.server = server
        self.run = run
        self.plan = plan
        self.tokens = 0

    def send(self, method: str, path: str, body: Any = None, headers: Headers = ()) -> Exchange:
        data = None if body is None else json.dumps(body).encode()
        return self.run.session.send(Request(method, f"/v1{path}", (), headers, data), CASE, None)

    def token(self) -> str:
        self.tokens += 1
        return f"{self.run.ledger.origin.prefix}{self.tokens:05}"

    def office(self) -> int:
        """One of ours."""
        made = self.send("POST", "/offices", {"name": f"{self.token()} wing"})
        assert made.response is not None
        id: int = made.response.json["id"]
        return id

    def clean_up(self) -> list[str]:
        run = self.run
        return clean_up(run.ledger, run.session, self.plan.contract, run.ledger.origin.prefix)[1]


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return plan_in(tmp_path_factory.mktemp("guard"))


@pytest.fixture
def bench(plan: Plan, tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    opened = []

    def make(lie: str | None = None, **options: Any) -> Bench:
        server = Server()
        if lie is not None:
            LIES[lie](server)
        address = listening(server)
        opened.append(address)
        return Bench(server, begin(plan, address.__enter__(), tmp_path, **options), plan)

    yield make
    for address in opened:
        address.__exit__(None, None, None)


def test_what_holds_nothing_is_nothing_where_a_read_of_the_absent_succeeds(plan: Plan, tmp_path: Path) -> None:
    note = plan.contract.resources["note"]
    either = replace(note, statuses={**note.statuses, "absent": Status(frozenset({200, 404}))})
    contract = replace(plan.contract, resources={**plan.contract.resources, "note": either})
    server = Server()
    honest = server.read
    server.read = lambda asked: Answer(200, {"id": 9_999, "text": ""}) if asked.id == "9999" else honest(asked)
    with listening(server) as url:
        said, unsaid = (Bench(server, begin(p, url, tmp_path), p) for p in (replace(plan, contract=contract), plan))
        with pytest.raises(NotProven):
            unsaid.send("PATCH", "/notes/9999", {"text": "x"})
        with pytest.raises(NotProven):
            said.send("PATCH", "/notes/17", {"text": "x"})
        assert said.send("PATCH", "/notes/9999", {"text": "x"}).status == 404
    assert server.harm() == []


OVERRIDE = (("X-HTTP-Method-Override", "DELETE"),)
THEIRS: list[tuple[Any, ...]] = [
    ("PATCH", "/offices/17", {"floor": 3}),
    ("PATCH", "/memos/17", {"seats": 3}),
    ("PUT", "/offices/17", {"name": "x"}),
    ("DELETE", "/offices/17"),
    ("DELETE", "/offices/17abc"),
    ("DELETE", "/offices/-17"),
    ("DELETE", "/offices/017"),
    ("DELETE", "/offices/17.5"),
    ("DELETE", "/offices/0x11"),
    ("DELETE", "/offices/0b10001"),
    ("DELETE", f"/offices/{2**32 + 17}"),
    ("PATCH", f"/offices/{2**40 + 17}", {"floor": 3}),
    ("DELETE", "/offices/%2017"),
    ("DELETE", "/offices/17/"),
    ("DELETE", "//offices//17"),
    ("DELETE", "/offices/17;v=1"),
    ("DELETE", "/tags/TAG-17"),
    ("POST", "/offices/17", {"floor": 3}),
    ("POST", "/offices/17/close", {"floor": 3}),
    ("POST", "/elsewhere/17", {"floor": 3}),
    ("DELETE", "/offices"),
    ("PUT", "/offices", {"floor": 3}),
    ("PATCH", "/memos", {"seats": 3}),
    ("POST", "/memos", {"label": "x"}),
    ("DELETE", "/offices/17/rooms"),
    ("GET", "/memos/17", None, OVERRIDE),
    ("POST", "/notes", {"text": "x", "office_id": 17}),
    ("POST", "/notes", {"text": "x", "office_id": "17"}),
    ("POST", "/notes", {"text": "x", "office_id": 17.5}),
    ("POST", "/notes", {"text": "x", "office_id": [17.5]}),
    ("POST", "/notes", {"text": "x", "office_id": {"id": 17}}),
    ("POST", "/notes", {"text": "x", "office_id": True}),
    ("POST", "/offices", {"name": "x", "id": 17}),
    ("POST", "/offices/17/rooms", {"label": "x"}),
]


@pytest.mark.parametrize("asked", THEIRS, ids=lambda a: f"{a[0]} {a[1]} {json.dumps(a[2]) if len(a) > 2 else ''}")
def test_what_would_touch_others_does_not_leave(bench: Callable[..., Bench], asked: tuple[Any, ...]) -> None:
    made = bench()
    with pytest.raises(NotProven):
        made.send(*asked)
    assert all(line.startswith("GET") for line in made.server.log)


READ_AS_301 = [
    *("0x12d", "0455", "0o455", "0b100101101", "+301", "-301", "3_01", "3,01", "3'01", "3.01e2", ".301E+3", "301.9"),
    *("301\n", " 301", "301abc", "abc301", "٣٠١", "%33%30%31", "4294967597"),
]


@pytest.mark.parametrize("text", READ_AS_301)
def test_an_id_is_read_in_every_way_in_which_a_server_may(plan: Plan, text: str) -> None:
    assert "301" in places.readings(plan.contract.resources["office"], text)


def test_an_id_that_is_no_utf_8_is_one_all_the_same(bench: Callable[..., Bench]) -> None:
    made = bench("ids are read as the first where they are no number")
    with pytest.raises(NotProven):
        made.send("DELETE", f"/offices/{made.office()}/rooms/%FF")
    assert made.server.harm() == []


@pytest.mark.parametrize("named", [17, "17", 17.0, [17], "17abc"])
def test_an_update_of_ours_names_nobody_else_in_its_body(bench: Callable[..., Bench], named: Any) -> None:
    made = bench()
    id = made.office()
    with pytest.raises(NotProven):
        made.send("PATCH", f"/offices/{id}", {"floor": 3, "id": named})
    assert made.send("PATCH", f"/offices/{id}", {"floor": 3, "id": id}).status == 200
    assert made.send("PATCH", f"/offices/{id}", {"floor": 3, "id": made.office()}).status == 200


def test_requests_of_a_race_are_asked_about_too(bench: Callable[..., Bench]) -> None:
    made = bench()
    with pytest.raises(NotProven):
        made.run.session.send_together([Request("DELETE", "/v1/offices/17")] * 2, CASE, None)
    assert made.server.harm() == []


def test_what_is_ours_may_be_changed_and_deleted(bench: Callable[..., Bench]) -> None:
    made = bench()
    id = made.office()
    assert made.send("PATCH", f"/offices/{id}", {"floor": 3}).status == 200
    assert made.send("POST", f"/offices/{id}/rooms", {"label": made.token()}).status == 201
    assert made.send("DELETE", f"/offices/{id}abc").status == 404
    assert made.send("DELETE", f"/offices/{id}").status == 204
    assert made.send("DELETE", f"/offices/{id}").status == 404, "what names nothing harms nobody"
    assert made.send("PATCH", "/offices/2000000000", {"floor": 3}).status == 404
    assert made.clean_up() == []
    assert made.server.ours() == {}


def test_one_look_proves_what_several_writes_need(bench: Callable[..., Bench]) -> None:
    made = bench()
    id = made.office()
    for floor in range(3):
        made.send("PATCH", f"/offices/{id}", {"floor": floor})
    assert sum(line.startswith("GET") for line in made.server.log) == 1


def test_a_read_of_the_suites_proves_as_well(bench: Callable[..., Bench]) -> None:
    made = bench()
    id = made.office()
    made.send("GET", f"/offices/{id}")
    made.send("PATCH", f"/offices/{id}", {"floor": 3})
    assert sum(line.startswith("GET") for line in made.server.log) == 1


def test_a_read_of_the_suites_shows_as_well_that_an_id_names_nothing(bench: Callable[..., Bench]) -> None:
    made = bench()
    made.send("GET", "/offices/2000000000")
    assert made.send("PATCH", "/offices/2000000000", {"floor": 3}).status == 404
    assert [line.split()[0] for line in made.server.log] == ["GET", "PATCH"]


@pytest.mark.parametrize("headers", [(("Accept", "text/csv"),), (("If-Modified-Since", "now"),), (("X-Tenant", "5"),)])
def test_a_read_with_other_headers_than_a_look_shows_nothing_of_what_is_not_there(
    bench: Callable[..., Bench], headers: Headers
) -> None:
    made = bench()
    honest, (name, value) = made.server.read, headers[0]
    made.server.read = lambda asked: Answer(404) if asked.headers.get(name.lower()) == value else honest(asked)
    assert made.send("GET", "/offices/17", None, headers).status == 404
    with pytest.raises(NotProven):
        made.send("PATCH", "/offices/17", {"floor": 3})
    assert made.server.harm() == []


def test_one_walk_shows_for_a_moment_what_the_list_held(
    bench: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = bench()

    def looks_of_a_create() -> int:
        seen = len(made.server.log)
        made.send("POST", "/badges", {"number": 5})
        return sum(line.startswith("GET /v1/badges") for line in made.server.log[seen:])

    assert [looks_of_a_create() > 0 for _ in range(3)] == [True, False, False]
    # An id of another collection says nothing here.
    made.server.next_id["note"] = made.server.next_id["badge"]
    made.send("POST", "/notes", {"text": made.token()})
    assert looks_of_a_create() == 0
    assert all(entry.new for entry in made.run.ledger.entries() if entry.resource == "badge")
    monkeypatch.setattr(evidence, "_JUST_NOW", -1.0)
    assert looks_of_a_create() > 0


def test_a_list_proves_nothing_of_what_was_deleted_since(bench: Callable[..., Bench]) -> None:
    made = bench("a colleague gets the id that was deleted")
    office = made.office()
    made.run.session.send(Request("GET", "/v1/offices"), About("office", "list", "item", "item#1"), None)
    assert made.send("DELETE", f"/offices/{office}").status == 204
    with pytest.raises(NotProven):
        made.send("DELETE", f"/offices/{office}")
    assert made.server.harm() == []


def test_a_look_is_answered_by_the_server_itself(bench: Callable[..., Bench]) -> None:
    made = bench()
    asked: list[str] = []

    def first(a: Asked) -> None:
        asked.append(f"{a.method} {a.headers.get('cache-control')}")

    made.server.first = first
    made.send("DELETE", f"/offices/{made.office()}")
    assert asked == ["POST None", "GET no-cache", "DELETE None"]


def test_what_is_below_what_was_deleted_is_not_taken_for_restored(bench: Callable[..., Bench]) -> None:
    made = bench()
    kept, office = made.office(), made.office()
    room = made.send("POST", f"/offices/{office}/rooms", {"label": made.token()}).response
    assert room is not None
    where = f"/offices/{office}/rooms/{room.json['id']}"
    for path in (f"/offices/{kept}", where):
        made.send("PATCH", path, {"seats": 1})
    made.send("DELETE", f"/offices/{office}")
    made.send("GET", where)
    looks = len(made.server.log)
    made.send("PATCH", f"/offices/{kept}", {"floor": 2})
    assert len(made.server.log) == looks + 1


def test_what_the_target_gives_for_writing_may_be_written_to(bench: Callable[..., Bench]) -> None:
    made = bench(ids={"writable_memo": 17})
    assert made.send("PATCH", "/memos/17", {"seats": 3}).status == 200
    with pytest.raises(NotProven):
        made.send("PATCH", "/memos/18", {"seats": 3})


def test_the_ceiling_of_creates_is_kept(plan: Plan, tmp_path: Path) -> None:
    server = Server()
    with listening(server) as url:
        made = Bench(server, begin(plan, url, tmp_path), plan)
        made.run.guard._ceilings = Ceilings(creates=1)
        made.office()
        with pytest.raises(NotSent, match="ceiling of 1 creates"):
            made.office()
    assert len(server.ours()["office"]) == 1


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
    assert "left alone" in left
    assert made.server.harm() == []
    assert all(f"/badges/{id}:" in left for id in made.server.ours().get("badge", ()))


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
    made.run.ledger.path.write_text(re.sub(r', "at": [0-9.]+', "", made.run.ledger.path.read_text()))
    made.run.ledger = Ledger(made.run.ledger.path)
    assert (made.clean_up(), made.server.ours()) == ([], {})


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


def always(value: Any) -> Callable[..., Any]:
    return lambda *_, **__: value


def theirs(*requests: tuple[Any, ...]) -> Callable[[Bench], None]:
    def send(made: Bench) -> None:
        for asked in requests:
            made.send(*asked)

    return send


def claimed(made: Bench) -> None:
    made.send("DELETE", f"/offices/{made.office()}")


def twice(made: Bench) -> None:
    id = made.office()
    for _ in range(2):
        made.send("DELETE", f"/offices/{id}")


def cleaned(made: Bench) -> None:
    made.office()
    made.clean_up()


def unmarked(made: Bench) -> None:
    badge = made.send("POST", "/badges", {"number": 5}).response
    assert badge is not None
    made.send("DELETE", f"/badges/{badge.json['id']}")


def moved(made: Bench) -> None:
    note = made.send("POST", "/notes", {"text": made.token()}).response
    assert note is not None
    made.send("PATCH", f"/notes/{note.json['id']}", {"text": made.token()})
    made.send("GET", "/offices/1")  # meanwhile a colleague gets the id
    made.send("DELETE", f"/notes/{note.json['id']}")


def taken_up(made: Bench) -> None:
    """A colleague uses an office that a run has left, of which an old ledger knows."""
    below_ours(made.server, made.office())
    ledger = made.run.ledger
    ledger.path.write_text(re.sub(r', "at": [0-9.]+', "", ledger.path.read_text()))
    made.run.ledger = Ledger(ledger.path)
    left = made.clean_up()
    assert made.server.harm() or "holds room that this run did not make (DELETE" in " ".join(left)


def below_ours(server: Server, office: int) -> None:
    room = server.stranger("room", 501, "of a colleague, in an office of ours")
    room["parent"] = office
    server.others["room"][501] = dict(room)


def seen_and_deleted_twice(made: Bench) -> None:
    id = made.office()
    made.send("GET", f"/offices/{id}")
    for _ in range(2):
        made.send("DELETE", f"/offices/{id}")


def restored(made: Bench) -> None:
    """The database is put back to where it was, and a colleague gets the ids that follow."""
    ids = [made.office() for _ in range(3)]
    for id in ids:
        made.send("PATCH", f"/offices/{id}", {"floor": 1})
    rows = made.server.rows["office"]
    for id in ids:
        del rows[id]
    made.server.stranger("office", ids[0], "of a colleague")
    made.send("PATCH", f"/offices/{ids[2]}", {"floor": 2})
    made.send("DELETE", f"/offices/{ids[0]}")


def taken_while_cached(made: Bench) -> None:
    id = made.office()
    old = dict(made.server.rows["office"][id])
    made.server.read = lambda asked: Answer(200, old, {"Age": "100"})
    made.server.stranger("office", id, "of a colleague")
    made.send("DELETE", f"/offices/{id}")


SOME = "a create answers our body with the id of a random of others"
PROTECTIONS: dict[str, tuple[object, str, Any, str | None, Callable[[Bench], None]]] = {
    "proof under the very id": (evidence.Evidence, "is_ours", always(True), SOME, claimed),
    "a token in the field that it was written to": (proof.Marks, "shown", always(True), SOME, claimed),
    "every reading of an id": (
        ownership, "readings", lambda _, id: [places.plain(id)], "writes alone read ids by the digits in front",
        theirs(("DELETE", "/offices/17abc")),
    ),
    "references name nobody": (
        ownership, "scalars", lambda _: iter(()), "a reference counts on what it names",
        theirs(("POST", "/notes", {"text": "x", "office_id": 17})),
    ),
    "no write to what others share": (
        ownership._Decision, "_must_be_below_ours", always(None),
        "methods that are not supported change all of a collection", theirs(("DELETE", "/offices")),
    ),
    "methods that are overridden": (
        guard, "effective_method", lambda request: request.method, "X-HTTP-Method-Override is obeyed",
        theirs(("GET", "/memos/17", None, OVERRIDE)),
    ),
    "paths that lead through an item": (
        ownership._Decision, "_must_be_ours", always(None), "unknown paths lead to the item in them",
        theirs(("DELETE", "/offices/17/close")),
    ),
    "a look after a delete": (
        evidence.Evidence, "forget", always(None), "a colleague gets the id that was deleted", twice,
    ),
    "a server-set id of our own": (
        ownership._Decision, "_check_values", always(None), "a create with an id overwrites what has it",
        theirs(("POST", "/offices", {"name": "x", "id": 17})),
    ),
    "clean-up proves again": (cleanup.Work, "_is_ours", always(True), SOME, cleaned),
    "numbers are counted up": (
        ownership, "is_new", lambda item, known: item.id not in known, "a create of what was archived brings it back",
        unmarked,
    ),
    "an item that has moved": (
        ownership.Ownership, "_moved", always(None), "an update gives a new id, and a colleague gets the old one",
        moved,
    ),
    "what is shown after its delete": (
        evidence.Evidence, "end", lambda seen, place, _: seen.forget(place) or True,
        "reads are cached, and a colleague gets the id that was deleted", seen_and_deleted_twice,
    ),
    "an answer that speaks against what was seen": (evidence.Evidence, "heed", always(None), None, restored),
    "the age of an answer": (evidence, "age_of", always(0.0), None, taken_while_cached),
    "what others have below": (cleanup.Work, "_holds_others", always(False), None, taken_up),
}  # fmt: skip


@pytest.mark.parametrize("protection", PROTECTIONS)
def test_each_protection_is_needed(
    bench: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch, protection: str
) -> None:
    owner, name, without, lie, act = PROTECTIONS[protection]
    made = bench(lie)
    with suppress(NotProven):
        act(made)
    assert made.server.harm() == []
    monkeypatch.setattr(owner, name, without)
    made = bench(lie)
    act(made)
    assert made.server.harm(), "nothing came to harm without it: this test proves nothing"
