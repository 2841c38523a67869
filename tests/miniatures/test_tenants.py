"""Tenants that are told apart by their credential alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.miniatures import bench
from tests.miniatures.kinds import Items, item, schema
from tests.miniatures.server import Refused, Row, Shop

from restproof.wire.message import Request

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
