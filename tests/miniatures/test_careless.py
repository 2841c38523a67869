"""Servers that are careless at one place: each is told by its rule, and the careful one by none."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.miniatures import bench
from tests.miniatures.kinds import schema
from tests.miniatures.server import Answer, Refused, Row, Shop

from restproof.wire.message import Request

TITLE = {"type": "string", "minLength": 1, "maxLength": 60}
ITEM = schema(
    "title",
    title=TITLE,
    note={"type": ["string", "null"]},
    open={"type": "boolean", "default": True},
    team_id={"type": ["integer", "null"]},
)
TIMED = {**ITEM, "properties": {**ITEM["properties"], "at": {"type": "string", "format": "date-time"}}}
TEAM = schema("title", title=TITLE)
CONTRACT: dict[str, Any] = {
    "contract": "careful",
    "auth": "bearer",
    "base_path": "/api",
    "resources": {
        "team": {"path": "/teams", "schema": "team.json", "unique": ["title"]},
        "item": {
            "path": "/items",
            "schema": "item.json",
            "sort": ["title"],
            "query": {"collation": "code-points"},
            "unique": ["title"],
            "references": {"team_id": {"to": "team", "on_delete": "clear"}},
        },
    },
}


class Careful(Shop):
    """Items name a team, which they lose with it, and are sorted by their titles."""

    SCHEMAS: Mapping[str, Any] = {"/api/teams": TEAM, "/api/items": ITEM}
    UNIQUE = ("title",)

    def admit(self, request: Request) -> None:
        if not self.knows(request.header("Authorization") or ""):
            raise Refused(401, "who are you?")

    def knows(self, shown: str) -> bool:
        return shown == "Bearer full"

    def rule(self, path: str, state: Row, fields: Row, row: Row | None) -> None:
        if fields.get("team_id") is not None and fields["team_id"] not in self.rows["/api/teams"]:
            raise Refused(422, "there is no such team", "team_id")

    def listed(self, path: str, query: Mapping[str, str]) -> list[Row]:
        rows, order = super().listed(path, query), query.get("sort", "")
        return sorted(rows, key=self.place, reverse=order[:1] == "-") if order.removeprefix("-") == "title" else rows

    def place(self, row: Row) -> str:
        return str(row["title"])

    def removed(self, path: str, row: Row) -> None:
        super().removed(path, row)
        for item in self.rows["/api/items"].values() if path == "/api/teams" else ():
            if item["team_id"] == row["id"]:
                self.cleared(item)

    def cleared(self, item: Row) -> None:
        item["team_id"] = None


class Lettered(Careful):
    """A letter with an accent is sorted as the one without."""

    def place(self, row: Row) -> str:
        return unicodedata.normalize("NFD", row["title"])


class Cleaning(Careful):
    """Marks of byte order and blanks without width are lost."""

    def valid(self, path: str, fields: Row, row: Row | None) -> Row:
        found = super().valid(path, fields, row)
        texts = {n: v.replace("\ufeff", "").replace("\u200b", "") for n, v in found.items() if isinstance(v, str)}
        return {**found, **texts}


class Precise(Careful):
    """A create answers the time that it has made more precisely than it is kept."""

    SCHEMAS: Mapping[str, Any] = {"/api/teams": TEAM, "/api/items": TIMED}

    def valid(self, path: str, fields: Row, row: Row | None) -> Row:
        found = super().valid(path, fields, row)
        return found if row is not None or path != "/api/items" else {"at": "2026-01-01T00:00:01Z", **found}

    def do_create(self, path: str, fields: Row) -> Answer:
        made = super().do_create(path, fields)
        precise = {"at": "2026-01-01T00:00:01.123456Z"} if path == "/api/items" and "at" not in fields else {}
        return Answer(made.status, {**made.body, **precise})


class Closing(Careful):
    """What loses its team is closed."""

    def cleared(self, item: Row) -> None:
        item.update(team_id=None, open=False)


class Bare(Careful):
    """The secret counts without its scheme, too."""

    def knows(self, shown: str) -> bool:
        return shown.removeprefix("Bearer ") == "full"


class Paged(Careful):
    """Whatever is no resource is a page."""

    def answer(self, request: Request, path: str, query: Mapping[str, str]) -> Answer:
        return super().answer(request, path, query) if path.startswith((*self.SCHEMAS,)) else Answer(200, {})


CARELESS = {
    Lettered: "list.sort",
    Cleaning: "create.accepts-valid",
    Closing: "delete.clears-references",
    Bare: "auth.invalid",
    Paged: "identity.unknown-path",
}


def told(server: Shop, folder: Path, *only: str, **words: Any) -> set[str]:
    """The rules that tell something; ``words``: more that the contract says of items."""
    resources = CONTRACT["resources"]
    contract = {**CONTRACT, "resources": {**resources, "item": {**resources["item"], **words}}}
    schemas = {"team.json": TEAM, "item.json": server.SCHEMAS["/api/items"]}
    verdict = bench.run(server, contract, schemas, folder, only=only, profile="ci")
    return {r.requirement for r in verdict.results if r.outcome in ("fail", "error")}


def test_a_careful_server_is_told_by_none(tmp_path: Path) -> None:
    assert told(Careful(), tmp_path, *CARELESS.values()) == set()


@pytest.mark.parametrize(("server", "rule"), CARELESS.items(), ids=lambda v: getattr(v, "__name__", v))
def test_a_careless_one_is_told_by_its_rule(server: type[Shop], rule: str, tmp_path: Path) -> None:
    assert told(server(), tmp_path, rule) == {rule}


def test_a_delete_is_not_told_what_a_create_has_answered(tmp_path: Path) -> None:
    rules = ("create.reads-back", "delete.clears-references")
    assert told(Precise(), tmp_path, *rules, defaults={"at": "server"}) == {"create.reads-back"}
