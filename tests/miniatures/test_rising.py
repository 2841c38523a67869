"""Readings of a meter: none is below an earlier one, and no word of the contract says so."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.miniatures import bench
from tests.miniatures.kinds import Items, item, schema
from tests.miniatures.server import Refused, Row

READING = schema(
    "day",
    "value",
    day={"type": "string", "format": "date"},
    value={"type": "integer", "minimum": 0, "maximum": 10**9},
    note={"type": "string", "maxLength": 60},
)


class Readings(Items):
    """What is below the last one is told before a day that is taken."""

    SCHEMAS: Mapping[str, Any] = {"/items": READING}
    DAYS = 1

    def rule(self, path: str, state: Row, fields: Row, row: Row | None) -> None:
        others = [r for r in self.rows[path].values() if r is not row]
        if "value" in fields and any(r["value"] > state["value"] for r in others):
            raise Refused(422, "is below the last one", "value")
        if "day" in fields and sum(r["day"] == state["day"] for r in others) >= self.DAYS:
            raise Refused(409, "is taken", "day")


class Twice(Readings):
    """A day may have two."""

    DAYS = 2


@pytest.mark.parametrize(("server", "duplicate"), [(Readings, "pass"), (Twice, "fail")])
def test_a_second_one_may_break_an_open_rule_before_it_is_a_conflict(
    server: type[Readings], duplicate: str, tmp_path: Path
) -> None:
    contract, schemas = item(READING, unique=["day"], open=["rules"])
    only = ("conflict.duplicate", "lifecycle.model")
    found = bench.run(server(), contract, schemas, tmp_path, only=only, profile="ci")
    told = {r.item: r.outcome for r in found.results}
    assert told.pop("conflict.duplicate[item-create]") == duplicate
    assert set(told.values()) == {"not tested"}, told
