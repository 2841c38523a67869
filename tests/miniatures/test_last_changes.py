"""A list that is sorted by the time of the last change is so by that, and not by the first moment; and one by the first
moment not by names, which rise as a run goes on."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.miniatures import bench
from tests.miniatures.kinds import ITEM, Items, item
from tests.miniatures.server import Refused, Row

TIMED = {**ITEM, "properties": {**ITEM["properties"], "at": {"type": "integer", "readOnly": True}}}
WORDS: dict[str, Any] = {"touched": ["at"], "touched_resolution": 0.01, "sort": ["title", "at"]}


class Timed(Items):
    """A change moves a time, by which the list is sorted."""

    SCHEMAS: Mapping[str, Any] = {"/items": TIMED}

    def made(self, path: str, fields: Row) -> Row:
        return {**super().made(path, fields), "at": time.time_ns()}

    def changed(self, path: str, row: Row, fields: Row) -> None:
        moved = any(row[n] != v for n, v in fields.items())
        super().changed(path, row, {**fields, **({"at": self.moved(row)} if moved else {})})

    def moved(self, row: Row) -> int:
        return time.time_ns()

    def listed(self, path: str, query: Mapping[str, str]) -> list[Row]:
        rows, order = super().listed(path, query), query.get("sort", "")
        found = sorted(rows, key=lambda row: self.place(row, order.removeprefix("-"))) if order else rows
        return found[::-1] if order.startswith("-") else found

    def place(self, row: Row, name: str) -> Any:
        return row[name]


class AsMade(Timed):
    """Sorts by when they were made."""

    def place(self, row: Row, name: str) -> Any:
        return row["id"] if name == "at" else row[name]


class Still(Timed):
    """A change moves no time: another rule's."""

    def moved(self, row: Row) -> int:
        found: int = row["at"]
        return found


@pytest.mark.parametrize("profile", ["smoke", "ci"])
@pytest.mark.parametrize("only", [("list.sort",), ("update.touches-updated-at", "list")])
@pytest.mark.parametrize(("server", "failing"), [(Timed, False), (AsMade, True), (Still, False)])
def test_what_was_changed_last_moves_in_the_list(
    server: type[Timed], failing: bool, only: tuple[str, ...], profile: str, tmp_path: Path
) -> None:
    found = bench.run(server(), *item(TIMED, **WORDS), tmp_path, only=only, profile=profile)
    told = {r.requirement for r in found.results if r.outcome in ("fail", "error")}
    assert told - {"update.touches-updated-at"} == ({"list.sort"} if failing else set())


class ByTitle(Timed):
    """Sorts by the title, whatever it is asked for."""

    def place(self, row: Row, name: str) -> Any:
        return row["title"]


@pytest.mark.parametrize("profile", ["smoke", "ci"])
@pytest.mark.parametrize(("server", "failing"), [(Timed, set()), (ByTitle, {"create"})])
def test_what_was_made_last_is_so_in_the_list(
    server: type[Timed], failing: set[str], profile: str, tmp_path: Path
) -> None:
    words: dict[str, Any] = {"sort": ["title", "at"]}
    found = bench.run(server(), *item(TIMED, **words), tmp_path, only=("list.sort",), profile=profile)
    assert {r.operation for r in found.results if r.outcome in ("fail", "error")} == failing


class Refusing(Timed):
    """Takes no list that is sorted by the time."""

    def listed(self, path: str, query: Mapping[str, str]) -> list[Row]:
        if query.get("sort") == "-at":
            raise Refused(400, "is nothing to sort by", "sort")
        return super().listed(path, query)


def test_a_list_that_is_refused_sorted_is_a_fault(tmp_path: Path) -> None:
    given = item(TIMED, **WORDS)
    found = bench.run(Refusing(), *given, tmp_path, only=("list.sort",), profile="ci")
    assert {r.operation for r in found.results if r.outcome == "fail"} == {"create", "update", "list"}
