"""Tenants that are told apart by their credential alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.miniatures import bench
from tests.miniatures.kinds import Items, item, schema
from tests.miniatures.server import Answer, Refused, Row, Shop

from restproof.wire.message import Headers, Request

NAME = {"type": "string", "minLength": 1, "maxLength": 60}
TEAM = schema("name", name=NAME)
MEMBER = schema("name", "team_id", name=NAME, team_id={"type": "integer"})
BADGE = schema("name", "member_id", name=NAME, member_id={"type": "integer"})


class Closed(Items):
    """Whoever is another tenant is refused before anything is looked at."""

    open_to: tuple[tuple[str, str], ...] = ()

    def admit(self, request: Request) -> None:
        if request.header("Authorization") == "Bearer foreign":
            asked = request.method, "list" if request.target.partition("?")[0] == "/items" else "item"
            if asked not in self.open_to:
                raise Refused(403, "is another tenant's")


class Listing(Closed):
    open_to = (("GET", "list"),)


@pytest.mark.parametrize(("server", "outcome"), [(Closed, "pass"), (Listing, "fail")])
def test_a_list_that_is_refused_whole_shows_nothing(server: Callable[[], Items], outcome: str, tmp_path: Path) -> None:
    contract, schemas = item(contract={"auth": "bearer"})
    found = bench.run(server(), contract, schemas, tmp_path, only=("auth.object-level",), tenants=True)
    told: Mapping[str, str] = {r.item: r.outcome for r in found.results}
    assert told["auth.object-level[item-list]"] == outcome


class Teams(Shop):
    """Each tenant sees its own: a member lives in a team of the same one."""

    SCHEMAS: Mapping[str, Any] = {"/teams": TEAM, "/members": MEMBER, "/badges": BADGE}
    tenant = ""
    shares = False

    def admit(self, request: Request) -> None:
        self.tenant = request.header("Authorization") or ""

    def made(self, path: str, fields: Row) -> Row:
        return {**super().made(path, fields), "_tenant": self.tenant}

    def show(self, path: str, row: Row) -> Row:
        return {name: value for name, value in row.items() if name != "_tenant"}

    def listed(self, path: str, query: Mapping[str, str]) -> list[Row]:
        return [row for row in super().listed(path, query) if row["_tenant"] == self.tenant]

    def found(self, path: str, id: str) -> Row:
        row = super().found(path, id)
        if row["_tenant"] != self.tenant:
            raise Refused(404, "there is none")
        return row

    def valid(self, path: str, fields: Row, row: Row | None) -> Row:
        known = super().valid(path, fields, row)
        for name, to in (("team_id", "/teams"), ("member_id", "/members")):
            if name in known:
                there = self.rows[to].get(known[name])
                if there is None or (there["_tenant"] != self.tenant and not (self.shares and to == "/members")):
                    raise Refused(422, "names nothing", name)
        return known


class Sharing(Teams):
    shares = True


def test_what_tenants_share_is_reached_by_each_and_named_by_each(tmp_path: Path) -> None:
    """Members are for all; badges are their maker's."""

    class Open(Sharing):
        def found(self, path: str, id: str) -> Row:
            return Shop.found(self, path, id) if path == "/members" else super().found(path, id)

        def listed(self, path: str, query: Mapping[str, str]) -> list[Row]:
            return [*self.rows[path].values()] if path == "/members" else super().listed(path, query)

    class Reached(Open):
        def found(self, path: str, id: str) -> Row:
            return Shop.found(self, path, id)

    shared = {"path": "/members", "schema": "member.json", "statuses": {"foreign": "2xx"}}
    badge = {"path": "/badges", "schema": "badge.json", "references": {"member_id": {"to": "member"}}}
    contract = {"contract": "mini", "auth": "bearer", "resources": {"member": shared, "badge": badge}}
    files = {"member.json": schema("name", name=NAME), "badge.json": BADGE}
    members = {**Teams.SCHEMAS, "/members": files["member.json"]}
    only = ("auth.object-level", "input.reference")
    for server, wrong in ((Open, set[str]()), (Reached, {"auth.object-level"})):
        honest = type("Mine", (server,), {"SCHEMAS": members})()
        found = bench.run(honest, contract, files, tmp_path / server.__name__, only=only, profile="ci", tenants=True)
        assert {r.requirement for r in found.results if r.outcome == "fail"} == wrong
        assert "auth.object-level[badge-read]" in {r.item for r in found.results}


