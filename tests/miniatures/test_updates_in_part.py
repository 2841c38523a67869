"""An update whose schema requires what a create does: whether a server takes one in part, nobody may have promised."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.miniatures import bench
from tests.miniatures.kinds import ITEM, Items, item
from tests.miniatures.server import Refused, Row, Shop


class Strict(Items):
    def valid(self, path: str, fields: Row, row: Row | None) -> Row:
        if row is not None and "title" not in fields:
            raise Refused(self.INVALID, "is missing", "title")
        return super().valid(path, fields, row)


class Deaf(Items):
    """Answers as if it had stored what it was sent."""

    def valid(self, path: str, fields: Row, row: Row | None) -> Row:
        return super().valid(path, fields, row) if row is None else {}


def told(server: type[Shop], folder: Path, words: list[str]) -> set[str]:
    contract, schemas = item(operations=["list", "create", "read", "update", "delete"], open=words)
    sides = dict.fromkeys(("request", "update", "response"), "item.json")
    contract["resources"]["item"]["schema"] = sides
    schemas["item.json"] = {**ITEM, "required": ["title"]}
    verdict = bench.run(server(), contract, schemas, folder, profile="smoke")
    assert any(r.item == "update.answers-ok[item-update]" and r.outcome in ("pass", "fail") for r in verdict.results)
    return {r.requirement for r in verdict.results if r.outcome in ("fail", "error", "blocked")}


@pytest.mark.parametrize("server", [Items, Strict])
def test_one_in_part_is_no_fault_either_way(server: type[Shop], tmp_path: Path) -> None:
    assert told(server, tmp_path, ["required"]) == set()


def test_what_is_promised_and_what_is_lost_is_told(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert "input.required" in told(Items, tmp_path / "a", [])
    assert "update.answers-ok" in told(Deaf, tmp_path / "b", ["required"])
