"""Ids inside of a member, and ids of which bodies show the whole name or a URL. Others have records there, too."""

from __future__ import annotations

import copy
import re
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
    yield from _names()
    yield from _below()
    yield from _iris()


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


class NamedBy(Shop):
    """Rows with ids, which bodies name by a path. ``NAMES``: path of a collection → what stands before an id;
    ``REFERENCES``: member → the collection that it names."""

    NAMES: Mapping[str, str] = {}
    FIELD = "name"
    REFERENCES: Mapping[str, str] = {}

    def __init__(self) -> None:
        super().__init__()
        for path in self.SCHEMAS:
            named = {n: to for n, to in self.REFERENCES.items() if n in self.properties(path)}
            fields = {n: self.named(to, next(iter(self.rows[to].values()))) for n, to in named.items()}
            self.do_create(path, {"title": "Of somebody", **fields})

    def named(self, path: str, row: Row) -> str:
        return f"{self.NAMES[path]}{row['id']}"

    def show(self, path: str, row: Row) -> Any:
        shown = {n: v for n, v in super().show(path, row).items() if n != "id"}
        return {**shown, self.FIELD: self.named(path, row)}

    def rule(self, path: str, state: Row, fields: Row, row: Row | None) -> None:
        for name, to in self.REFERENCES.items():
            known = {self.named(to, other) for other in self.rows[to].values()}
            if name in fields and fields[name] is not None and fields[name] not in known:
                raise Refused(400, "names nothing", name)


SHELF = {"type": "object", "required": ["title"], "properties": {"name": READ_ONLY, "title": TITLE, "note": NOTE}}
BOOK = {
    "type": "object",
    "required": ["title", "shelf"],
    "properties": {"name": READ_ONLY, "title": TITLE, "shelf": {"type": "string"}, "note": NOTE},
}


class Library(NamedBy):
    """Names as Google's APIs have them: ``shelves/7``."""

    SCHEMAS: Mapping[str, Any] = {"/shelves": SHELF, "/books": BOOK}
    NAMES: Mapping[str, str] = {"/shelves": "shelves/", "/books": "books/"}
    REFERENCES: Mapping[str, str] = {"shelf": "/shelves"}


class Plain(Library):
    """Shows bare ids."""

    def show(self, path: str, row: Row) -> Any:
        return {**super().show(path, row), "name": str(row["id"])}


class Elsewhere(Library):
    """An update of a book says that it is on another shelf than it is kept on."""

    def do_update(self, path: str, id: str, fields: Row) -> Answer:
        before = self.found(path, id).get("shelf")
        answer = super().do_update(path, id, fields)
        if before is not None:
            self.rows[path][int(id)]["shelf"] = before
        return answer


def _library(url: str, field: str = "name", base: str = "", **own: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    shelf: dict[str, Any] = {
        "path": "/shelves",
        "schema": "shelf.json",
        "id": {"field": field, "url": url.format("shelves")},
        "open": ["unique"],
    }
    book: dict[str, Any] = {
        "path": "/books",
        "schema": "book.json",
        "id": {"field": field, "url": url.format("books")},
        "references": {"shelf": {"to": "shelf", "url": url.format("shelves")}},
        "statuses": {"reference": 400},
        "open": ["unique"],
    }
    contract = {"contract": "library", "resources": {"shelf": shelf | own, "book": book | own}}
    if base:
        contract["base_path"] = base
    return contract, {"shelf.json": SHELF, "book.json": BOOK}


def _names() -> Iterator[Kind]:
    library = _library("{}/{{id}}")
    yield Kind("names of resources end with their ids", *library, Library, Plain, ("create", "shape"))
    yield Kind("references are names of resources", *library, Library, Elsewhere, ("update",))


FREE_BOOK = {
    **BOOK,
    "required": ["title"],
    "properties": {**BOOK["properties"], "shelf": {"type": ["string", "null"]}},  # type: ignore[dict-item]
}
PROJECT = {"type": "object", "required": ["title"], "properties": {"name": READ_ONLY, "title": TITLE}}


class Projects(Library):
    """``projects/3/shelves/7``."""

    SCHEMAS: Mapping[str, Any] = {"/projects": PROJECT}

    def __init__(self) -> None:
        super().__init__()
        self.rows = {"/projects": {}}
        self.do_create("/projects", {"title": "Of somebody"})

    REFERENCES: Mapping[str, str] = {}

    def answer(self, request: Any, path: str, query: Mapping[str, str]) -> Answer:
        found = re.fullmatch(r"(/projects/([^/]+)/(?:shelves|books))(/[^/]+)?", path)
        if found:
            self.found("/projects", found[2])
            self.SCHEMAS = {found[1]: FREE_BOOK if found[1].endswith("books") else SHELF, **self.SCHEMAS}
            self.rows.setdefault(found[1], {})
        return super().answer(request, path, query)

    def named(self, path: str, row: Row) -> str:
        return f"{path[1:]}/{row['id']}"

    def rule(self, path: str, state: Row, fields: Row, row: Row | None) -> None:
        shelf = fields.get("shelf")
        if shelf is not None:
            above = path.removesuffix("books") + "shelves"
            if shelf not in {self.named(above, other) for other in self.rows.get(above, {}).values()}:
                raise Refused(400, "names nothing", "shelf")


class Unanchored(Projects):
    """Shows what is below a project without it."""

    def named(self, path: str, row: Row) -> str:
        return super().named(path, row).rpartition("/shelves/")[2]


def _below() -> Iterator[Kind]:
    contract, schemas = _library("projects/{{project}}/{}/{{id}}")
    for resource in contract["resources"].values():
        resource["path"] = f"/projects/{{project}}{resource['path']}"
    project = {"path": "/projects", "schema": "project.json", "id": {"field": "name", "url": "{collection}/{id}"}}
    contract["resources"]["project"] = project | {"open": ["unique"]}
    schemas["project.json"] = PROJECT
    schemas["book.json"] = FREE_BOOK
    yield Kind(
        "names of resources hold those of their parents", contract, schemas, Projects, Unanchored, ("create", "shape")
    )


IRI_SHELF = {
    "type": "object",
    "required": ["title"],
    "properties": {"@id": {"type": "integer", "readOnly": True}, "title": TITLE},
}
IRI_BOOK = {
    "type": "object",
    "required": ["title", "shelf"],
    "properties": {**IRI_SHELF["properties"], "shelf": {"type": ["integer", "null"]}},  # type: ignore[dict-item]
}


class Iris(NamedBy):
    """As API Platform has them: ``"@id": "/shelves/7"``."""

    SCHEMAS: Mapping[str, Any] = {
        "/shelves": IRI_SHELF,
        "/books": {**IRI_BOOK, "properties": {**IRI_BOOK["properties"], "shelf": {"type": ["string", "null"]}}},  # type: ignore[dict-item]
    }
    NAMES: Mapping[str, str] = {"/shelves": "/shelves/", "/books": "/books/"}
    FIELD = "@id"
    REFERENCES: Mapping[str, str] = {"shelf": "/shelves"}


class Other(Iris):
    """A read shows another one's IRI."""

    def do_read(self, path: str, id: str) -> Answer:
        self.found(path, id)
        return super().do_read(path, str(next(iter(self.rows[path]))))


def _iris() -> Iterator[Kind]:
    contract, _ = _library("/{}/{{id}}", "@id")
    schemas = {"shelf.json": IRI_SHELF, "book.json": IRI_BOOK}
    yield Kind("ids are IRIs, and references too", contract, schemas, Iris, Other, ("read",))
