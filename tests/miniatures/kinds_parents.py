"""Parents that no path names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tests.miniatures.kinds import Kind, schema
from tests.miniatures.server import Answer, Refused, Row, Shop

from restproof.wire.message import Request

NAME = {"type": "string", "minLength": 1, "maxLength": 60}
ACCOUNT = schema("name", name=NAME)
ORDER = schema("title", title=NAME, amount={"type": ["integer", "null"], "minimum": 0, "maximum": 1000})
HEADER = "X-Account-Id"


def kinds() -> Iterator[Kind]:
    resources: dict[str, Any] = {
        "account": {"path": "/accounts", "schema": "account.json"},
        "order": {
            "path": "/orders",
            "schema": "order.json",
            "parent": {"account": {"name": HEADER, "in": "header"}},
            "statuses": {"missing_parent": 400, "malformed_parent": 400},
        },
    }
    schemas = {"account.json": ACCOUNT, "order.json": ORDER}
    contract = {"contract": "accounts", "resources": resources}
    yield Kind("a header names the parent", contract, schemas, Accounts, Open, ("identity",))
    absent = dict.fromkeys(("absent", "malformed_id", "gone"), 200)
    order = {**resources["order"], "statuses": {**resources["order"]["statuses"], **absent, "absent_parent": 404}}
    null = {**contract, "resources": {"account": {**resources["account"], "statuses": absent}, "order": order}}
    yield Kind("under another parent stands null", null, schemas, Nulls, OpenNulls, ("identity",))
    everywhere = {**contract, "headers": {HEADER: "{account}"}}
    yield Kind("a header of all requests names the parent", everywhere, schemas, Accounts, Open, ("identity",))
    notes = {
        "org": {"path": "/orgs", "schema": "account.json"},
        "issue": {"path": "/orgs/{org}/issues", "schema": "order.json"},
        "note": {
            "path": "/orgs/{org}/issues/{issue}/notes",
            "item_path": "/orgs/{org}/notes/{id}",
            "schema": "order.json",
        },
    }
    farther = {"contract": "notes", "resources": notes}
    yield Kind("items name a parent above the nearest alone", farther, schemas, Notes, Anywhere, ("identity",))
    shelved = {
        **resources,
        "shelf": {"path": "/shelves", "schema": "account.json"},
        "order": {**resources["order"], "path": "/shelves/{shelf}/orders", "item_path": "/orders/{id}"},
    }
    apart = {"contract": "shelves", "resources": shelved}
    yield Kind("of two parents neither holds the other", apart, schemas, Shelves, OpenShelves, ("identity",))


class Accounts(Shop):
    """A header field says of which account the orders are that a request speaks of."""

    SCHEMAS: Mapping[str, Any] = {"/accounts": ACCOUNT, "/orders": ORDER}

    def __init__(self) -> None:
        super().__init__()
        self.account = 0
        self.owners: dict[Any, int] = {}

    def answer(self, request: Request, path: str, query: Mapping[str, str]) -> Answer:
        if path.startswith("/orders"):
            self.account = self.asked(request.header(HEADER))
        return super().answer(request, path, query)

    def asked(self, text: str | None) -> int:
        if text is None or not text.isdecimal():
            raise Refused(400, "names no account", HEADER)
        if int(text) not in self.rows["/accounts"]:
            raise Refused(404, "there is no such account", HEADER)
        return int(text)

    def listed(self, path: str, query: Mapping[str, str]) -> list[Row]:
        return [r for r in super().listed(path, query) if path == "/accounts" or self.owners[r["id"]] == self.account]

    def found(self, path: str, id: str) -> Row:
        row = super().found(path, id)
        if path == "/orders" and self.owners[row["id"]] != self.account:
            raise Refused(404, "there is none")
        return row

    def made(self, path: str, fields: Row) -> Row:
        row = super().made(path, fields)
        self.owners[row["id"]] = self.account
        return row

    def removed(self, path: str, row: Row) -> None:
        super().removed(path, row)
        if path == "/accounts":
            below = [id for id, owner in self.owners.items() if owner == row["id"]]
            self.rows["/orders"] = {id: r for id, r in self.rows["/orders"].items() if id not in below}


class Open(Accounts):
    """One order can be read under any account."""

    def found(self, path: str, id: str) -> Row:
        return Shop.found(self, path, id)


class Nulls(Accounts):
    """What is not there is null."""

    def refusal(self, refusal: Refused) -> Answer:
        return Answer(200, b"null") if refusal.message == "there is none" else super().refusal(refusal)


class OpenNulls(Open, Nulls):
    """One order can be read under any account."""


class Notes(Shop):
    """Organizations have issues, and these have notes: each of them is at hand below its organization."""

    SCHEMAS: Mapping[str, Any] = {"/orgs": ACCOUNT, "/issues": ORDER, "/notes": ORDER}

    def __init__(self) -> None:
        super().__init__()
        self.above: Row = {}
        self.lies: dict[Any, Row] = {}

    def answer(self, request: Request, path: str, query: Mapping[str, str]) -> Answer:
        found = re.fullmatch(r"/orgs/([^/]+)(?:/issues/([^/]+))?(/(?:issues|notes))(/[^/]+)?", path)
        if not found or (found[2] and found[4]):
            self.above = {}
            return super().answer(request, path, query)
        org, issue, collection, item = found.groups()
        self.above = {"/orgs": Shop.found(self, "/orgs", org)["id"]}
        if issue:
            self.above["/issues"] = self.found("/issues", issue)["id"]
        return super().answer(request, f"{collection}{item or ''}", query)

    def is_below(self, row: Row) -> bool:
        return self.above.items() <= self.lies[row["id"]].items()

    def listed(self, path: str, query: Mapping[str, str]) -> list[Row]:
        return [row for row in super().listed(path, query) if self.is_below(row)]

    def found(self, path: str, id: str) -> Row:
        row = super().found(path, id)
        if not self.is_below(row):
            raise Refused(404, "there is none")
        return row

    def made(self, path: str, fields: Row) -> Row:
        row = super().made(path, fields)
        self.lies[row["id"]] = dict(self.above)
        return row

    def removed(self, path: str, row: Row) -> None:
        super().removed(path, row)
        for below in self.rows.values():
            for id in [id for id in below if row["id"] in self.lies[id].values()]:
                del below[id]


class Anywhere(Notes):
    """A note can be read below any organization."""

    def is_below(self, row: Row) -> bool:
        return row["id"] in self.rows["/notes"] or super().is_below(row)


class Shelves(Accounts):
    """Each account has something on each shelf: a shelf is nobody's."""

    SCHEMAS: Mapping[str, Any] = {**Accounts.SCHEMAS, "/shelves": ACCOUNT}

    def __init__(self) -> None:
        super().__init__()
        self.shelf: int | None = None
        self.lies: dict[Any, int | None] = {}

    def answer(self, request: Request, path: str, query: Mapping[str, str]) -> Answer:
        found = re.fullmatch(r"/shelves/([^/]+)/orders", path)
        self.shelf = None if found is None else Shop.found(self, "/shelves", found[1])["id"]
        return super().answer(request, path if found is None else "/orders", query)

    def listed(self, path: str, query: Mapping[str, str]) -> list[Row]:
        return [r for r in super().listed(path, query) if path != "/orders" or self.lies[r["id"]] == self.shelf]

    def made(self, path: str, fields: Row) -> Row:
        row = super().made(path, fields)
        self.lies[row["id"]] = self.shelf
        return row

    def removed(self, path: str, row: Row) -> None:
        super().removed(path, row)
        if path == "/shelves":
            self.rows["/orders"] = {id: r for id, r in self.rows["/orders"].items() if self.lies[id] != row["id"]}


class OpenShelves(Shelves):
    """One order can be read under any account."""

    def found(self, path: str, id: str) -> Row:
        return Shop.found(self, path, id)
