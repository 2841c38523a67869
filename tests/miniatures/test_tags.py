"""An entity-tag changes with every member that is shown, a reference among them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.miniatures import bench
from tests.miniatures.kinds import schema
from tests.miniatures.server import Answer, Row, Shop

NAME = {"type": "string", "minLength": 1, "maxLength": 60}
SHELF = schema("name", name=NAME)
BOOK = schema("title", title=NAME, shelf_id={"type": ["integer", "null"]})


class Books(Shop):
    SCHEMAS: Mapping[str, Any] = {"/shelves": SHELF, "/books": BOOK}

    def answered(self, operation: str, body: Any) -> Answer:
        answer = super().answered(operation, body)
        tag = {"ETag": f'"{abs(hash(json.dumps(self.tagged(body))))}"'} if isinstance(body, dict) else {}
        return Answer(answer.status, answer.body, tag)

    def tagged(self, row: Row) -> Row:
        return row


class Columns(Books):
    """The tag is made of the row's own columns, as of a relation that has a table of its own."""

    def tagged(self, row: Row) -> Row:
        return {name: value for name, value in row.items() if name != "shelf_id"}


@pytest.mark.parametrize(("server", "outcome"), [(Books, "pass"), (Columns, "fail")])
def test_a_tag_follows_references(server: type[Books], outcome: str, tmp_path: Path) -> None:
    book = {
        "path": "/books",
        "schema": "book.json",
        "conditional": {"etag": True},
        "references": {"shelf_id": {"to": "shelf"}},
    }
    contract = {"contract": "mini", "resources": {"shelf": {"path": "/shelves", "schema": "shelf.json"}, "book": book}}
    files = {"shelf.json": SHELF, "book.json": BOOK}
    found = bench.run(server(), contract, files, tmp_path, only=("conditional.etag",))
    assert {r.item: r.outcome for r in found.results}["conditional.etag[book-read]"] == outcome
