"""A thing says itself how much may be below it, and no rule of the contract does: what a run makes has room for all
that is made there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.miniatures import bench
from tests.miniatures.kinds import schema
from tests.miniatures.server import Refused, Row, Shop

from restproof.contract.load import load
from restproof.plan.room import limits

NAME = {"type": "string", "minLength": 1, "maxLength": 60}
LIMIT = {"type": "integer", "minimum": 1, "maximum": 500, "default": 2}
SHELF = schema("name", name=NAME, max_books=LIMIT, floor={"type": "integer", "minimum": 0})
BOOK = schema("title", "shelf_id", title=NAME, shelf_id={"type": "integer"}, note={**NAME, "type": ["string", "null"]})


class Shelves(Shop):
    """There is room for two books on a shelf, where it does not say for how many."""

    SCHEMAS: Mapping[str, Any] = {"/shelves": SHELF, "/books": BOOK}

    def rule(self, path: str, state: Row, fields: Row, row: Row | None) -> None:
        if path != "/books" or "shelf_id" not in fields:
            return
        shelf = self.rows["/shelves"].get(fields["shelf_id"])
        if shelf is None:
            raise Refused(400, "names no shelf", "shelf_id")
        others = [b for b in self.rows["/books"].values() if b is not row and b["shelf_id"] == shelf["id"]]
        if len(others) >= shelf["max_books"]:
            raise Refused(409, "the shelf is full")


class Forgetful(Shelves):
    def changed(self, path: str, row: Row, fields: Row) -> None:
        if path != "/books":
            super().changed(path, row, fields)


@pytest.mark.parametrize(("server", "failed"), [(Shelves, set[str]()), (Forgetful, {"update.persists[book-update]"})])
def test_there_is_room_in_what_a_run_makes(server: type[Shelves], failed: set[str], tmp_path: Path) -> None:
    book = {"path": "/books", "schema": "book.json", "open": ["rules"], "references": {"shelf_id": {"to": "shelf"}}}
    shelf = {"path": "/shelves", "schema": "shelf.json", "open": ["rules"]}
    contract = {"contract": "mini", "resources": {"shelf": shelf, "book": book}, "statuses": {"reference": 400}}
    files = {"shelf.json": SHELF, "book.json": BOOK}
    only = ("update.persists", "update.siblings", "delete", "create", "create.defaults")
    found = bench.run(server(), contract, files, tmp_path, only=only, profile="ci")
    assert {r.item for r in found.results if r.outcome == "fail"} >= failed
    if not failed:
        assert not [r for r in found.results if r.outcome == "fail"]
        assert not [r.item for r in found.results if "the shelf is full" in str(r.message)]


@pytest.mark.parametrize(
    ("name", "is_limit"),
    [
        ("capacity", True),
        ("max_pages", True),
        ("seat_limit", True),
        ("spendingLimit", False),
        ("daily_limit", False),
        ("max_nodes", False),
        ("max_retries", False),
        ("max_age_seconds", False),
    ],
)
def test_what_a_large_number_may_cost_something_of_is_no_limit(name: str, is_limit: bool, tmp_path: Path) -> None:
    """Ten thousand machines, or that much money, nobody wants to have said."""
    fields = {"id": {"type": "integer", "readOnly": True}, "name": NAME, name: {"type": "integer"}}
    shelf = {"path": "/shelves", "schema": "shelf.json", "open": ["rules"]}
    book = {"path": "/books", "schema": "book.json", "references": {"shelf_id": {"to": "shelf"}}}
    (tmp_path / "shelf.json").write_text(json.dumps({"type": "object", "properties": fields}))
    (tmp_path / "book.json").write_text(json.dumps(BOOK))
    (tmp_path / "contract.yaml").write_text(
        json.dumps({"contract": "mini", "resources": {"shelf": shelf, "book": book}, "statuses": {"reference": 400}})
    )
    contract = load(tmp_path)
    resource = contract.resources["shelf"]
    assert (limits(contract, resource, resource.shapes.create["properties"]) == {name}) is is_limit
