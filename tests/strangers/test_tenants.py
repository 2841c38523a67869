"""Tenants that are told apart by their credentials, each with ids of its own: what a look with one of them has shown
says nothing of what another one, a wrong one or none at all leads to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from restproof.contract.load import load
from restproof.wire.crossing import Crossing
from restproof.wire.failure import NotProven
from restproof.wire.ledger import Ledger
from restproof.wire.message import About, Request

from .bench import Bench
from .harness import Plan, begin, run, write_contract
from .server import CONTRACT, Answer, Asked, Server, listening
from .test_strangers import untold

CREDENTIALS = {"full": "ours", "foreign": "theirs"}


class Tenants(Server):
    """The records of each tenant are another server's. ``default``: whose a request is that shows no credential, or
    one that is not known; ``None``: nobody's. ``more``: what the other tenants have beside what ours has."""

    def __init__(self, default: str | None, more: int = 200) -> None:
        super().__init__()
        self.default = default
        self.of = {"ours": self, "theirs": Server(), "default": Server()}
        for at, one in enumerate(self.of.values()):
            # What one tenant makes has an id that another one has by now.
            for resource in one.rows if at else ():
                for _ in range(more):
                    number = one.new_id(resource)
                    one.stranger(resource, f"t{number}" if resource == "tag" else number, f"of others {number}")

    def answer(self, asked: Asked) -> Answer:
        known = asked.headers.get("authorization", "").removeprefix("Bearer ")
        tenant = known if known in CREDENTIALS.values() else self.default
        if tenant is None:
            return Answer(401, {"error": "who is it?"}, {"WWW-Authenticate": "Bearer"})
        return Server.answer(self.of[tenant], asked)

    def harm(self) -> list[str]:
        return [line for one in self.of.values() for line in Server.harm(one)]

    def ours(self) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = {}
        for one in self.of.values():
            for resource, keys in Server.ours(one).items():
                found[resource] = [*found.get(resource, ()), *keys]
        return found


