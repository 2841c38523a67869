"""Entries of a list that have no ids, some of which are alike: a page has as many of them as there are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.miniatures import bench
from tests.miniatures.server import Row, Shop

COUNT = {
    "type": "object",
    "required": ["day", "visits"],
    "properties": {"day": {"type": "string"}, "visits": {"type": "integer"}},
}
CONTRACT = {
    "contract": "mini",
    "paging": {"style": "offset", "offset": "skip", "size": "top", "default": 20, "max": 100},
    "resources": {"count": {"path": "/counts", "schema": "count.json", "id": "none", "operations": ["list"]}},
}
DAYS = ["mon", "mon", "tue", "mon", "wed"]


class Counts(Shop):
    """Visits by day: on three doors they were as many on one day. ``STEP``: by how much an offset is read too high."""

    SCHEMAS: Mapping[str, Any] = {"/counts": COUNT}
    STEP = 0

    def listed(self, path: str, query: Mapping[str, str]) -> list[Row]:
        size, skip = int(query.get("top", "20")), int(query.get("skip", "0"))
        at = skip + (self.STEP if skip == 1 else 0)
        return [{"day": day, "visits": 3} for day in DAYS][at : at + size]


@pytest.mark.parametrize(("step", "told"), [(0, "pass"), (1, "fail"), (3, "fail")])
def test_an_offset_between_two_pages_begins_with_the_next_of_those_alike(step: int, told: str, tmp_path: Path) -> None:
    server = Counts()
    server.STEP = step
    verdict = bench.run(server, CONTRACT, {"count.json": COUNT}, tmp_path, only=("list.pages-partition",), profile="ci")
    assert [r.outcome for r in verdict.results] == [told]
