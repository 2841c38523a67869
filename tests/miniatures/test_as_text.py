"""A server that takes values for their texts, or texts for other ones, is seen."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.miniatures import bench
from tests.miniatures.kinds import Items, item, schema
from tests.miniatures.server import Row
from tests.miniatures.test_miniatures import KINDS, judged

SEEN = {
    "moments are in order in all zones": {"input.business-rule", "input.rule-kept"},
    "moments have their order in all zones": {"list.sort"},
    "long text keeps its letters": {"create.accepts-valid"},
}


@pytest.mark.parametrize("name", SEEN)
def test_the_rule_that_says_so_tells_it(name: str, tmp_path: Path) -> None:
    kind = KINDS[name]
    assert judged(kind, kind.broken(), tmp_path, whole=False).keys() >= SEEN[name]


NOTE = schema(
    "title",
    "day",
    title={"type": "string", "minLength": 1, "maxLength": 60},
    day={"type": "string", "format": "date"},
    zip={"type": "string", "minLength": 3, "maxLength": 10},
)


class Notes(Items):
    """Sorted by their days."""

    SCHEMAS: Mapping[str, Any] = {"/items": NOTE}

    def key(self, row: Row) -> Any:
        return row["day"]

    def listed(self, path: str, query: Mapping[str, str]) -> list[Row]:
        rows = super().listed(path, {})
        return sorted(rows, key=self.key, reverse=query["sort"][0] == "-") if "sort" in query else rows


class DayFirst(Notes):
    """Stored as 17.05.2024, and sorted so."""

    def key(self, row: Row) -> Any:
        return ".".join(reversed(row["day"].split("-")))


class Numbered(Notes):
    """Short texts of digits alone become numbers, and texts again."""

    def made(self, path: str, fields: Row) -> Row:
        row = super().made(path, fields)
        return {n: v.lstrip("0") if n == "zip" and v and v.isdigit() else v for n, v in row.items()}


@pytest.mark.parametrize(
    ("server", "told"), [(Notes, set()), (DayFirst, {"list.sort"}), (Numbered, {"create.accepts-valid"})]
)
def test_days_are_sorted_as_days_and_short_texts_keep_their_zeros(
    server: type[Notes], told: set[str], tmp_path: Path
) -> None:
    contract, schemas = item(NOTE, sort=["day"])
    only = ("list.sort", "create.accepts-valid")
    found = bench.run(server(), contract, schemas, tmp_path, only=only, profile="ci")
    assert {r.requirement for r in found.results if r.outcome != "pass"} == told
