"""Servers as other languages and their frameworks make them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from tests.miniatures.kinds import ITEM, Items, Kind, item, schema
from tests.miniatures.server import Answer, Refused, Row

from restproof.wire.message import Request

AGED = schema(
    "title",
    title=ITEM["properties"]["title"],
    age={"type": "integer", "minimum": 1, "maximum": 150},
    note={"type": ["string", "null"], "maxLength": 80},
)


def kinds() -> Iterator[Kind]:
    yield from _decoders()
    yield from _promises()
    yield from _nulls()
    yield from _collations()
    yield from _inside()
    yield from _nodes()
    yield from _zeroes()
    yield Kind("an update of nothing", *item(), Items, Resetting, ("update.empty",))


class Replacing(Items):
    """Bytes that are no UTF-8 are read as U+FFFD, as many decoders do."""

    def body(self, request: Request) -> Row:
        text = (request.body or b"").decode(errors="replace")
        return super().body(replace(request, body=text.encode()))


class Failing(Items):
    def body(self, request: Request) -> Row:
        try:
            return super().body(request)
        except Refused as refusal:
            raise Refused(500 if refusal.message == "the body is no JSON" else refusal.status, "failed") from None


class Unread(Items):
    """What its parser does not read, or only to some depth, holds nothing, as with PHP."""

    def body(self, request: Request) -> Row:
        try:
            return {} if (request.body or b"").count(b"[") > 512 else super().body(request)
        except Refused as refusal:
            if refusal.status == 415:
                raise
            return {}


class Crashing(Unread):
    def body(self, request: Request) -> Row:
        found = super().body(request)
        if (request.body or b"").count(b"[") > 512:
            raise Refused(500, "failed")
        return found


def _decoders() -> Iterator[Kind]:
    words = {"statuses": {"malformed": [200, 201, 400]}}
    yield Kind("invalid UTF-8 is replaced", *item(**words), Replacing, Failing, ("robust",))
    words = {"statuses": {case: [200, 400] for case in ("malformed", "no_object", "empty_body")}}
    yield Kind("what is no JSON holds nothing", *item(**words), Unread, Crashing, ("robust",))


class Curt(Items):
    """Says of no method which ones there are instead."""

    def answer(self, request: Request, path: str, query: Mapping[str, str]) -> Answer:
        found = super().answer(request, path, query)
        return Answer(found.status, found.body) if found.status == 405 else found


class Taken(Curt):
    def answer(self, request: Request, path: str, query: Mapping[str, str]) -> Answer:
        found = super().answer(request, path, query)
        return Answer(500, found.body) if found.status == 405 else found


def _promises() -> Iterator[Kind]:
    clauses = {"clauses": {"protocol.405-allow": {"level": "none"}}}
    yield Kind("a 405 names no method", *item(contract=clauses), Curt, Taken, ("protocol",))


class Plain(Items):
    """Null for a field that may not be null leaves it as it was, as Go does."""

    def valid(self, path: str, fields: Row, row: Row | None) -> Row:
        known = self.properties(path)
        said = {n: v for n, v in fields.items() if n not in known or v is not None or self.fits(known[n], None)}
        return super().valid(path, said, row)


class Emptying(Plain):
    """And takes the null of a number for a zero."""

    def changed(self, path: str, row: Row, fields: Row) -> None:
        super().changed(path, row, {n: 0 if v is None and n == "size" else v for n, v in fields.items()})


def _nulls() -> Iterator[Kind]:
    words: dict[str, Any] = {"statuses": {"null_value": ["2xx", 400]}}
    yield Kind("null for a plain field is passed over", *item(**words), Plain, Emptying, ("update",))


class Resetting(Items):
    """An update that names no field is one of all that has a default."""

    def changed(self, path: str, row: Row, fields: Row) -> None:
        super().changed(path, row, fields or {n: v for n, v in self.blank(path).items() if n not in ("id", "title")})


class Collated(Items):
    """Case does not count for what is unique, as databases compare texts; a list is sorted by title all the same."""

    def unique(self, path: str, fields: Row, row: Row | None) -> None:
        others = {r["title"].casefold() for r in self.rows[path].values() if r is not row}
        if "title" in fields and fields["title"].casefold() in others:
            raise Refused(409, "is taken", "title")

    def listed(self, path: str, query: Mapping[str, str]) -> list[Row]:
        rows, order = super().listed(path, query), query.get("sort", "")
        return sorted(rows, key=self.title, reverse=order[:1] == "-") if order.removeprefix("-") == "title" else rows

    def title(self, row: Row) -> str:
        return str(row["title"])


class Lumping(Collated):
    def title(self, row: Row) -> str:
        return super().title(row)[:1]


class Renaming(Collated):
    """What a rename takes is compared as it is."""

    def unique(self, path: str, fields: Row, row: Row | None) -> None:
        if row is None or any(r["title"] == fields.get("title") for r in self.rows[path].values() if r is not row):
            super().unique(path, fields, row)


def _collations() -> Iterator[Kind]:
    words: dict[str, Any] = {"unique": [{"field": "title", "by": "casefold"}], "sort": ["title"]}
    yield Kind("case does not count for what is unique", *item(**words), Collated, Lumping, ("list.sort",))
    yield Kind("case does not count in a rename", *item(**words), Collated, Renaming, ("conflict.rename",))


SIZES = {"w": {"type": "integer", "minimum": 1}, "h": {"type": "integer", "minimum": 1}}
BOX: dict[str, Any] = {"type": ["object", "null"], "properties": SIZES, "required": ["w", "h"]}
LINKED = {**ITEM, "properties": {**ITEM["properties"], "box": BOX, "_links": {"type": "object", "readOnly": True}}}


class Linked(Items):
    """Each item shows its links, and a refusal names the member inside of a field that is wrong."""

    SCHEMAS: Mapping[str, Any] = {"/items": LINKED}

    def show(self, path: str, row: Row) -> Any:
        return {**super().show(path, row), "_links": {"self": f"{path}/{row['id']}"}}

    def refusal(self, refusal: Refused) -> Answer:
        named = {"box": "w"}.get(refusal.name, refusal.name)
        return Answer(refusal.status, {"violations": [{"member": named, "message": refusal.message}]})


class Yielding(Linked):
    """And lets a client say what they are."""

    def valid(self, path: str, fields: Row, row: Row | None) -> Row:
        said = {n: v for n, v in fields.items() if n == "_links"}
        return {**super().valid(path, fields, row), **said}

    def show(self, path: str, row: Row) -> Any:
        return super().show(path, row) if row["_links"] is None else Items.show(self, path, row)


def _inside() -> Iterator[Kind]:
    errors = {"contract": {"errors": {"type": "object"}}, "volatile": ["_links"]}
    yield Kind("links that are the server's own", *item(LINKED, **errors), Linked, Yielding, ("create.server-set",))

    class Moving(Items):
        """An update that names a free id is answered as if it did not, and takes the item there."""

        def do_update(self, path: str, id: str, fields: Row) -> Answer:
            answer = super().do_update(path, id, fields)
            free = fields.get("id")
            if isinstance(free, int) and free not in self.rows[path]:
                self.rows[path][free] = {**self.rows[path].pop(int(id)), "id": free}
            return answer

    yield Kind("an update leaves the id as it is", *item(), Items, Moving, ("create.server-set",))


class Nodes(Items):
    """Like Firebase: what is not there is null, and no read says its own name."""

    def refusal(self, refusal: Refused) -> Answer:
        return Answer(200, b"null") if refusal.message == "there is none" else super().refusal(refusal)

    def do_create(self, path: str, fields: Row) -> Answer:
        row = self.made(path, self.valid(path, fields, None))
        self.rows[path][row["id"]] = row
        return Answer(200, {"id": row["id"]})

    def do_delete(self, path: str, id: str) -> Answer:
        super().do_delete(path, id)
        return Answer(200, b"null")

    def show(self, path: str, row: Row) -> Row:
        return {n: v for n, v in row.items() if n != "id" and v is not None}


class Emptied(Nodes):
    def do_update(self, path: str, id: str, fields: Row) -> Answer:
        self.changed(path, self.found(path, id), self.valid(path, fields, self.found(path, id)))
        return Answer(200, b"null")


class Put(Nodes):
    VERBS: Mapping[str, Any] = {**Nodes.VERBS, "item": {"GET": "read", "PUT": "replace", "DELETE": "delete"}}


class PutAway(Put):
    def do_replace(self, path: str, id: str, fields: Row) -> Answer:
        super().do_replace(path, id, fields)
        return Answer(200, b"null")


def _nodes() -> Iterator[Kind]:
    words: dict[str, Any] = {
        "operations": {"create": {"returns": "minimal"}, "read": None, "update": None, "delete": None},
        "responses": "sparse",
        "statuses": {"created": 200, "deleted": 200, **dict.fromkeys(("absent", "malformed_id", "gone"), 200)},
        "other_methods": {"collection": ["GET"]},
    }
    yield Kind("what is absent is null, and no read names itself", *item(**words), Nodes, Emptied, ("update", "shape"))
    operations = {n: o for n, o in words["operations"].items() if n != "update"}
    words = {**words, "operations": {**operations, "replace": None}}
    yield Kind("what is absent is null, and a PUT replaces", *item(**words), Put, PutAway, ("replace", "shape"))


class Zeroing(Items):
    """A number that a create leaves out is 0, as in Go, and its bounds forbid that."""

    SCHEMAS: Mapping[str, Any] = {"/items": AGED}

    def do_create(self, path: str, fields: Row) -> Answer:
        if fields.get("age", 0) == 0:
            raise Refused(400, "Key: 'Item.Age' Error:Field validation for 'Age' failed on the 'gte' tag")
        return super().do_create(path, fields)


class Losing(Zeroing):
    def changed(self, path: str, row: Row, fields: Row) -> None:
        pass


def _zeroes() -> Iterator[Kind]:
    yield Kind("a number left out is 0", *item(AGED, open=["rules"]), Zeroing, Losing, ("update",))
