"""A largest size of pages that nobody has told."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml
from tests.miniatures import bench
from tests.miniatures.server import Answer

from .desk import OPEN, SCHEMA, Desk, learned

DESK = {**OPEN["resources"]["desk"], "paging": {**OPEN["resources"]["desk"]["paging"], "over_max": "unspecified"}}


class Cut(Desk):
    """Gives no more than three entries, or one less than is asked for."""

    def do_list(self, path: str, query: Mapping[str, str]) -> Answer:
        asked = int(query["size"]) if query.get("size", "").isdecimal() else 5
        given = max(1, min(asked, 51) - 1) if "one-less" in self.faults else min(asked, 3)
        return super().do_list(path, {**query, "size": str(given)})


@pytest.mark.parametrize(("faults", "outcome"), [((), "pass"), (("one-less",), "fail")])
def test_a_page_that_is_cut_is_no_fault_where_the_largest_size_is_open(
    faults: tuple[str, ...], outcome: str, tmp_path: Path
) -> None:
    text = yaml.safe_dump({**OPEN, "resources": {"desk": DESK}})
    verdict = bench.run(Cut(*faults), text, {"desk.json": SCHEMA}, tmp_path, only=("list.page-size",), profile="ci")
    assert [r.outcome for r in verdict.results if r.requirement == "list.page-size"] == [outcome]


class Usual(Desk):
    """Gives up to thirty entries, and of more than that the usual page."""

    def do_list(self, path: str, query: Mapping[str, str]) -> Answer:
        asked = int(query["size"]) if query.get("size", "").isdecimal() else 0
        return super().do_list(path, {**query, "size": str(asked if 0 < asked <= 30 else 5)})


@pytest.mark.parametrize(("server", "most"), [(Cut, 3), (Usual, None)])
def test_a_usual_page_is_not_the_largest(server: type[Desk], most: int | None, tmp_path: Path) -> None:
    found = [w.value for w in learned(server(), tmp_path).words if w.name == ("paging", "max")]
    assert found == ([] if most is None else [most])
