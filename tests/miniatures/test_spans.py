"""Bookings: of one room no two are at the same time, and no word of a contract says so."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.miniatures import bench
from tests.miniatures.kinds import Items, item, schema
from tests.miniatures.server import Refused, Row

MOMENT = {"type": "string", "format": "date-time"}
BOOKING = schema(
    "title",
    "starts",
    "ends",
    title={"type": "string", "minLength": 1, "maxLength": 60},
    starts=MOMENT,
    ends=MOMENT,
    seats={"type": "integer", "minimum": 1, "maximum": 90, "default": 1},
)
LEASE = {
    **BOOKING,
    "properties": BOOKING["properties"] | {name: {**MOMENT, "format": "date"} for name in ("starts", "ends")},
}


class Bookings(Items):
    SCHEMAS: Mapping[str, Any] = {"/items": BOOKING}

    def rule(self, path: str, state: Row, fields: Row, row: Row | None) -> None:
        if not state["starts"] < state["ends"]:
            raise Refused(422, "is not after the begin", "ends")
        others = (r for r in self.rows[path].values() if r is not row)
        if any(r["starts"] < state["ends"] and state["starts"] < r["ends"] for r in others):
            raise Refused(409, "is taken", "starts")


class Lasting(Bookings):
    """Keeps its first title."""

    def changed(self, path: str, row: Row, fields: Row) -> None:
        super().changed(path, row, {**fields, "title": row["title"]})


@pytest.mark.parametrize("kind", [BOOKING, LEASE], ids=["hours", "days"])
@pytest.mark.parametrize(("server", "outcome"), [(Bookings, "pass"), (Lasting, "fail")])
def test_each_body_has_a_span_of_its_own(
    server: type[Bookings], outcome: str, kind: Mapping[str, Any], tmp_path: Path
) -> None:
    honest = type("Mine", (server,), {"SCHEMAS": {"/items": kind}})()
    contract, schemas = item(kind, rules=[{"ordered": ["starts", "ends"]}], open=["unique", "rules"])
    only = ("create.reads-back", "update.persists", "delete.is-gone", "list.totals", "read.answers-ok")
    found = bench.run(honest, contract, schemas, tmp_path, only=only, profile="ci")
    told = {r.item: r.outcome for r in found.results}
    assert told.pop("update.persists[item-update]") == outcome
    assert set(told.values()) == {"pass"}, told
