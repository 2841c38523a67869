"""Parents that no path names."""

from __future__ import annotations

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
    resources = {
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
    everywhere = {**contract, "headers": {HEADER: "{account}"}}
    yield Kind("a header of all requests names the parent", everywhere, schemas, Accounts, Open, ("identity",))


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
