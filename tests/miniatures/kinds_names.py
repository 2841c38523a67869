"""Ids of which bodies show the whole name, as Google's, or an IRI. Others have records there, too."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tests.miniatures.kinds import ITEM, Kind
from tests.miniatures.kinds_values import TITLE
from tests.miniatures.server import Answer, Refused, Row, Shop

NOTE = ITEM["properties"]["note"]
READ_ONLY = {"type": "string", "readOnly": True}


def kinds() -> Iterator[Kind]:
    yield from _names()
    yield from _below()
    yield from _iris()


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


class Masked(Library):
    """An update names what it changes, and says with an asterisk that it gives all (AIP-134)."""

    def answer(self, request: Any, path: str, query: Mapping[str, str]) -> Answer:
        if request.method == "PATCH" and path.count("/") == 2:
            if not query.get("updateMask"):
                raise Refused(400, "is missing", "updateMask")
            self.VERBS = {**Shop.VERBS, "item": {**Shop.VERBS["item"], "PATCH": self.meant(query["updateMask"])}}
        return super().answer(request, path, query)

    def meant(self, mask: str) -> str:
        return "replace" if mask == "*" else "update"


class Unmasked(Masked):
    """Takes no asterisk for all."""

    def meant(self, mask: str) -> str:
        return "update"


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
    replace = {"method": "PATCH", "query": {"updateMask": "*"}}
    operations = {"list": None, "create": None, "read": None, "replace": replace, "delete": None}
    masked = _library("{}/{{id}}", operations=operations)
    yield Kind("an update says that it gives all", *masked, Masked, Unmasked, ("replace",))


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
            self.SCHEMAS = {found[1]: BOOK if found[1].endswith("books") else SHELF, **self.SCHEMAS}
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
