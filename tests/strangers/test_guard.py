"""Requests that would touch what others have do not leave."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from restproof.contract.model import Reference, Status
from restproof.wire import holdings, places
from restproof.wire.ceilings import Ceilings
from restproof.wire.failure import NotProven, NotSent
from restproof.wire.message import About, Headers, Request

from .bench import CASE, OVERRIDE, Bench
from .harness import Plan, begin
from .server import Answer, Asked, Server, listening


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


def test_bytes_that_are_no_utf_8_are_looked_at_as_they_stand(plan: Plan, tmp_path: Path) -> None:
    """A server that reads paths as Latin-1 has something there; what reads them otherwise knows it by U+FFFD."""
    server = Server()
    honest = server.read
    held = ["%FF"]

    def read(asked: Asked) -> Answer:
        is_there = any(asked.path.endswith(path) for path in held)
        return Answer(200, {"id": "?", "text": "of others"}) if is_there else honest(asked)

    server.read = read
    with listening(server) as url:
        bench = Bench(server, begin(plan, url, tmp_path), plan)
        for there, asked in (("%FF", "%ff"), ("%FF", "%FF"), ("%EF%BF%BD", "%fd"), ("%EF%BF%BD", "%FC")):
            held[:] = [there]
            for method in ("DELETE", "PATCH"):
                with pytest.raises(NotProven, match="\ufffd"):
                    bench.send(method, f"/notes/{asked}", {"text": "x"} if method == "PATCH" else None)
        held.clear()
        later = Bench(server, begin(plan, url, tmp_path), plan)
        assert later.send("DELETE", "/notes/%fe").status == 404
    assert server.harm() == []


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


@pytest.mark.parametrize("number", [17, "17", " 17 ", [17], "17.0", 17.5, "0x11", "017", "17abc", 2**32 + 17])
def test_no_create_names_others_by_what_must_be_unique(bench: Callable[..., Bench], number: Any) -> None:
    """However a server may read it."""
    made = bench("a create of a number that is taken is an update of what has it, in its digits too, and answers 201")
    with pytest.raises(NotProven, match="has the same number"):
        made.send("POST", "/badges", {"number": number, "kind": "guest"})
    assert made.send("POST", "/badges", {"number": "x", "kind": "guest"}).status == 422


def test_what_others_have_is_compared_as_the_most_lenient_server_does(plan: Plan, tmp_path: Path) -> None:
    """And a member of a unique key that a create leaves out has its default."""
    badge = plan.contract.resources["badge"]
    kind = {"type": "string", "default": "Chef  de cuisine"}
    schema = {**badge.schema, "properties": {**badge.properties, "kind": kind}}
    changed = replace(badge, unique=(("number", "kind"),), schema=schema)
    contract = replace(plan.contract, resources={**plan.contract.resources, "badge": changed})
    server = Server()
    server.rows["badge"][17]["kind"] = "chéf de Cuisine"
    with listening(server) as url:
        made = Bench(server, begin(replace(plan, contract=contract), url, tmp_path), plan)
        for body in ({"number": 7}, {"number": 7, "kind": "CHEF de cuisine"}):
            with pytest.raises(NotProven, match="has the same number"):
                made.send("POST", "/badges", body)
        assert made.send("POST", "/badges", {"number": 7, "kind": "guest"}).status == 201


def test_requests_of_a_race_are_asked_about_too(bench: Callable[..., Bench]) -> None:
    made = bench()
    with pytest.raises(NotProven):
        made.run.session.send_together([Request("DELETE", "/v1/offices/17")] * 2, CASE, None)
    assert made.server.harm() == []


def _patch(path: str, body: Any) -> Request:
    return Request("PATCH", f"/v1/{path}", body=json.dumps(body).encode())


def test_writes_at_once_go_to_what_bears_a_mark(bench: Callable[..., Bench]) -> None:
    """Of what bears none, the first may make one of ours and another's that is like it, and the second meet that."""
    made = bench("an update that makes a record like one of others makes one of both")
    badge = made.send("POST", "/badges", {"number": 12, "kind": "guest"}).response
    assert badge is not None
    bearing_none = [_patch(f"badges/{badge.json['id']}", body) for body in ({"kind": "staff"}, {"number": 1})]
    marked = [_patch(f"offices/{made.office()}", body) for body in ({"floor": 3}, {"floor": 4})]
    with pytest.raises(NotProven, match="bears no mark"):
        made.run.session.send_together(bearing_none, CASE, None)
    assert [e.status for e in made.run.session.send_together(marked, CASE, None)] == [200, 200]
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