@pytest.fixture(scope="module")
def auth(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """All that shows another credential than the usual one."""
    text = CONTRACT.replace("auth: none", "auth: bearer")
    plan = Plan.of(load(write_contract(tmp_path_factory.mktemp("tenants"), text)))
    plan.items = [item for item in plan.items if item.proof.requirement.startswith("auth.")]
    return plan


@pytest.mark.parametrize("default", [None, "theirs", "default"], ids=str)
def test_the_same_id_may_be_of_another_tenant(auth: Plan, tmp_path: Path, default: str | None) -> None:
    server = Tenants(default)
    told = run(auth, server, tmp_path, credentials=CREDENTIALS)
    assert server.harm() == []
    assert untold(server, told) == {}
    assert default is not None or told.outcomes["pass"] > 10, told.reasons


@pytest.mark.parametrize("default", [None, "default"], ids=str)
def test_the_look_by_the_way_of_the_request_is_needed(
    auth: Plan, tmp_path: Path, default: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Crossing, "_crosses", lambda *_: False)
    server = Tenants(default)
    run(auth, server, tmp_path, credentials=CREDENTIALS)
    assert server.harm(), "nothing came to harm without it: this test proves nothing"


def test_what_a_wrong_credential_has_made_is_told_where_ours_got_the_same_id(auth: Plan, tmp_path: Path) -> None:
    server = Tenants("default", more=0)
    told = run(auth, server, tmp_path, credentials=CREDENTIALS)
    left = Server.ours(server.of["default"])
    assert left
    assert {name for name in left if f"{name} " in " ".join(told.left)} == left.keys()
    assert server.harm() == []


def test_a_look_through_a_list_shows_the_credential_that_stands_in_the_query(tmp_path: Path) -> None:
    text = CONTRACT.replace("auth: none", "auth: {scheme: api_key, query: key}")
    text = text.replace("schema: note.json", "schema: note.json\n    operations: [list, create, update, delete]")
    plan = Plan(load(write_contract(tmp_path / "contract", text)), "smoke")
    server = Tenants("default")
    answer = server.answer

    def by_query(asked: Asked) -> Answer:
        if "key" not in asked.query:
            return Answer(401, {"error": "who is it?"})
        asked.headers["authorization"] = f"Bearer {asked.query['key']}"
        return answer(asked)

    server.answer = by_query  # type: ignore[method-assign]
    with listening(server) as url:
        made = Bench(server, begin(plan, url, tmp_path, credentials=CREDENTIALS), plan)
        note = made.send("POST", "/notes", {"text": made.token()}, credential="full").response
        assert note is not None
        with pytest.raises(NotProven):
            made.send("DELETE", f"/notes/{note.json['id']}?key=wrong")
        assert made.clean_up() == []
    assert server.harm() == []


@pytest.mark.parametrize("maker", ["full", "second"])
def test_a_read_that_shows_another_credential_what_is_ours_spares_its_look(
    auth: Plan, tmp_path: Path, maker: str
) -> None:
    server, looks = Tenants(None), []
    answer = server.answer

    def counting(asked: Asked) -> Answer:
        looks.append(asked.method)
        return answer(asked)

    server.answer = counting  # type: ignore[method-assign]
    with listening(server) as url:
        made = Bench(server, begin(auth, url, tmp_path, credentials={"full": "ours", "second": "ours"}), auth)
        read, one = (made.send("POST", "/notes", {"text": made.token()}, credential=c) for c in (maker, "full"))
        assert one.response is not None
        assert read.response is not None
        shown = Request("GET", f"/v1/notes/{read.response.json['id']}")
        made.run.session.send(shown, About("note", "read"), "second")
        looks.clear()
        made.send("DELETE", f"/notes/{one.response.json['id']}", credential="second")
        # What a credential has made itself says nothing of where it leads with the id of another.
        assert looks == (["GET", "DELETE"] if maker == "full" else ["GET", "GET", "DELETE"])
        assert made.clean_up() == []


def test_what_was_deleted_before_its_id_came_again_is_not_told(auth: Plan, tmp_path: Path) -> None:
    server = Server()
    server.new_id = lambda resource: max(server.rows[resource]) + 1  # type: ignore[method-assign]
    with listening(server) as url:
        made = Bench(server, begin(auth, url, tmp_path, credentials=CREDENTIALS), auth)
        for credential in (None, "full", None):
            note = made.send("POST", "/notes", {"text": made.token()}, credential=credential).response
            assert note is not None
            assert made.send("DELETE", f"/notes/{note.json['id']}", credential="full").status == 204
        assert made.send("POST", "/notes", {"text": made.token()}, credential="full").status == 201
        made.run.ledger.close()
        made.run.ledger = Ledger(made.run.ledger.path)
        assert made.clean_up() == []
    assert (server.ours(), server.harm()) == ({}, [])


def test_what_another_tenant_has_under_the_same_id_says_nothing_of_a_restored_database(
    auth: Plan, tmp_path: Path
) -> None:
    server = Tenants(None, more=0)
    server.of["theirs"].stranger("office", 501, "the office of another tenant")
    with listening(server) as url:
        made = Bench(server, begin(auth, url, tmp_path, credentials=CREDENTIALS), auth)
        id = made.office("full")
        for _ in range(2):
            assert made.send("PATCH", f"/offices/{id}", {"floor": 2}, credential="full").status == 200
            with pytest.raises(NotProven):
                made.send("PATCH", f"/offices/{id}", {"floor": 3}, credential="foreign")
            made.send("GET", f"/offices/{id}", credential="foreign")
        assert made.run.ledger.doubted < 0
    assert server.harm() == []


def test_each_tenant_may_have_one_under_an_id_that_clients_choose(auth: Plan, tmp_path: Path) -> None:
    """That it is gone for one of them says nothing of the other's."""
    server = Tenants(None)
    with listening(server) as url:
        made = Bench(server, begin(auth, url, tmp_path, credentials=CREDENTIALS), auth)
        tag, note = f"/tags/{made.token()}", made.send("POST", "/notes", {"text": made.token()}, credential="full")
        assert note.response is not None
        for credential in CREDENTIALS:
            assert made.send("PUT", tag, {"colour": made.token()}, credential=credential).status == 201
        assert made.send("DELETE", tag, credential="foreign").status == 204
        assert made.send("PUT", tag, {"colour": made.token()}, credential="full").status == 200
        for credential in CREDENTIALS:
            made.send("GET", tag, credential=credential)  # gone for one, there for the other
        made.send("PUT", tag, {"colour": made.token()}, credential="full")
        made.send("GET", tag, credential="foreign")
        assert made.run.ledger.doubted < 0, "the database seems restored"
        assert made.clean_up() == []
    assert (server.ours(), server.harm()) == ({}, [])


def test_what_joins_others_is_known_by_those_that_it_joins_by_now(tmp_path: Path) -> None:
    text = CONTRACT.replace("schema: badge.json,", "schema: badge.json, references: {number: {to: office}},")
    plan, server = Plan(load(write_contract(tmp_path / "contract", text)), "smoke"), Server()
    with listening(server) as url:
        made = Bench(server, begin(plan, url, tmp_path), plan)
        badge = made.send("POST", "/badges", {"number": made.office()}).response
        assert badge is not None
        path = f"/badges/{badge.json['id']}"
        assert made.send("PATCH", path, {"number": made.office()}).status == 200
        assert made.send("DELETE", path).status == 204
        assert made.clean_up() == []
    assert (server.ours(), server.harm()) == ({}, [])


def test_who_is_refused_below_a_parent_is_not_asked_there_for_each_item(auth: Plan, tmp_path: Path) -> None:
    """Who sends the request is."""
    server = Server()
    with listening(server) as url:
        made = Bench(server, begin(auth, url, tmp_path, credentials=CREDENTIALS), auth)
        home, foreign = made.office("full"), made.office("foreign")

        def first(asked: Asked) -> Answer | None:
            is_refused = asked.parent == str(foreign) and asked.headers["authorization"] == "Bearer ours"
            return Answer(403, {"error": "not yours"}) if is_refused else None

        server.first = first
        answers = [
            made.send("POST", f"/offices/{home}/rooms", {"label": made.token()}, credential="full") for _ in range(3)
        ]
        one, two, three = (f"{a.response and a.response.json['id']}" for a in answers)
        server.log.clear()
        for room, looks in ((one, 2), (two, 1)):
            path = f"/offices/{foreign}/rooms/{room}"
            assert made.send("PATCH", path, {"seats": 3}, credential="foreign").status == 404
            assert sum(line.startswith(f"GET /v1{path} ") for line in server.log) == looks
        server.stranger("room", int(three), "of others")["parent"] = foreign
        server.others["room"][int(three)]["parent"] = foreign
        with pytest.raises(NotProven):
            made.send("PATCH", f"/offices/{foreign}/rooms/{three}", {"seats": 3}, credential="foreign")
    assert server.harm() == []


def test_an_id_that_a_list_of_another_tenant_has_shown_is_no_merged_one(auth: Plan, tmp_path: Path) -> None:
    server = Tenants(None)
    with listening(server) as url:
        made = Bench(server, begin(auth, url, tmp_path, credentials=CREDENTIALS), auth)
        theirs = made.run.session.send(Request("GET", "/v1/offices"), About("office", "list"), "foreign").response
        office = made.office("full")
        assert theirs is not None
        assert office in [entry["id"] for entry in theirs.json]
        assert made.send("PATCH", f"/offices/{office}", {"floor": 2}, credential="full").status == 200
        made.office("full")
        assert made.clean_up() == []
    assert server.harm() == []


def test_no_look_before_a_create_uses_up_the_window_of_a_credential(auth: Plan, tmp_path: Path) -> None:
    server = Tenants(None)
    lists: list[str] = []
    answer = server.answer

    def noting(asked: Asked) -> Answer:
        lists.extend([asked.headers["authorization"]] if asked.method == "GET" else ())
        return answer(asked)

    server.answer = noting  # type: ignore[method-assign]
    with listening(server) as url:
        credentials = {**CREDENTIALS, "throttled": "few"}
        made = Bench(server, begin(auth, url, tmp_path, credentials=credentials), auth)
        made.send("POST", "/offices", {"name": made.token()}, credential="throttled")
    assert set(lists) == {"Bearer ours"}
