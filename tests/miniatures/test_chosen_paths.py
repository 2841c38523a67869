"""Ids that clients choose in the path, of a form that the contract says and the schema does not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.miniatures import bench
from tests.miniatures.kinds import Items, item
from tests.miniatures.server import Answer, Refused, Row

SITE: dict[str, Any] = {
    "type": "object",
    "required": ["name"],
    "properties": {"id": {"type": "string"}, "name": {"type": "string", "minLength": 1, "maxLength": 60}},
}
WORDS: dict[str, Any] = {
    "id": {"chosen_by": "client", "type": "string", "pattern": "[a-z0-9-]{2,40}"},
    "operations": ["list", "read", "replace", "delete"],
}


class Sites(Items):
    """Creates by PUT, and only under an id of its form."""

    SCHEMAS: Mapping[str, Any] = {"/items": SITE}
    VERBS: Mapping[str, Mapping[str, str]] = {
        "collection": {"GET": "list"},
        "item": {"GET": "read", "PUT": "replace", "DELETE": "delete"},
    }

    def do_replace(self, path: str, id: Any, fields: Row) -> Answer:
        if not re.fullmatch("[a-z0-9-]{2,40}", id):
            raise Refused(404, "is no id")
        row = {"id": id, **self.valid(path, {**fields, "id": id}, None)}
        status = 200 if id in self.rows[path] else 201
        self.rows[path][id] = row
        return Answer(status, self.show(path, row))


class Cutting(Sites):
    """Cuts long names in its list."""

    def entry(self, path: str, row: Row) -> Row:
        return {**super().entry(path, row), "name": row["name"][:20]}


@pytest.mark.parametrize(("server", "outcome"), [(Sites, "pass"), (Cutting, "fail")])
def test_a_list_is_tempted_with_long_texts_and_with_no_long_id(
    server: type[Sites], outcome: str, tmp_path: Path
) -> None:
    contract, schemas = item(SITE, **WORDS)
    verdict = bench.run(server(), contract, schemas, tmp_path, only=("list.entry-agrees",), profile="ci")
    assert [(r.outcome, r.message) for r in verdict.results if r.outcome != outcome] == []
    assert verdict.results
