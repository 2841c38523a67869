"""What creates were answered to have made, and no look has shown whose it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from restproof.contract.load import load
from restproof.wire.doubts import Doubts
from restproof.wire.failure import NotProven
from restproof.wire.places import Spot
from restproof.wire.sight import Sight, Thing


@pytest.mark.parametrize(
    ("shown", "looks", "is_refused"), [(Sight.NOTHING, 8, False), (Sight.UNCLEAR, 3, True), (Sight.OURS, 1, False)]
)
def test_a_resource_of_which_nothing_tells_is_not_looked_at_without_end(
    shown: Sight, looks: int, is_refused: bool, tmp_path: Path
) -> None:
    """One that a list does not hold yet was not shown as anybody's."""
    (tmp_path / "a.json").write_text(json.dumps({"type": "object", "properties": {"id": {"type": "integer"}}}))
    (tmp_path / "contract.yaml").write_text("contract: c\nresources:\n  a: {path: /a, schema: a.json}\n")
    resource = load(tmp_path).resources["a"]
    things: dict[tuple[str, str], list[Thing]] = {}
    looked: list[str | None] = []
    doubts, unsent = Doubts(things), 0

    def look(place: Spot) -> Sight:
        looked.append(place.id)
        return shown

    for n in range(30):
        try:
            doubts.check(Spot(resource, ()), look)
        except NotProven:
            unsent += 1
        things["a", str(n)] = [Thing(Spot(resource, (), str(n)), "full")]
    assert len(looked) == looks
    assert (unsent > 0) == is_refused
