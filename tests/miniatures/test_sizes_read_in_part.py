"""A size of a page that begins like a number is none, nor is a word or a negative number a page, in whichever list."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.miniatures import bench
from tests.miniatures.kinds import ITEM
from tests.miniatures.server import Refused, Row, Shop

CONTRACT = {
    "contract": "mini",
    "paging": {"style": "page", "page": "page", "size": "size", "default": 20, "max": 100},
    "resources": {
        "item": {"path": "/items", "schema": "item.json"},
        "order": {"path": "/orders", "schema": "item.json"},
    },
}


class Paged(Shop):
    """Pages both of its lists. ``LAX``: the list that reads a size as far as it is one; ``TAKEN``: the pages that the
    second one takes for the first."""

    SCHEMAS: Mapping[str, Any] = {"/items": ITEM, "/orders": ITEM}
    LAX = ""
    TAKEN: tuple[str, ...] = ()

    def number(self, path: str, query: Mapping[str, str], name: str, usual: int) -> int:
        said = query.get(name, str(usual))
        if name == "page" and path == "/orders" and said in self.TAKEN:
            return 1
        found = re.match(r"\d+", said) if path == self.LAX else re.fullmatch(r"\d+", said)
        if found is None or not 1 <= int(found[0]) <= (100 if name == "size" else 10**9):
            raise Refused(400, "is no number of its kind", name)
        return int(found[0])

    def listed(self, path: str, query: Mapping[str, str]) -> list[Row]:
        size = self.number(path, query, "size", 20)
        at = (self.number(path, query, "page", 1) - 1) * size
        return super().listed(path, query)[at : at + size]


@pytest.mark.parametrize(("lax", "failing"), [("", set()), ("/items", {"item"}), ("/orders", {"order"})])
def test_each_list_reads_all_of_a_size(lax: str, failing: set[str], tmp_path: Path) -> None:
    server = Paged()
    server.LAX = lax
    verdict = bench.run(server, CONTRACT, {"item.json": ITEM}, tmp_path, only=("list.bad-page",), profile="ci")
    assert {r.resource for r in verdict.results if r.outcome in ("fail", "error")} == failing
    assert all(r.outcome != "not tested" for r in verdict.results)


@pytest.mark.parametrize("taken", ["restproof", "-1"])
def test_each_list_refuses_what_is_no_page(taken: str, tmp_path: Path) -> None:
    server = Paged()
    server.TAKEN = (taken,)
    verdict = bench.run(server, CONTRACT, {"item.json": ITEM}, tmp_path, only=("list.bad-page",), profile="ci")
    assert {r.resource for r in verdict.results if r.outcome in ("fail", "error")} == {"order"}
