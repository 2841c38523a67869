"""Where there is room for very few, what several cases share does not use the quota up."""

from __future__ import annotations

from pathlib import Path

from tests.miniatures import bench
from tests.miniatures.test_miniatures import KINDS


def test_what_is_shared_leaves_room_for_what_is_tried(tmp_path: Path) -> None:
    kind = KINDS["there is room for four"]
    verdict = bench.run(kind.honest(), kind.contract, kind.schemas, tmp_path, only=("create", "read", "update"))
    untried = {result.requirement for result in verdict.results if result.outcome == "not tested"}
    assert untried <= {"create.failed-leaves-nothing"}  # which has no refused create to look for here