@pytest.mark.parametrize(("server", "outcome"), [(Teams, "pass"), (Sharing, "fail")])
def test_what_another_tenant_makes_refers_to_its_own(server: type[Teams], outcome: str, tmp_path: Path) -> None:
    resources = {
        "team": {"path": "/teams", "schema": "team.json"},
        "member": {"path": "/members", "schema": "member.json", "references": {"team_id": {"to": "team"}}},
        "badge": {"path": "/badges", "schema": "badge.json", "references": {"member_id": {"to": "member"}}},
    }
    contract = {"contract": "mini", "auth": "bearer", "statuses": {"rule": 422}, "resources": resources}
    files = {"team.json": TEAM, "member.json": MEMBER, "badge.json": BADGE}
    found = bench.run(server(), contract, files, tmp_path, only=("input.reference",), profile="ci", tenants=True)
    told = {r.item: r.outcome for r in found.results}
    assert told["input.reference[badge-create]"] == outcome
    assert told["input.reference[member-create]"] == "pass"


PAYEES: dict[str, Any] = {
    "contract": "mini",
    "auth": "bearer",
    "statuses": {"foreign": [403, 404]},
    "paging": {"style": "page", "default": 10, "max": 10},
    "resources": {
        "me": {"path": "/me", "operations": []},
        "payee": {
            "path": "/payees",
            "schema": "payee.json",
            "parent": {"me": {"name": "X-Me", "in": "header"}},
            "filters": {"name": "equals"},
        },
    },
}
OLD = 42


class Payees(Shop):
    """Each tenant has made many before, which a list shows first, and numbers its own from one."""

    SCHEMAS: Mapping[str, Any] = {"/payees": TEAM}
    tenant = ""
    numbers_each = False

    def __init__(self) -> None:
        super().__init__()
        self.of: dict[str, list[Row]] = {
            f"Bearer {who}": [{"id": n, "name": f"{who} {n}"} for n in range(1, OLD)] for who in ("full", "foreign")
        }
        self.last = OLD

    def admit(self, request: Request) -> None:
        self.tenant = request.header("Authorization") or ""
        if self.tenant not in self.of or request.header("X-Me") != ("2" if "foreign" in self.tenant else "1"):
            raise Refused(403 if self.tenant in self.of else 401, "is another tenant's")

    def new_id(self, path: str, fields: Row) -> Any:
        self.last += 1
        return len(self.of[self.tenant]) + 1000 if self.numbers_each else self.last

    def made(self, path: str, fields: Row) -> Row:
        row = super().made(path, fields)
        self.of[self.tenant].append(row)
        return row

    def removed(self, path: str, row: Row) -> None:
        self.of[self.tenant].remove(row)

    def found(self, path: str, id: str) -> Row:
        row = next((r for r in self.of[self.tenant] if str(r["id"]) == id), None)
        if row is None:
            raise Refused(404, "there is none")
        return row

    def do_create(self, path: str, fields: Row) -> Answer:
        return self.answered("create", self.show(path, self.made(path, self.valid(path, fields, None))))

    def all_of(self) -> list[Row]:
        return self.of[self.tenant]

    def listed(self, path: str, query: Mapping[str, str]) -> list[Row]:
        rows = [r for r in self.all_of() if query.get("name") in (None, r["name"])]
        number, size = int(query.get("page", "1")), int(query.get("per_page", "10"))
        return rows[(number - 1) * size : number * size]


class Numbered(Payees):
    numbers_each = True


class Leaking(Payees):
    """A list of one tenant ends with the payees of the others."""

    def all_of(self) -> list[Row]:
        return [*self.of[self.tenant], *(r for who, rows in self.of.items() if who != self.tenant for r in rows)]


class LeakingUnfiltered(Leaking):
    def listed(self, path: str, query: Mapping[str, str]) -> list[Row]:
        return [r for r in super().listed(path, query) if "name" not in query or r in self.of[self.tenant]]


