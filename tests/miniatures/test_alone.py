"""Where several values of one body are in doubt, each is tried alone, and breaks no rule by accident."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.miniatures import bench
from tests.miniatures.kinds import Items, item, schema
from tests.miniatures.server import Refused, Row

TIME = {"type": "string", "format": "date"}
TAGS = {"type": "array", "items": {"type": "string", "maxLength": 9}, "default": []}
MEETING = schema("title", "start", "end", title={"type": "string", "minLength": 1}, start=TIME, end=TIME, tags=TAGS)


class Sorting(Items):
    """Keeps its tags in an order of its own, which is its one fault."""

    SCHEMAS: Mapping[str, Any] = {"/items": MEETING}

    def rule(self, path: str, state: Row, fields: Row, row: Row | None) -> None:
        if state["start"] > state["end"]:
            raise Refused(422, "is before the start", "end")

    def made(self, path: str, fields: Row) -> Row:
        made: dict[str, Any] = super().made(path, fields)
        return {**made, "tags": sorted(made["tags"])}


def test_a_date_that_is_tried_alone_keeps_the_order(tmp_path: Path) -> None:
    words = item(MEETING, rules=[{"ordered": ["start", "end"]}])
    verdict = bench.run(Sorting(), *words, tmp_path, only=("create.accepts-valid",), profile="ci")
    failed = [f.field for r in verdict.results if r.outcome == "fail" for f in r.findings]
    assert set(failed) == {"tags"}
