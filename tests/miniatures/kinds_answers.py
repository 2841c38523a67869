"""Unusual answers: statuses, bodies, errors, members that nobody declared."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping
from typing import Any

from tests.miniatures.kinds import ID, ITEM, Items, Kind, item, schema
from tests.miniatures.server import Answer, Refused, Row, Shop

TITLE = {"type": "string", "minLength": 1, "maxLength": 60}


class Forgetful(Items):
    """Stores no update."""

    def changed(self, path: str, row: Row, fields: Row) -> None:
        pass


def forgetful(base: type[Shop]) -> type[Shop]:
    return type("Twin", (base,), {"changed": Forgetful.changed})


def kinds() -> Iterator[Kind]:
    yield Kind("plain", *item(), Items, Forgetful, ("update",))
    yield from _statuses()
    yield from _errors()
    yield from _members()
    yield from _bodies()


def _status(name: str, operation: str, code: int, word: str, twin: type[Shop], **more: Any) -> Kind:
    honest = type("Honest", (Items,), {"STATUS": {**Items.STATUS, operation: code}, **more})
    family = "read" if operation == "read" else operation
    return Kind(name, *item(statuses={word: code}), honest, twin, (family,))


def _statuses() -> Iterator[Kind]:
    yield _status("create answers 200", "create", 200, "created", Items)
    yield _status("create answers 202", "create", 202, "created", Items)
    yield _status("update answers 204", "update", 204, "updated", Items)
    yield _status("delete answers 200", "delete", 200, "deleted", Items)
    yield _status("delete answers 202", "delete", 202, "deleted", Items)

    closed = {**ITEM, "additionalProperties": False}

    class Told(Items):
        """Tells what is deleted, in a body of its own."""

        SCHEMAS: Mapping[str, Any] = {"/items": closed}
        STATUS: Mapping[str, int] = {**Items.STATUS, "delete": 200}

        def do_delete(self, path: str, id: str) -> Answer:
            return Answer(super().do_delete(path, id).status, {"id": int(id), "deleted": True, "at": "now"})

    class Marked(Told):
        def show(self, path: str, row: Row) -> Any:
            return {**super().show(path, row), "deleted": False}

    yield Kind(
        "a delete says what is deleted",
        *item(closed, statuses={"deleted": 200}),
        Told,
        Marked,
        ("read", "shape"),
    )

    class Hidden(Items):
        def found(self, path: str, id: str) -> Row:
            try:
                return super().found(path, id)
            except Refused as refusal:
                raise Refused(403, refusal.message) from None

    yield Kind("absent is 403", *item(statuses={"absent": 403}), Hidden, Items, ("identity",))

    class Nothing(Items):
        def refusal(self, refusal: Refused) -> Answer:
            return Answer(200, {}) if refusal.message == "there is none" else super().refusal(refusal)

    words = {"absent": 200, "gone": 200, "malformed_id": 200, "repeat_delete": 200}
    yield Kind("absent is 200", *item(statuses=words), Nothing, Items, ("identity",))

    class Buried(Items):
        """What is left of something deleted says so."""

        def __init__(self) -> None:
            super().__init__()
            self.graves: set[str] = set()

        def removed(self, path: str, row: Row) -> None:
            super().removed(path, row)
            self.graves.add(str(row["id"]))

        def do_read(self, path: str, id: str) -> Answer:
            return Answer(200, {"id": int(id), "deleted": True}) if id in self.graves else super().do_read(path, id)

    class Scattered(Buried):
        """An answer to a read lacks a member, whatever it is of."""

        def do_read(self, path: str, id: str) -> Answer:
            found = super().do_read(path, id)
            return Answer(found.status, {n: v for n, v in found.body.items() if n != "open"})

    tombs: dict[str, Any] = {"gone": [200, 404], "repeat_delete": 404}
    yield Kind("what is gone leaves a tombstone", *item(statuses=tombs), Buried, Scattered, ("read", "shape"))

    class Idempotent(Items):
        def do_delete(self, path: str, id: str) -> Answer:
            try:
                return super().do_delete(path, id)
            except Refused:
                return Answer(204)

    class Undead(Idempotent):
        def removed(self, path: str, row: Row) -> None:
            pass

    yield Kind(
        "a second delete is 204",
        *item(statuses={"repeat_delete": [204, 404], "absent": [404, 204], "malformed_id": [404, 204]}),
        Idempotent,
        Undead,
        ("delete",),
    )

    class Gone(Items):
        def __init__(self) -> None:
            super().__init__()
            self.gone: set[str] = set()

        def removed(self, path: str, row: Row) -> None:
            self.gone.add(str(row["id"]))
            super().removed(path, row)

        def found(self, path: str, id: str) -> Row:
            if id in self.gone:
                raise Refused(410, "is gone")
            return super().found(path, id)

    class Trash(Gone):
        def listed(self, path: str, query: Mapping[str, str]) -> list[Row]:
            return [
                *super().listed(path, query),
                *({**self.blank(path), "id": int(i), "title": "x"} for i in self.gone),
            ]

    yield Kind("what is deleted is 410", *item(), Gone, Trash, ("delete",))
    strict = type("Strict", (Items,), {"INVALID": 422})
    yield Kind("invalid is 422", *item(statuses={"invalid": 422}), strict, Items, ("input",))


def _errors() -> Iterator[Kind]:
    class Text(Items):
        def refusal(self, refusal: Refused) -> Answer:
            told = f"{refusal.name} {refusal.message}".encode()
            return Answer(refusal.status, told, media="text/plain; charset=utf-8")

    class Fails(Text):
        def refusal(self, refusal: Refused) -> Answer:
            return super().refusal(Refused(500 if refusal.name else refusal.status, refusal.message, refusal.name))

    yield Kind("errors are text", *item(), Text, Fails, ("input",))

    class Html(Items):
        def refusal(self, refusal: Refused) -> Answer:
            told = f"<!doctype html><title>Error</title><p>{refusal.name} {refusal.message}".encode()
            return Answer(refusal.status, told, media="text/html")

    class Leaks(Html):
        def refusal(self, refusal: Refused) -> Answer:
            told = (
                b'<pre>Traceback (most recent call last):\n  File "/srv/app/views.py", line 3, in post\nKeyError</pre>'
            )
            return Answer(refusal.status, told, media="text/html")

    yield Kind("errors are HTML", *item(), Html, Leaks, ("error", "input"))

    class Silent(Items):
        def refusal(self, refusal: Refused) -> Answer:
            return Answer(refusal.status)

    twin = type("Twin", (Silent,), {"fits": lambda self, schema, value: True})
    yield Kind("errors have no body", *item(), Silent, twin, ("input",))

    class Hollow(Items):
        def refusal(self, refusal: Refused) -> Answer:
            return Answer(refusal.status, b"", {"Content-Type": "application/json"})

    class Hollower(Hollow):
        def show(self, path: str, row: Row) -> Any:
            return {**row, "title": None}

    yield Kind("empty errors claim JSON", *item(), Hollow, Hollower, ("create",))
    nested = schema(
        "owner",
        owner={"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}},
    )

    class Dotted(Items):
        SCHEMAS: Mapping[str, Any] = {"/items": nested}

        def refusal(self, refusal: Refused) -> Answer:
            name = "owner.name" if refusal.name == "owner" else refusal.name
            return Answer(refusal.status, {"errors": [{"path": name, "why": refusal.message}]})

    class Mute(Dotted):
        def fits(self, schema: Mapping[str, Any], value: Any) -> bool:
            return isinstance(value, dict)

    yield Kind("errors name a nested member", *item(nested), Dotted, Mute, ("input",))


def _members() -> Iterator[Kind]:
    class Chatty(Items):
        """Members that no schema names, other ones each time."""

        ticks = itertools.count()

        def show(self, path: str, row: Row) -> Any:
            return {**super().show(path, row), "_links": {"self": f"/items/{row['id']}"}, "_seen": next(self.ticks)}

    class Mixed(Chatty):
        def entry(self, path: str, row: Row) -> Any:
            return {**super().entry(path, row), "title": "another"}

    yield Kind("undeclared members everywhere", *item(), Chatty, Mixed, ("list",))

    class Counting(Items):
        """An undeclared count of all that is there: it changes with each create and delete."""

        def show(self, path: str, row: Row) -> Any:
            return {**super().show(path, row), "siblings": len(self.rows[path])}

    class Killer(Counting):
        def removed(self, path: str, row: Row) -> None:
            for other in self.rows[path].values():
                other["note"] = "gone"
            super().removed(path, row)

    yield Kind("an undeclared member counts the others", *item(), Counting, Killer, ("delete",))

    class Sparse(Items):
        def show(self, path: str, row: Row) -> Any:
            return {n: v for n, v in super().show(path, row).items() if v is not None}

    class Sparser(Sparse):
        def show(self, path: str, row: Row) -> Any:
            return {n: v for n, v in super().show(path, row).items() if n != "size"}

    yield Kind("null is left out", *item(responses="sparse"), Sparse, Sparser, ("update", "create"))
    place = {
        "type": "object",
        "properties": {"street": {"type": ["string", "null"]}, "city": {"type": ["string", "null"]}},
    }
    tags = {"type": "array", "items": {"type": "string"}, "maxItems": 4}
    holding = schema("title", title=TITLE, tags=tags, place=place)

    class Empty(Items):
        """What holds nothing is left out, at every depth."""

        SCHEMAS: Mapping[str, Any] = {"/items": holding}

        def show(self, path: str, row: Row) -> Any:
            return self.full(super().show(path, row))

        def full(self, value: Any) -> Any:
            if not isinstance(value, dict):
                return value
            inner = {n: self.full(v) for n, v in value.items()}
            return {n: v for n, v in inner.items() if v not in (None, "", [], {})}

    class Emptier(Empty):
        """What holds one entry, too."""

        def full(self, value: Any) -> Any:
            found = super().full(value)
            return [] if isinstance(found, list) and len(found) == 1 else found

    yield Kind("what is empty is left out", *item(holding, responses="sparse"), Empty, Emptier, ("update", "create"))
    counted = schema(
        "title", title=TITLE, done={"type": "boolean", "default": False}, size={"type": "integer", "minimum": 0}
    )

    class Omitted(Items):
        """False and zero are left out as well, as Go writes what is ``omitempty``."""

        SCHEMAS: Mapping[str, Any] = {"/items": counted}

        def listed(self, path: str, query: Mapping[str, str]) -> list[Row]:
            asked = [(n, query[n]) for n in ("done", "size") if n in query]
            return [r for r in super().listed(path, query) if all(json.dumps(r[n]) == text for n, text in asked)]

        def show(self, path: str, row: Row) -> Any:
            return {n: v for n, v in super().show(path, row).items() if v}

    class Lost(Omitted):
        """What turns false stays true."""

        def changed(self, path: str, row: Row, fields: Row) -> None:
            fields["done"] = fields.get("done") or row["done"]
            super().changed(path, row, fields)

    filters = {"done": "equals", "size": "equals"}
    omitting = item(counted, responses="sparse", filters=filters)
    yield Kind("false and zero are left out", *omitting, Omitted, Lost, ("update",))

    class Wrapped(Items):
        def unwrapped(self, found: Row) -> Row:
            if not isinstance(found.get("item"), dict):
                raise Refused(400, "is missing", "item")
            inner: Row = found["item"]
            return inner

        def do_list(self, path: str, query: Mapping[str, str]) -> Answer:
            return Answer(200, {"items": [self.show(path, r) for r in self.listed(path, query)], "meta": {}})

        def answered(self, operation: str, body: Any) -> Answer:
            return Answer(self.STATUS[operation], {"data": body, "meta": {"took": 1}})

    class Unwrapped(Wrapped):
        def unwrapped(self, found: Row) -> Row:
            inner = found.get("item")
            return inner if isinstance(inner, dict) else found

    envelope = {"request": "item", "response": "data", "list": "items"}
    yield Kind("everything is wrapped", *item(envelope=envelope), Wrapped, Unwrapped, ("input",))


def _bodies() -> Iterator[Kind]:
    class Numbered(Items):
        """Each answer has a number of its own."""

        FORM = "n-{}"

        def answered(self, operation: str, body: Any) -> Answer:
            answer = super().answered(operation, body)
            return Answer(answer.status, answer.body, {"X-Request-Id": self.FORM.format(self.last)})

    hollow = type("Hollow", (Numbered,), {"FORM": "n-{}\x00"})
    yield Kind("answers are numbered", *item(), Numbered, hollow, ("read", "protocol.header-fields"))

    class Located(Items):
        """A create answers where the new one is, and nothing else."""

        def do_create(self, path: str, fields: Row) -> Answer:
            made = super().do_create(path, fields)
            return Answer(201, None, {"Location": f"{path}/{made.body['id']}"})

    class Misled(Located):
        def changed(self, path: str, row: Row, fields: Row) -> None:
            pass

    yield Kind("a create answers Location alone", *item(), Located, Misled, ("update",))
    texts = {
        "type": "object",
        "required": ["title"],
        "properties": {**ITEM["properties"], "id": {"type": "string", "readOnly": True}},
    }

    class Texts(Items):
        SCHEMAS: Mapping[str, Any] = {"/items": texts}

        def new_id(self, path: str, fields: Row) -> Any:
            return f"i-{super().new_id(path, fields)}"

    yield Kind("ids are texts", *item(texts), Texts, forgetful(Texts), ("update",))

    class Numerals(Items):
        """Numbers as text."""

        SCHEMAS: Mapping[str, Any] = {"/items": texts}

        def new_id(self, path: str, fields: Row) -> Any:
            return f"{super().new_id(path, fields):09d}"

    yield Kind("ids are numerals in a text", *item(texts), Numerals, forgetful(Numerals), ("update",))
    assert ID
