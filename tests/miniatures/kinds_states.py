"""Unusual states: lists, references, rules and verbs."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from typing import Any

from tests.miniatures.kinds import Items, Kind, item, of, schema
from tests.miniatures.kinds_answers import forgetful
from tests.miniatures.kinds_values import TITLE
from tests.miniatures.server import Answer, Refused, Row, Shop


def kinds() -> Iterator[Kind]:
    yield from _lists()
    yield from _rules()
    yield from _references()
    yield from _verbs()
    yield from _kept()


def number_of(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, str(default))
    if not re.fullmatch(r"-?[0-9]+", text):
        raise Refused(400, "is no number", name)
    return int(text)


def _lists() -> Iterator[Kind]:
    class Shuffled(Items):
        """A list in another order each time."""

        turn = 0

        def listed(self, path: str, query: Mapping[str, str]) -> list[Row]:
            self.turn += 1
            rows = super().listed(path, query)
            at = self.turn % (len(rows) or 1)
            return [*rows[at:], *rows[:at]]

    class Losing(Shuffled):
        def listed(self, path: str, query: Mapping[str, str]) -> list[Row]:
            return [r for r in super().listed(path, query) if r["id"] != self.last]

    yield Kind("a list has no order", *item(), Shuffled, Losing, ("list", "create"))

    class Pages(Items):
        SIZE, MOST = 3, 10

        def page(self, query: Mapping[str, str]) -> tuple[int, int]:
            number, size = number_of(query, "page", 1), number_of(query, "per_page", self.SIZE)
            if number < 1 or size < 1 or number > 10**9 or size > 10**9:
                raise Refused(400, "is out of range", "page")
            return number, min(size, self.MOST)

        def listed(self, path: str, query: Mapping[str, str]) -> list[Row]:
            number, size = self.page(query)
            return super().listed(path, query)[(number - 1) * size : number * size]

    class Overlap(Pages):
        def listed(self, path: str, query: Mapping[str, str]) -> list[Row]:
            number, size = self.page(query)
            start = max(0, (number - 1) * size - (number > 1))
            return Items.listed(self, path, query)[start : start + size]

    paging = {"style": "page", "default": 3, "max": 10, "over_max": "clamped"}
    yield Kind("pages are clamped, without totals", *item(paging=paging), Pages, Overlap, ("list",))

    class Offsets(Pages):
        def page(self, query: Mapping[str, str]) -> tuple[int, int]:
            offset, size = number_of(query, "offset", 0), number_of(query, "limit", 3)
            if offset < 0 or not 1 <= size <= 10:
                raise Refused(400, "is out of range", "limit")
            return offset, size

        def do_list(self, path: str, query: Mapping[str, str]) -> Answer:
            offset, size = self.page(query)
            rows = Items.listed(self, path, query)
            entries = [self.show(path, r) for r in rows[offset : offset + size]]
            return Answer(200, {"count": len(rows), "results": entries})

    class Miscounts(Offsets):
        def do_list(self, path: str, query: Mapping[str, str]) -> Answer:
            found = super().do_list(path, query)
            return Answer(found.status, {**found.body, "count": len(found.body["results"])})

    words: dict[str, Any] = {
        "paging": {"style": "offset", "default": 3, "max": 10, "total_field": "count"},
        "envelope": {"list": "results"},
    }
    yield Kind("offsets and a count", *item(**words), Offsets, Miscounts, ("list",))

    class Tokens(Items):
        SIZE = 3

        def do_list(self, path: str, query: Mapping[str, str]) -> Answer:
            after = query.get("after", "t0")
            if not after.startswith("t") or not after[1:].isdecimal():
                raise Refused(400, "is no token", "after")
            size = number_of(query, "limit", 3)
            if not 1 <= size <= 10:
                raise Refused(400, "is out of range", "limit")
            start = int(after[1:])
            rows = self.listed(path, query)
            following = f"t{start + size}" if start + size < len(rows) else None
            return Answer(200, {"data": [self.show(path, r) for r in rows[start : start + size]], "next": following})

    class Gaps(Tokens):
        def do_list(self, path: str, query: Mapping[str, str]) -> Answer:
            found = super().do_list(path, query)
            if found.body["next"]:
                found.body["next"] = f"t{int(found.body['next'][1:]) + 1}"
            return found

    token = {"style": "token", "default": 3, "max": 10, "next_field": "next", "token": "after"}
    yield Kind("pages by token", *item(paging=token, envelope={"list": "data"}), Tokens, Gaps, ("list",))

    class Filters(Items):
        def listed(self, path: str, query: Mapping[str, str]) -> list[Row]:
            rows = super().listed(path, query)
            return [r for r in rows if "kind" not in query or r["kind"] == query["kind"]]

    class Prefix(Filters):
        def listed(self, path: str, query: Mapping[str, str]) -> list[Row]:
            return Items.listed(self, path, query)

    yield Kind("a list is filtered", *item(filters={"kind": "equals"}), Filters, Prefix, ("list",))


class Keeps(Items):
    broken = ""

    def rule(self, path: str, state: Row, fields: Row, row: Row | None) -> None:
        if self.against(state, fields, row):
            raise Refused(422, "is against the rules", self.broken)

    def against(self, state: Row, fields: Row, row: Row | None) -> bool:
        return False


def _rules() -> Iterator[Kind]:
    roles = schema("title", "kind", title=TITLE, kind={"enum": ["reader", "writer", "root"]})

    class Roles(Keeps):
        SCHEMAS: Mapping[str, Any] = {"/items": roles}
        broken = "kind"

        def against(self, state: Row, fields: Row, row: Row | None) -> bool:
            return bool(fields.get("kind") == "root")

    refused = [{"refused": {"kind": "root"}, "because": "root is there once"}]
    yield Kind("a value of an enum is refused", *item(roles, rules=refused), Roles, of(roles), ("input",))
    day = {"type": ["string", "null"], "format": "date"}
    dates = schema("title", title=TITLE, start=day, end=day)

    class Dates(Keeps):
        SCHEMAS: Mapping[str, Any] = {"/items": dates}
        broken = "end"

        def against(self, state: Row, fields: Row, row: Row | None) -> bool:
            return bool(state["start"] and state["end"] and state["start"] > state["end"])

    ordered = [{"ordered": ["start", "end"]}]
    yield Kind("dates are ordered", *item(dates, rules=ordered), Dates, of(dates), ("input",))
    hour = {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}
    hours = schema("title", "start", "end", title=TITLE, start=hour, end=hour)
    found = of(hours, Dates)
    yield Kind("hours as text are ordered", *item(hours, rules=ordered), found, of(hours), ("input",))
    taken = type("Taken", (Items,), {"UNIQUE": ("title",), "CONFLICT": 422})
    yield Kind("a conflict is 422", *item(unique=["title"], statuses={"conflict": 422}), taken, Items, ("conflict",))

    class Strict(Items):
        def unknown(self, path: str, name: str) -> None:
            raise Refused(406, "is unknown", name)

    yield Kind("unknown fields are refused", *item(statuses={"unknown_field": 406}), Strict, Items, ("input",))

    class Keeping(Items):
        def valid(self, path: str, fields: Row, row: Row | None) -> Row:
            known = super().valid(path, fields, row)
            return {**{n: v for n, v in fields.items() if n not in self.properties(path)}, **known}

    yield Kind("unknown fields are kept", *item(statuses={"unknown_field": "kept"}), Keeping, Items, ("input",))


SHELF = schema("name", name=TITLE)
BOOK = schema("title", title=TITLE, shelf_id={"type": ["integer", "null"]})


def _references() -> Iterator[Kind]:
    class Library(Shop):
        """Books refer to shelves, and a shelf shows its books beside what is declared."""

        SCHEMAS: Mapping[str, Any] = {"/shelves": SHELF, "/books": BOOK}
        INVALID = 400

        def rule(self, path: str, state: Row, fields: Row, row: Row | None) -> None:
            shelf = fields.get("shelf_id")
            if path == "/books" and shelf is not None and shelf not in self.rows["/shelves"]:
                raise Refused(422, "there is no such shelf", "shelf_id")

        def show(self, path: str, row: Row) -> Any:
            if path == "/books":
                return dict(row)
            return {**row, "books": [b["id"] for b in self.rows["/books"].values() if b["shelf_id"] == row["id"]]}

        def removed(self, path: str, row: Row) -> None:
            super().removed(path, row)
            if path == "/shelves":
                for book in self.rows["/books"].values():
                    if book["shelf_id"] == row["id"]:
                        book["shelf_id"] = None

    class Dangling(Library):
        def removed(self, path: str, row: Row) -> None:
            Shop.removed(self, path, row)

    def library(on_delete: str) -> tuple[dict[str, Any], dict[str, Any]]:
        reference = {"to": "shelf", "on_delete": on_delete}
        book = {"path": "/books", "schema": "book.json", "references": {"shelf_id": reference}}
        resources = {"shelf": {"path": "/shelves", "schema": "shelf.json"}, "book": book}
        return {"contract": "library", "resources": resources}, {"shelf.json": SHELF, "book.json": BOOK}

    yield Kind("a parent shows an inverse list", *library("clear"), Library, Dangling, ("delete",))

    class Refusing(Library):
        def removed(self, path: str, row: Row) -> None:
            if path == "/shelves" and any(b["shelf_id"] == row["id"] for b in self.rows["/books"].values()):
                raise Refused(409, "books refer to it")
            Shop.removed(self, path, row)

    yield Kind("what is referred to stays", *library("refuse"), Refusing, Library, ("delete",))

    class Reusing(Library):
        """Ids come again in both collections, the smallest first."""

        def new_id(self, path: str, fields: Row) -> Any:
            return next(n for n in itertools.count(1) if n not in self.rows[path])

    class Unchecked(Reusing):
        def rule(self, path: str, state: Row, fields: Row, row: Row | None) -> None:
            pass

    yield Kind("referents come again", *library("clear"), Reusing, Unchecked, ("input",))


def _verbs() -> Iterator[Kind]:
    verbs = {
        "collection": {"GET": "list", "POST": "create"},
        "item": {"GET": "read", "PUT": "update", "DELETE": "delete"},
    }
    puts = type("Puts", (Items,), {"VERBS": verbs})
    yield Kind("updates go by PUT", *item(methods={"update": "PUT"}), puts, forgetful(puts), ("update",))
    writes = {"collection": {"POST": "create"}, "item": {"GET": "read"}}

    class TwoVerbs(Items):
        VERBS = writes

    class Mixing(TwoVerbs):
        def do_read(self, path: str, id: str) -> Answer:
            found = super().do_read(path, id)
            return Answer(200, {**found.body, "note": "mixed"})

    yield Kind("only create and read", *item(operations=["create", "read"]), TwoVerbs, Mixing, ("create",))
    both = {
        "collection": {"GET": "list", "POST": "create"},
        "item": {"GET": "read", "PUT": "replace", "DELETE": "delete"},
    }

    class Replaces(Items):
        VERBS = both

    class Patches(Replaces):
        def do_replace(self, path: str, id: str, fields: Row) -> Answer:
            return self.do_update(path, id, fields)

    operations = ["list", "create", "read", "replace", "delete"]
    yield Kind("PUT replaces and never creates", *item(operations=operations), Replaces, Patches, ("replace",))
    found = schema("title", title=TITLE, at={"type": "string", "format": "date-time"}, rank={"type": "integer"})

    class Stamps(of(found, Replaces)):  # type: ignore[misc]
        """What a write leaves out the server makes: the moment, another one each time, and a number."""

        def valid(self, path: str, fields: Row, row: Row | None) -> Row:
            self.stamp = getattr(self, "stamp", 0) + 1
            moment = f"2026-01-01T00:{self.stamp // 60 % 60:02}:{self.stamp % 60:02}Z"
            return {"at": moment, "rank": 7, **super().valid(path, fields, row)}

    class Counts(Stamps):
        def do_replace(self, path: str, id: str, fields: Row) -> Answer:
            there = self.found(path, id)["rank"]
            answer: Answer = super().do_replace(path, id, {**fields, "rank": fields.get("rank", 0) + there})
            return answer

    words = item(found, operations=operations, defaults={"at": "server", "rank": {"value": 7}})
    yield Kind("a replace makes what it leaves out anew", *words, Stamps, Counts, ("replace",))


def _kept() -> Iterator[Kind]:
    states = schema("title", title=TITLE, state={"enum": ["draft", "open", "paid"], "default": "draft"})

    class Kept(of(states)):  # type: ignore[misc]
        """What is no draft any more stays."""

        def removed(self, path: str, row: Row) -> None:
            if row["state"] != "draft":
                raise Refused(409, "is no draft", "state")
            super().removed(path, row)

    class Undead(Kept):
        def removed(self, path: str, row: Row) -> None:
            if row["state"] != "draft":
                super().removed(path, row)

    class Forbidding(Items):
        """Only others may change and delete, whatever there is."""

        def do_update(self, path: str, id: str, fields: Row) -> Answer:
            raise Refused(403, "is not yours to do")

        def do_delete(self, path: str, id: str) -> Answer:
            raise Refused(403, "is not yours to do")

    class Forgetting(Forbidding):
        def made(self, path: str, fields: Row) -> Row:
            return super().made(path, {n: v for n, v in fields.items() if n != "note"})

    yield Kind(
        "some writes are forbidden",
        *item(open=["unique", "rules"], statuses={"rule": [403, 422]}),
        Forbidding,
        Forgetting,
        ("create",),
    )
    yield Kind("a delete is refused in a state", *item(states, open=["rules"]), Kept, Undead, ("delete",))
