"""What a body names lies below the parent that the request names, be it not the usual one: servers that look for it
there refused what was sent, and nothing was proven there."""

from __future__ import annotations

from pathlib import Path

from tests.miniatures import bench, kinds_names


def test_what_is_named_below_another_parent_lies_there(tmp_path: Path) -> None:
    (kind,) = (one for one in kinds_names.kinds() if one.name == "names of resources hold those of their parents")
    only = ("list.own-scope", "identity.unknown-parent")
    verdict = bench.run(kind.honest(), kind.contract, kind.schemas, tmp_path, only=only)
    found = {result.item: result.outcome for result in verdict.results if result.outcome != "pass"}
    assert found == {}
