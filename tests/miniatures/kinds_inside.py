"""Ids inside of a member, as Kubernetes and Contentful have them. Others have records there, too."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from tests.miniatures.kinds import ITEM, Kind
from tests.miniatures.kinds_values import TITLE
from tests.miniatures.server import Answer, Refused, Row, Shop

NOTE = ITEM["properties"]["note"]
DNS = {"type": "string", "pattern": "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", "minLength": 1, "maxLength": 63}
READ_ONLY = {"type": "string", "readOnly": True}


def kinds() -> Iterator[Kind]:
    yield from _inside()
    yield from _set_by_the_server()


def of_one(path: str, name: str, found: Mapping[str, Any], **words: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    resource = {"path": path, "schema": f"{name}.json", **words}
    return {"contract": "mini", "resources": {name: resource}}, {f"{name}.json": found}


class Nested(Shop):
    """One collection, whose ids are in ``AT``, inside of a member; what a row holds besides is as bodies have it."""

    AT: tuple[str, ...] = ("metadata", "name")
    OTHERS: tuple[Row, ...] = ()

    def __init__(self) -> None:
        super().__init__()
        for row in copy.deepcopy(self.OTHERS):
            self.kept(next(iter(self.SCHEMAS)), row)

    def kept(self, path: str, row: Row) -> Row:
        self.rows[path][row["id"]] = row
        return row

    def found(self, path: str, id: str) -> Row:
        if id not in self.rows[path]:
            raise Refused(404, "there is none")
        return self.rows[path][id]

    def show(self, path: str, row: Row) -> Any:
        return {n: v for n, v in row.items() if n != "id"}


WIDGET = {
    "type": "object",
    "required": ["metadata", "spec"],
    "properties": {
        "metadata": {
            "type": "object",
            "required": ["name"],
            "additionalProperties": False,
            "properties": {
                "name": DNS,
                "uid": READ_ONLY,
                "labels": {"type": ["object", "null"], "additionalProperties": {"type": "string"}},
            },
        },
        "spec": {
            "type": "object",
            "required": ["size"],
            "additionalProperties": False,
            "properties": {"size": {"type": "integer", "minimum": 0, "maximum": 99}, "note": NOTE},
        },
    },
}
BARE = {
    **WIDGET,
    "properties": {
        **WIDGET["properties"],  # type: ignore[dict-item]
        "metadata": {
            "type": "object",
            "required": ["name"],
            "additionalProperties": False,
            "properties": {"name": DNS},
        },
    },
}


class Widgets(Nested):
    """As Kubernetes has them: the client gives a name, inside of ``metadata``."""

    SCHEMAS: Mapping[str, Any] = {"/widgets": WIDGET}
    INVALID = 422
    OTHERS = (
        {"id": "web", "metadata": {"name": "web", "uid": "u-0", "labels": None}, "spec": {"size": 1, "note": None}},
    )

    def valid(self, path: str, fields: Row, row: Row | None) -> Row:
        found = super().valid(path, fields, row)
        name = found.get("metadata", {}).get("name")
        if row is None and name in self.rows[path]:
            raise Refused(409, "is taken", "metadata.name")
        if row is not None and name not in (None, row["id"]):
            raise Refused(422, "never changes", "metadata.name")
        return found

    def made(self, path: str, fields: Row) -> Row:
        return self.whole(path, {**self.blank(path), **copy.deepcopy(fields)}, None)

    def whole(self, path: str, row: Row, before: Row | None) -> Row:
        """A row with what bodies may leave out."""
        row["id"] = row["metadata"]["name"]
        known = self.properties(path)["metadata"]["properties"]
        if "uid" in known:
            self.last += before is None
            uid = before["metadata"]["uid"] if before else f"u-{self.last}"
            row["metadata"] = {"labels": None, **row["metadata"], "uid": uid}
        row["spec"] = {"note": None, **row["spec"]}
        return row

    def changed(self, path: str, row: Row, fields: Row) -> None:
        before = copy.deepcopy(row)
        super().changed(path, row, fields)
        self.whole(path, row, before)

    def do_replace(self, path: str, id: str, fields: Row) -> Answer:
        row = self.found(path, id)
        for name in self.SCHEMAS[path]["required"]:
            if name not in fields:
                raise Refused(422, "is missing", name)
        self.changed(path, row, self.valid(path, fields, row))
        return self.answered("replace", self.show(path, row))


class Overwriting(Widgets):
    """A create with the name of another takes its place."""

    def valid(self, path: str, fields: Row, row: Row | None) -> Row:
        return Shop.valid(self, path, fields, row)


class Unlabelled(Widgets):
    """Forgets the labels of an update."""

    def changed(self, path: str, row: Row, fields: Row) -> None:
        super().changed(path, row, {n: v for n, v in fields.items() if n != "metadata"})


class Misnamed(Widgets):
    """A read shows the name of another."""

    def do_read(self, path: str, id: str) -> Answer:
        self.found(path, id)
        return super().do_read(path, next(iter(self.rows[path])))


def _inside() -> Iterator[Kind]:
    words: dict[str, Any] = {
        "id": {"field": "metadata.name", "chosen_by": "client"},
        "unique": ["metadata.name"],
        "statuses": {"invalid": 422},
    }
    contract = of_one("/widgets", "widget", WIDGET, **words)
    yield Kind("an id is inside of a member", *contract, Widgets, Overwriting, ("conflict",))
    yield Kind("an id is inside of a member, beside fields", *contract, Widgets, Unlabelled, ("update",))
    yield Kind("an id inside of a member is that of another", *contract, Widgets, Misnamed, ("read",))
    bare = type("Bare", (Widgets,), {"SCHEMAS": {"/widgets": BARE}})
    over = type("BareOver", (Overwriting,), {"SCHEMAS": {"/widgets": BARE}})
    yield Kind("a member holds the id alone", *of_one("/widgets", "widget", BARE, **words), bare, over, ("conflict",))


ENTRY = {
    "type": "object",
    "required": ["title"],
    "properties": {
        "sys": {
            "type": "object",
            "readOnly": True,
            "required": ["id", "type"],
            "properties": {"id": {"type": "string"}, "type": {"type": "string"}},
        },
        "title": TITLE,
        "note": NOTE,
    },
}


class Entries(Nested):
    """As Contentful has them: what the server sets is in ``sys``."""

    SCHEMAS: Mapping[str, Any] = {"/entries": ENTRY}
    OTHERS = ({"id": "e0", "sys": {"id": "e0", "type": "Entry"}, "title": "Of somebody", "note": None},)

    def made(self, path: str, fields: Row) -> Row:
        row = super().made(path, fields)
        id = f"e{row['id']}"
        return {**row, "id": id, "sys": {"id": id, "type": "Entry"}}


class Twice(Entries):
    def new_id(self, path: str, fields: Row) -> Any:
        return 1


def _set_by_the_server() -> Iterator[Kind]:
    contract = of_one("/entries", "entry", ENTRY, id={"field": "sys.id"}, open=["unique"])
    yield Kind("an id is in what the server sets", *contract, Entries, Twice, ("create",))
