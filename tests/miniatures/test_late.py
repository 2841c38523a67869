"""A server that projects events: what it has taken is seen a while later, and so is what it has refused, where it
stores that all the same."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.miniatures import bench
from tests.miniatures.kinds import Items, item
from tests.miniatures.server import Answer, Refused, Row

BOUND = 0.3
LAG = 0.15


class Projected(Items):
    """An update is an event, which changes what is read a while later."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[tuple[float, Row, Row]] = []

    def answer(self, request: Any, path: str, query: Mapping[str, str]) -> Answer:
        due = [event for event in self.events if event[0] <= time.monotonic()]
        self.events = [event for event in self.events if event not in due]
        for _, row, fields in due:
            row.update(fields)
        return super().answer(request, path, query)

    def changed(self, path: str, row: Row, fields: Row) -> None:
        self.events.append((time.monotonic() + LAG, row, dict(fields)))


class TakesWhatItRefuses(Projected):
    """The event is written before it is validated."""

    def do_update(self, path: str, id: str, fields: Row) -> Answer:
        row = self.found(path, id)
        try:
            return super().do_update(path, id, fields)
        except Refused:
            known = {name: value for name, value in fields.items() if name in row and name != "id"}
            self.changed(path, row, known)
            raise


def judged(server: Projected, folder: Path) -> dict[str, str]:
    contract, schemas = item(settles={"reads": BOUND})
    verdict = bench.run(server, contract, schemas, folder, only=("update.failed-leaves-nothing",), profile="ci")
    return {r.outcome: r.message for r in verdict.results}


def test_a_refused_update_that_is_stored_a_while_later_is_seen(tmp_path: Path) -> None:
    assert set(judged(Projected(), tmp_path / "honest")) == {"pass"}
    found = judged(TakesWhatItRefuses(), tmp_path / "broken")
    assert set(found) == {"fail"}
    assert f"{BOUND:g} s later" in found["fail"]