@pytest.mark.parametrize("heeds", [True, False])
def test_what_overrides_a_method_that_stores_may_go_unheeded(bench: Callable[..., Bench], heeds: bool) -> None:
    """A PUT that is to be a DELETE makes what it names, where the server passes over the header field."""
    made = bench()
    if heeds:
        made.server.update = lambda asked: made.server.delete(asked)
    sent = made.send("PUT", f"/tags/{made.token()}put", {"colour": f"{made.token()} red"}, OVERRIDE)
    assert sent.status == (404 if heeds else 201)
    assert bool(made.server.ours()) is not heeds
    assert made.clean_up() == []
    assert made.server.ours() == {}


def test_one_look_proves_what_several_writes_need(bench: Callable[..., Bench]) -> None:
    made = bench()
    id = made.office()
    for floor in range(3):
        made.send("PATCH", f"/offices/{id}", {"floor": floor})
    assert sum(line.startswith("GET /v1/offices/") for line in made.server.log) == 1


@pytest.mark.parametrize(
    ("method", "headers", "status", "looks"),
    [
        ("PATCH", (), 422, 0),
        ("PATCH", (), 303, 1),
        ("PATCH", (), 500, 1),
        ("POST", (("X-HTTP-Method-Override", "PATCH"),), 200, 1),
        ("POST", (("X-HTTP-Method-Override", "PATCH"),), 405, 0),
    ],
)
def test_only_a_refusal_leaves_what_was_seen_before_a_write(
    bench: Callable[..., Bench], method: str, headers: Headers, status: int, looks: int
) -> None:
    """Whatever else it is answered, an update may have been done: its id may be somebody's by now."""
    made = bench()
    id = made.office()
    made.send("GET", f"/offices/{id}")
    made.server.update = made.server.unsupported = lambda asked: Answer(status)
    made.send(method, f"/offices/{id}", {"floor": 3}, headers)
    before = len(made.server.log)
    made.send("DELETE", f"/offices/{id}")
    assert [line.split()[0] for line in made.server.log[before:]] == [*["GET"] * looks, "DELETE"]


def test_a_read_of_the_suites_proves_as_well(bench: Callable[..., Bench]) -> None:
    made = bench()
    id = made.office()
    made.send("GET", f"/offices/{id}")
    made.send("PATCH", f"/offices/{id}", {"floor": 3})
    assert sum(line.startswith("GET /v1/offices/") for line in made.server.log) == 1


def test_a_read_of_the_suites_shows_as_well_that_an_id_names_nothing(bench: Callable[..., Bench]) -> None:
    made = bench()
    made.send("GET", "/offices/2000000000")
    assert made.send("PATCH", "/offices/2000000000", {"floor": 3}).status == 404
    assert [line.split()[0] for line in made.server.log] == ["GET", "PATCH"]


def test_a_read_of_the_suites_is_known_after_many_others(bench: Callable[..., Bench]) -> None:
    made = bench()
    made.send("GET", "/offices/2000000000")
    for other in range(100):
        made.send("GET", f"/offices/{3_000_000_000 + other}")
    looks = len(made.server.log)
    assert made.send("PATCH", "/offices/2000000000", {"floor": 3}).status == 404
    assert [line.split()[0] for line in made.server.log[looks:]] == ["PATCH"]


def test_a_read_shows_nothing_of_what_was_below_an_item_that_went_since(bench: Callable[..., Bench]) -> None:
    made = bench()
    office = made.office()
    room = made.send("POST", f"/offices/{office}/rooms", {"label": made.token()}).response
    assert room is not None
    where = f"/offices/{office}/rooms/{room.json['id']}"
    assert made.send("GET", where).status == 200
    assert made.send("DELETE", f"/offices/{office}").status == 204
    looks = len(made.server.log)
    with suppress(NotProven):
        made.send("PATCH", where, {"seats": 1})
    assert any(line.startswith(f"GET /v1{where} ") for line in made.server.log[looks:])


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
    monkeypatch.setattr(holdings, "JUST_NOW", -1.0)
    assert looks_of_a_create() > 0


def test_a_join_is_known_by_what_it_joins(plan: Plan, tmp_path: Path) -> None:
    badge = plan.contract.resources["badge"]
    join = replace(badge, references={"number": Reference("number", "office", "number", False)})
    contract = replace(plan.contract, resources={**plan.contract.resources, "badge": join})
    server = Server()
    with listening(server) as url:
        made = Bench(server, begin(replace(plan, contract=contract), url, tmp_path), plan)
        office = made.office()
        answer = made.send("POST", "/badges", {"number": office}).response
        assert answer is not None
        assert made.send("PATCH", f"/badges/{answer.json['id']}", {"kind": "staff"}).status == 200
        with pytest.raises(NotProven):
            made.send("DELETE", "/badges/17")
    assert server.harm() == []


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
    made.office()  # a look through the list goes before the first
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
