"""Unusual identities: how ids are chosen, and what is told apart by something else."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterator, Mapping
from typing import Any

from tests.miniatures.kinds import ITEM, Items, Kind, item, schema
from tests.miniatures.kinds_answers import forgetful
from tests.miniatures.kinds_values import TITLE
from tests.miniatures.server import Answer, Refused, Row, Shop


def kinds() -> Iterator[Kind]:
    class Smallest(Items):
        """The smallest id that is free: ids come again at once."""

        def new_id(self, path: str, fields: Row) -> Any:
            return next(n for n in itertools.count(1) if n not in self.rows[path])

    class Twice(Smallest):
        def new_id(self, path: str, fields: Row) -> Any:
            return min(self.rows[path], default=1)

    yield Kind("ids come again", *item(), Smallest, Twice, ("create",))
    yield Kind(
        "ids come again, and titles are unique", *item(unique=["title"]), _unique(Smallest), Smallest, ("conflict",)
    )
    unsaid = item(open=["unique", "rules"])
    yield Kind("what is unique is not said", *unsaid, _unique(Items), forgetful(_unique(Items)), ("update",))
    named = {"type": "object", "required": ["name"], "properties": {"name": TITLE, "note": ITEM["properties"]["note"]}}

    class Named(Items):
        """The client names what it makes."""

        SCHEMAS: Mapping[str, Any] = {"/items": named}

        UNIQUE = ("name",)

        def made(self, path: str, fields: Row) -> Row:
            row = {**self.blank(path), **copy.deepcopy(fields)}
            return {**row, "id": fields["name"]}

        def show(self, path: str, row: Row) -> Any:
            return {n: v for n, v in row.items() if n != "id"}

        def found(self, path: str, id: str) -> Row:
            if id not in self.rows[path]:
                raise Refused(404, "there is none")
            return self.rows[path][id]

        def valid(self, path: str, fields: Row, row: Row | None) -> Row:
            if row is not None and fields.get("name", row["name"]) != row["name"]:
                raise Refused(400, "never changes", "name")
            return super().valid(path, fields, row)

    overwrites = type("Overwrites", (Named,), {"UNIQUE": ()})
    words: dict[str, Any] = {
        "id": {"field": "name", "type": "string", "chosen_by": "client"},
        "unique": ["name"],
    }
    yield Kind("names are ids", *item(named, **words), Named, overwrites, ("conflict",))

    class Renamed(Named):
        """An update may give another name; the old one leads on to it."""

        def __init__(self) -> None:
            super().__init__()
            self.old: dict[str, str] = {}

        def valid(self, path: str, fields: Row, row: Row | None) -> Row:
            return Shop.valid(self, path, fields, row)

        def changed(self, path: str, row: Row, fields: Row) -> None:
            super().changed(path, row, fields)
            if row["name"] != row["id"]:
                self.moved(path, row)

        def moved(self, path: str, row: Row) -> None:
            self.old[row["id"]] = row["name"]
            self.rows[path][row["name"]] = self.rows[path].pop(row["id"])
            row["id"] = row["name"]

        def do_read(self, path: str, id: str) -> Answer:
            if id in self.old and id not in self.rows[path] and self.old[id] in self.rows[path]:
                return Answer(301, None, {"Location": f"{path}/{self.old[id]}"})
            return super().do_read(path, id)

    class Copying(Renamed):
        """The old name stays, too."""

        def moved(self, path: str, row: Row) -> None:
            self.rows[path][row["id"]] = {**row, "name": row["id"]}
            row["id"] = row["name"]
            self.rows[path][row["name"]] = row

    renames = {**words, "id": {**words["id"], "changes": True}}
    yield Kind("names are ids that change", *item(named, **renames), Renamed, Copying, ("identity",))
    puts = {**words, "operations": ["list", "create", "read", "replace", "delete"]}

    class Replaced(Named):
        """A PUT replaces what is there, and makes nothing."""

        VERBS: Mapping[str, Mapping[str, str]] = {
            "collection": {"GET": "list", "POST": "create"},
            "item": {"GET": "read", "PUT": "replace", "DELETE": "delete"},
        }

        def do_replace(self, path: str, id: str, fields: Row) -> Answer:
            row = self.found(path, id)
            row.update({**self.blank(path), "name": row["name"], **self.valid(path, fields, row)})
            return Answer(200, self.show(path, row))

    merges = type("Merges", (Replaced,), {"do_replace": Replaced.do_update})
    yield Kind("names are ids, and a PUT makes nothing", *item(named, **puts), Replaced, merges, ("replace",))
    uuids = schema("title", **{**ITEM["properties"], "id": {"type": "string", "format": "uuid", "readOnly": True}})

    class Uuids(Items):
        SCHEMAS: Mapping[str, Any] = {"/items": uuids}

        def new_id(self, path: str, fields: Row) -> Any:
            return f"0b7c1a52-6d0e-4c55-9d1c-{super().new_id(path, fields):012x}"

    yield Kind("ids are UUIDs", *item(uuids), Uuids, forgetful(Uuids), ("update",))

    class GetOrCreate(Items):
        """A create of what is there answers what is there."""

        def do_create(self, path: str, fields: Row) -> Answer:
            self.valid(path, fields, None)
            there = next((r for r in self.rows[path].values() if r["title"] == fields["title"]), None)
            return Answer(200, self.show(path, there)) if there else super().do_create(path, fields)

    yield Kind(
        "a create of what is there gives it",
        *item(unique=["title"], statuses={"created": [200, 201], "conflict": [200, 409]}),
        _conflicting(GetOrCreate),
        Items,
        ("conflict", "create"),
    )


def _unique(base: type[Shop]) -> type[Shop]:
    return type("Unique", (base,), {"UNIQUE": ("title",)})


def _conflicting(base: type[Shop]) -> type[Shop]:
    """Only an update conflicts."""

    class Conflicting(base):  # type: ignore[misc, valid-type]
        def unique(self, path: str, fields: Row, row: Row | None) -> None:
            others = (r for r in self.rows[path].values() if r is not row)
            if row is not None and any(r["title"] == fields.get("title") for r in others):
                raise Refused(409, "is taken", "title")

    return Conflicting