@pytest.mark.parametrize(
    ("server", "outcome"), [(Payees, "pass"), (Numbered, "pass"), (Leaking, "fail"), (LeakingUnfiltered, "fail")]
)
def test_what_a_tenant_makes_is_behind_all_that_another_has(server: type[Payees], outcome: str, tmp_path: Path) -> None:
    files, only = {"payee.json": TEAM}, ("auth.object-level",)
    found = bench.run(server(), PAYEES, files, tmp_path, only=only, tenants=True)
    assert {r.item: r.outcome for r in found.results}["auth.object-level[payee-list]"] == outcome


@pytest.mark.parametrize(("open_to_all", "outcome"), [(False, "pass"), (True, "fail")])
def test_what_there_is_one_of_is_each_tenants_own(open_to_all: bool, outcome: str, tmp_path: Path) -> None:
    """Below a parent of its own, each tenant reads settings of its own: they have no id that would name another's."""

    def settings(request: Request) -> tuple[int, bytes, Headers]:
        mine = {"Bearer full": ("1",), "Bearer foreign": ("2",)}.get(request.header("Authorization") or "", ())
        if request.header("X-Me") in (("1", "2") if open_to_all else mine):
            return Answer(200, {"theme": "dark"}).wire
        return Answer(404, {"error": "there is none"}).wire

    parent = {"me": {"name": "X-Me", "in": "header"}}
    single = {"path": "/settings", "schema": "settings.json", "id": "none", "operations": ["read"], "parent": parent}
    given = {"path": "/people", "operations": [], "id": {"type": "integer"}}
    contract = {"contract": "mini", "auth": "bearer", "resources": {"me": given, "settings": single}}
    schemas = {"settings.json": {"type": "object", "properties": {"theme": {"type": "string"}}}}
    found = bench.run(settings, contract, schemas, tmp_path, only=("auth.object-level",), tenants=True)
    told: Mapping[str, str] = {r.item: r.outcome for r in found.results}
    assert told["auth.object-level[settings-read]"] == outcome


class Settled(Shop):
    """Each tenant has settings of its own, at one path."""

    SCHEMAS: Mapping[str, Any] = {"/settings": schema(zone=NAME)}
    VERBS: Mapping[str, Mapping[str, str]] = {"collection": {"GET": "list"}, "item": {}}

    def do_list(self, path: str, query: Mapping[str, str]) -> Answer:
        return Answer(200, {"zone": "UTC"})


def test_each_tenant_reads_settings_of_its_own(tmp_path: Path) -> None:
    words = {"path": "/settings", "schema": "settings.json", "id": "none", "operations": ["read"]}
    contract = {"contract": "mini", "auth": "bearer", "resources": {"settings": words}}
    files = {"settings.json": {"type": "object", "properties": {"zone": NAME}}}
    found = bench.run(Settled(), contract, files, tmp_path, only=("auth.object-level",), tenants=True)
    assert not [r for r in found.results if r.outcome == "fail"]


class Quiet(Teams):
    """A delete of what is not there, or not one's own, is answered as any other."""

    def do_delete(self, path: str, id: str) -> Answer:
        try:
            return super().do_delete(path, id)
        except Refused:
            return Answer(204)


class Reaching(Quiet):
    def do_delete(self, path: str, id: str) -> Answer:
        self.rows[path].pop(int(id), None)
        return Answer(204)


@pytest.mark.parametrize(("server", "outcome"), [(Quiet, "pass"), (Reaching, "fail")])
def test_what_is_hidden_is_answered_as_what_is_not_there(server: type[Teams], outcome: str, tmp_path: Path) -> None:
    operations: dict[str, Any] = {name: {} for name in ("list", "create", "read", "update")}
    deletes = {"delete": {"statuses": {"absent": 204, "gone": 204}}}
    team = {"path": "/teams", "schema": "team.json", "operations": operations | deletes}
    contract = {"contract": "mini", "auth": "bearer", "resources": {"team": team}}
    only = ("auth.object-level",)
    found = bench.run(server(), contract, {"team.json": TEAM}, tmp_path, only=only, profile="ci", tenants=True)
    assert {r.item: r.outcome for r in found.results}["auth.object-level[team-delete]"] == outcome
