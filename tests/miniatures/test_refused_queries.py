"""Lists that refuse what they promise (a value of a filter, a way of a sort, a page), which is a fault of the rule that
asks for it, and no matter of its set-up. And filters that pass over one value, or look beyond the list."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.miniatures import bench
from tests.miniatures.kinds import Items, item
from tests.miniatures.server import Answer, Refused

WORDS: dict[str, Any] = {
    "sort": ["title", "size"],
    "filters": {"kind": "equals", "size[gte]": {"field": "size", "by": "gte"}},
    "query": {"between": ","},
    "paging": {"style": "page", "size": "size", "default": 20, "max": 100},
}


class Asked(Items):
    """Filters, sorts and pages; ``refuses`` says which queries it refuses."""

    refuses = "nothing"

    def do_list(self, path: str, query: Mapping[str, str]) -> Answer:
        if re.search(self.refuses, "&".join(f"{name}={value}" for name, value in query.items())):
            raise Refused(400, "is not understood")
        found = [self.show(path, row) for row in self.rows[path].values()]
        if "kind" in query:
            found = [row for row in found if row["kind"] == query["kind"]]
        if "size[gte]" in query:
            found = [row for row in found if row["size"] is not None and row["size"] >= int(query["size[gte]"])]
        for key in reversed(query.get("sort", "").split(",") if query.get("sort") else []):
            name = key.removeprefix("-")
            found.sort(key=lambda row: (row[name] is not None, row[name] or 0), reverse=key.startswith("-"))
        page, size = int(query.get("page", "1")), int(query.get("size", "20"))
        return Answer(200, found[(page - 1) * size : page * size])


@pytest.mark.parametrize(
    ("refuses", "failing"),
    [
        ("nothing", {}),
        (r"kind=", {"list.filter-sound", "list.filter-complete"}),
        (r"size\[gte\]=\d\d", {"list.filter-sound", "list.filter-complete"}),
        (r"sort=-size($|&)", {"list.sort"}),
        (r"sort=.*,", {"list.sort-keys"}),
        (r"^(?!.*(sort|kind|gte)).*page=2", {"list.pages-partition"}),
    ],
)
def test_a_query_that_is_refused_is_told_by_the_rule_that_asks_it(
    refuses: str, failing: set[str], tmp_path: Path
) -> None:
    server = type("Refusing", (Asked,), {"refuses": refuses})()
    contract, schemas = item(**WORDS)
    rules = ("list.filter-sound", "list.filter-complete", "list.sort", "list.sort-keys", "list.pages-partition")
    verdict = bench.run(server, contract, schemas, tmp_path, only=rules, profile="ci")
    assert {r.requirement for r in verdict.results if r.outcome == "fail"} == {*failing}
    assert [r.message for r in verdict.results if r.outcome not in ("pass", "fail")] == []


class Deaf(Asked):
    """Passes over one value of a filter, which nothing has at first."""

    def do_list(self, path: str, query: Mapping[str, str]) -> Answer:
        return super().do_list(path, {n: v for n, v in query.items() if (n, v) != ("kind", "b")})


class Beyond(Asked):
    """A comparison finds what is of somebody else, too."""

    def do_list(self, path: str, query: Mapping[str, str]) -> Answer:
        answer = super().do_list(path, query)
        theirs = {"id": 7_000_000, "title": "of others", "size": 1000, "open": True, "kind": None, "note": None}
        return Answer(200, [*answer.body, theirs]) if "size[gte]" in query else answer


@pytest.mark.parametrize("server", [Deaf, Beyond])
def test_a_filter_holds_what_the_list_does_and_each_of_few_values_counts(server: type[Asked], tmp_path: Path) -> None:
    contract, schemas = item(**WORDS)
    verdict = bench.run(server(), contract, schemas, tmp_path, only=("list.filter-sound",), profile="ci")
    assert [r.outcome for r in verdict.results] == ["fail"]
