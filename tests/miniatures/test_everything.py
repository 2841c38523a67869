"""A server that takes everything: what it should refuse is told, nothing that follows from it, and always the same."""

from __future__ import annotations

import os
from pathlib import Path

from tests.miniatures import bench
from tests.miniatures.kinds import Items, item
from tests.miniatures.server import Row

RUNS = 20 if os.environ.get("MINIATURES") == "all" else 3


class Everything(Items):
    """Stores whatever it is sent, and keeps its lists in order and filtered."""

    def valid(self, path: str, fields: Row, row: Row | None) -> Row:
        return {n: v for n, v in fields.items() if n in self.properties(path) and n != "id"}

    def listed(self, path: str, query) -> list[Row]:  # type: ignore[no-untyped-def]
        rows = super().listed(path, query)
        for name in {"kind", "title"} & query.keys():
            rows = [r for r in rows if r[name] == query[name]]
        if query.get("sort", "").lstrip("-") == "size":
            rows = sorted(rows, key=lambda r: r["size"] if isinstance(r["size"], int) else -1)
            rows = rows[::-1] if query["sort"].startswith("-") else rows
        return rows


def test_what_it_took_makes_no_other_rule_fail_and_every_run_says_the_same(tmp_path: Path) -> None:
    words = item(filters={"kind": "equals", "title": "equals"}, sort=["size"])
    seen = set()
    for number in range(RUNS):
        verdict = bench.run(Everything(), *words, tmp_path / str(number))
        seen.add(tuple((r.item, r.outcome, r.message) for r in verdict.results))
    assert len(seen) == 1
    assert {c.requirement.partition(".")[0] for c in verdict.causes} == {"input"}
    assert verdict.counts["error"] == verdict.counts["blocked"] == 0
