"""Pages of a wiki: each update names the version that it changes, and whatever changes is another version."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.miniatures import bench
from tests.miniatures.kinds import Items, item, schema
from tests.miniatures.server import Answer, Refused, Row

PAGE = schema(
    "title",
    title={"type": "string", "minLength": 1, "maxLength": 60},
    tags={"type": "array", "items": {"type": "string", "minLength": 1, "maxLength": 20}, "default": []},
    rev={"type": "integer", "readOnly": True},
)


class Pages(Items):
    SCHEMAS: Mapping[str, Any] = {"/items": PAGE}
    WITHOUT: frozenset[str] = frozenset()

    def made(self, path: str, fields: Row) -> Row:
        return {**super().made(path, fields), "rev": 1}

    def do_update(self, path: str, id: str, fields: Row) -> Answer:
        if type(fields.get("rev")) is not int:
            raise Refused(400, "is missing", "rev")
        if fields["rev"] != self.found(path, id)["rev"]:
            raise Refused(409, "is an earlier one", "rev")
        return super().do_update(path, id, {n: v for n, v in fields.items() if n != "rev"})

    def changed(self, path: str, row: Row, fields: Row) -> None:
        super().changed(path, row, fields)
        row["rev"] += not fields.keys() <= self.WITHOUT


class TagsApart(Pages):
    """Tags are written past the version."""

    WITHOUT = frozenset({"tags"})


@pytest.mark.parametrize(("server", "outcome"), [(Pages, "pass"), (TagsApart, "fail")])
def test_a_change_of_any_field_is_another_version(server: type[Pages], outcome: str, tmp_path: Path) -> None:
    conditional = {"version": "rev"}
    contract, schemas = item(PAGE, conditional=conditional, operations=["list", "create", "read", "update", "delete"])
    found = bench.run(server(), contract, schemas, tmp_path, only=("conditional.version",), profile="ci")
    told = {r.item: r.outcome for r in found.results}
    assert told["conditional.version[item-update]"] == outcome, [(r.item, r.message) for r in found.results]
