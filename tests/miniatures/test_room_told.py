"""How much there may be, as the parent says: all of it is taken, to the last."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.miniatures import bench
from tests.miniatures.kinds import schema
from tests.miniatures.kinds_parents import HEADER, NAME, Accounts
from tests.miniatures.server import Refused, Row

CARD = schema("name", "value", name=NAME, value={"type": "integer", "minimum": 0, "maximum": 1_000_000})
USE = schema("cents", title=NAME, cents={"type": "integer", "minimum": 1, "maximum": 1000})
CONTRACT: dict[str, Any] = {
    "contract": "mini",
    "resources": {
        "card": {"path": "/accounts", "schema": "card.json"},
        "use": {
            "path": "/orders",
            "schema": "use.json",
            "parent": {"card": {"name": HEADER, "in": "header"}},
            "rules": [{"at_most": "card.value", "of": "cents"}],
            "statuses": {"missing_parent": 400, "malformed_parent": 400},
        },
    },
}


class Cards(Accounts):
    """A card has a value, and is used until nothing is left."""

    SCHEMAS: Mapping[str, Any] = {"/accounts": CARD, "/orders": USE}
    spared = 0

    def rule(self, path: str, state: Row, fields: Row, row: Row | None) -> None:
        if path == "/orders":
            used = sum(
                r["cents"] for r in self.rows[path].values() if r is not row and self.owners[r["id"]] == self.account
            )
            if used + state["cents"] > self.rows["/accounts"][self.account]["value"] - self.spared:
                raise Refused(422, "is more than is left", "cents")


class Sparing(Cards):
    """Does not give the last cent."""

    spared = 1


class Lavish(Cards):
    spared = -1000


@pytest.mark.parametrize(("server", "outcome"), [(Cards, "pass"), (Sparing, "fail"), (Lavish, "fail")])
def test_all_that_there_is_room_for_is_taken_and_no_more(server: type[Cards], outcome: str, tmp_path: Path) -> None:
    schemas = {"card.json": CARD, "use.json": USE}
    verdict = bench.run(server(), CONTRACT, schemas, tmp_path, only=("quota.held",), profile="ci")
    assert [(r.outcome, r.message) for r in verdict.results if r.outcome != outcome] == []
    assert verdict.results
