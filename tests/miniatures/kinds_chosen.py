"""APIs whose creates name the id that they choose, apart from their body."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from tests.miniatures.kinds import ITEM, Items, Kind, item
from tests.miniatures.server import Answer, Refused, Row

from restproof.wire.message import Request

_ID = re.compile("[A-Za-z][A-Za-z0-9_-]{0,59}")
CHOSEN: dict[str, Any] = {
    **ITEM,
    "properties": {**ITEM["properties"], "id": {"type": "string", "readOnly": True, "maxLength": 60}},
}


class Chosen(Items):
    """Creates the item that a request names. Others have some here too."""

    SCHEMAS: Mapping[str, Any] = {"/items": CHOSEN}

    def __init__(self) -> None:
        super().__init__()
        for number in range(3):
            self.create("/items", f"of-others-{number}", {"title": "of somebody else"})

    def create(self, path: str, id: str, fields: Row) -> Answer:
        if not _ID.fullmatch(id):
            raise Refused(400, "is no id", "id")
        if id in self.rows[path]:
            raise Refused(409, "is taken", "id")
        self.rows[path][id] = {**self.blank(path), **self.valid(path, fields, None), "id": id}
        return Answer(201, self.show(path, self.rows[path][id]))

    def found(self, path: str, id: str) -> Row:
        if id not in self.rows[path]:
            raise Refused(404, "there is none")
        return self.rows[path][id]


class ByPath(Chosen):
    """``POST /items/{id}``."""

    VERBS: Mapping[str, Mapping[str, str]] = {
        "collection": {"GET": "list"},
        "item": {"GET": "read", "POST": "create", "PATCH": "update", "DELETE": "delete"},
    }

    def answer(self, request: Request, path: str, query: Mapping[str, str]) -> Answer:
        if request.method == "POST" and re.fullmatch("/items/[^/]+", path):
            return self.create("/items", unquote(path.rpartition("/")[2]), self.body(request))
        return super().answer(request, path, query)


class Losing(ByPath):
    """Answers as if it had made what it was asked for."""

    def create(self, path: str, id: str, fields: Row) -> Answer:
        made = super().create(path, id, fields)
        if not id.startswith("of-others"):
            del self.rows[path][id]
        return made


class ByQuery(Chosen):
    """``POST /items?itemId=…``, as Google's API guides have it (AIP-133)."""

    def answer(self, request: Request, path: str, query: Mapping[str, str]) -> Answer:
        if request.method == "POST" and path == "/items":
            return self.create(path, query.get("itemId", ""), self.body(request))
        return super().answer(request, path, query)


class Numbering(ByQuery):
    """Passes over the id."""

    def create(self, path: str, id: str, fields: Row) -> Answer:
        self.last += 1
        return super().create(path, id if id.startswith("of-others") else f"item-{self.last}", fields)


TAG = {"type": "string", "pattern": "^[a-z][a-z0-9]*$", "maxLength": 40}


class ByPut(Chosen):
    """``PUT /items/{id}`` creates and replaces."""

    SCHEMAS: Mapping[str, Any] = {"/items": {**CHOSEN, "properties": {**CHOSEN["properties"], "id": TAG}}}
    VERBS: Mapping[str, Mapping[str, str]] = {
        "collection": {"GET": "list"},
        "item": {"GET": "read", "PUT": "replace", "DELETE": "delete"},
    }

    def __init__(self) -> None:
        super(Chosen, self).__init__()

    def do_replace(self, path: str, id: str, fields: Row) -> Answer:
        status = 200 if id in self.rows[path] else 201
        self.check(id)
        self.rows[path][id] = {**self.blank(path), **self.valid(path, fields, None), "id": id}
        return Answer(status, self.show(path, self.rows[path][id]))

    def check(self, id: str) -> None:
        if not self.fits(TAG, id):
            raise Refused(400, "is no id", "id")


class Lax(ByPut):
    """Makes something at whatever id."""

    def check(self, id: str) -> None:
        pass


def kinds() -> Iterator[Kind]:
    words = {"id": {"chosen_by": "client"}}
    by_path = {"list": {}, "create": {"path": "/items/{id}"}, "read": {}, "update": {}, "delete": {}}
    yield Kind(
        "a POST to its own path creates an item",
        *item(CHOSEN, operations=by_path, **words),
        ByPath,
        Losing,
        ("create",),
    )
    by_query = {**by_path, "create": {"query": {"itemId": "{id}"}}}
    yield Kind(
        "a parameter of the create chooses the id",
        *item(CHOSEN, operations=by_query, **words),
        ByQuery,
        Numbering,
        ("create",),
    )
    tag = {**CHOSEN, "properties": {**CHOSEN["properties"], "id": TAG}}
    by_put = {"operations": ["list", "read", "replace", "delete"], "id": {"chosen_by": "client"}}
    yield Kind("a PUT makes what its path names", *item(tag, **by_put), ByPut, Lax, ("identity.malformed",))
