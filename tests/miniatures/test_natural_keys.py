"""Names that are ids or unique: in which forms they are one and the same, and whether one may come again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.miniatures import bench
from tests.miniatures.kinds import Items, item, schema
from tests.miniatures.server import Refused, Row, Shop

SLUG = {"type": "string", "pattern": "^[a-z0-9-]{3,40}$"}
NAME = {"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9-]{0,59}$"}
SIZE = {"type": "integer", "minimum": 0, "maximum": 1000}


class Links(Items):
    """A name leads to one thing for ever: whoever deletes it leaves it barred. Titles come free."""

    SCHEMAS: Mapping[str, Any] = {
        "/items": {"type": "object", "required": ["id", "title"], "properties": {"id": SLUG, "title": SLUG}}
    }
    stays: tuple[str, ...] = ("id",)

    def __init__(self) -> None:
        super().__init__()
        self.gone: list[Row] = []

    def made(self, path: str, fields: Row) -> Row:
        return {**self.blank(path), **fields}

    def removed(self, path: str, row: Row) -> None:
        super().removed(path, row)
        self.gone.append(row)

    def unique(self, path: str, fields: Row, row: Row | None) -> None:
        for name in ("id", "title"):
            known = [*self.rows[path].values(), *(self.gone if name in self.stays else ())]
            if name in fields and any(r is not row and r[name] == fields[name] for r in known):
                raise Refused(409, "is taken", name)


class Barred(Links):
    stays = ("id", "title")


def outcomes(server: Shop, words: Any, folder: Path, *only: str) -> dict[str, str]:
    contract, schemas = words
    return {r.item: r.outcome for r in bench.run(server, contract, schemas, folder, only=only, profile="ci").results}


@pytest.mark.parametrize(("server", "outcome"), [(Links, "pass"), (Barred, "fail")])
def test_an_id_that_never_comes_again_is_not_asked_for_a_second_time(
    server: type[Shop], outcome: str, tmp_path: Path
) -> None:
    id = {"field": "id", "chosen_by": "client", "reused": "never"}
    only = "delete.frees-unique"
    words = item(server.SCHEMAS["/items"], id=id, unique=["id", "title"])
    assert outcomes(server(), words, tmp_path / "two", only) == {f"{only}[item-delete]": outcome}
    alone = item(server.SCHEMAS["/items"], id=id, unique=["id"])
    assert outcomes(server(), alone, tmp_path / "one", only) == {}
    again = item(server.SCHEMAS["/items"], id={**id, "reused": "perhaps"}, unique=["id"])
    assert outcomes(server(), again, tmp_path / "again", only) == {f"{only}[item-delete]": "fail"}


class Terms(Items):
    """A glossary: whoever puts ``Wing`` replaces ``wing``, which keeps its first spelling."""

    SCHEMAS: Mapping[str, Any] = {
        "/items": {"type": "object", "required": ["id", "size"], "properties": {"id": NAME, "size": SIZE}}
    }
    VERBS: Mapping[str, Mapping[str, str]] = {
        "collection": {"GET": "list"},
        "item": {"GET": "read", "PUT": "replace", "DELETE": "delete"},
    }

    def key(self, id: str) -> str:
        return id.lower()

    def found(self, path: str, id: str) -> Row:
        return super().found(path, self.key(id))

    def removed(self, path: str, row: Row) -> None:
        del self.rows[path][self.key(row["id"])]

    def do_replace(self, path: str, id: str, fields: Row) -> Any:
        if not self.fits(NAME, id):
            raise Refused(422, "can be no name", "id")
        known = self.valid(path, {**fields, "id": id}, None)
        there = self.rows[path].get(self.key(id))
        self.rows[path][self.key(id)] = row = {**known, "id": there["id"] if there else id}
        answer = self.answered("replace", self.show(path, row))
        answer.status = 200 if there else 201
        return answer


class Strict(Terms):
    """``Wing`` is refused where ``wing`` is."""

    def do_replace(self, path: str, id: str, fields: Row) -> Any:
        there = self.rows[path].get(self.key(id))
        if there and there["id"] != id:
            raise Refused(409, "is there, in another form", "id")
        return super().do_replace(path, id, fields)


class Apart(Terms):
    """``Wing`` and ``wing`` are two."""

    def key(self, id: str) -> str:
        return id


@pytest.mark.parametrize(("server", "outcome"), [(Terms, "pass"), (Strict, "pass"), (Apart, "fail")])
def test_a_put_to_another_form_of_an_id_makes_no_second_one(server: type[Shop], outcome: str, tmp_path: Path) -> None:
    id = {"field": "id", "chosen_by": "client"}
    unique = [{"field": "id", "by": "casefold"}]
    words = item(Terms.SCHEMAS["/items"], id=id, unique=unique, operations=["list", "read", "replace", "delete"])
    assert outcomes(server(), words, tmp_path, "conflict") == {"conflict.duplicate[item-replace]": outcome}


class Filed(Items):
    """Names are one whatever their case, and so they are found."""

    SCHEMAS: Mapping[str, Any] = {"/items": schema("title", title=NAME, size=SIZE)}

    def __init__(self) -> None:
        super().__init__()
        self.do_create("/items", {"title": "Of-others"})

    def unique(self, path: str, fields: Row, row: Row | None) -> None:
        known = [r for r in self.rows[path].values() if r is not row]
        if any(r["title"].lower() == fields.get("title", "").lower() for r in known):
            raise Refused(409, "is taken", "title")

    def listed(self, path: str, query: Mapping[str, str]) -> list[Row]:
        rows = super().listed(path, query)
        return [r for r in rows if "title" not in query or self.is_meant(r["title"].lower(), query["title"].lower())]

    def is_meant(self, title: str, wanted: str) -> bool:
        return title == wanted


class Begun(Filed):
    def is_meant(self, title: str, wanted: str) -> bool:
        return title.startswith(wanted[:-1])


@pytest.mark.parametrize(("server", "outcome"), [(Filed, "pass"), (Begun, "fail")])
def test_a_filter_may_look_through_what_uniqueness_looks_through(
    server: type[Shop], outcome: str, tmp_path: Path
) -> None:
    words = item(Filed.SCHEMAS["/items"], unique=[{"field": "title", "by": "casefold"}], filters={"title": "equals"})
    assert outcomes(server(), words, tmp_path, "list.filter-sound") == {"list.filter-sound[item-list]": outcome}
