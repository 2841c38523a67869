"""What follows from other fields in a way that the contract does not say: it follows an update, too."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.miniatures import bench
from tests.miniatures.kinds import Items, item, schema
from tests.miniatures.server import Row

SUBSCRIPTION = schema(
    "name",
    "plan",
    "seats",
    name={"type": "string", "minLength": 1, "maxLength": 60},
    plan={"enum": ["basic", "team", "pro"]},
    seats={"type": "integer", "minimum": 1, "maximum": 500},
    price={"type": "integer", "readOnly": True},
    mark={"type": "string", "readOnly": True},
)
PRICES = {"basic": 5, "team": 9, "pro": 19}


class Subscriptions(Items):
    """The price follows from plan and seats; the mark, from the name and from whether anything was ever changed."""

    SCHEMAS: Mapping[str, Any] = {"/items": SUBSCRIPTION}
    UNIQUE = ("name",)

    def made(self, path: str, fields: Row) -> Row:
        row = super().made(path, fields)
        self.follow(row, "")
        return row

    def changed(self, path: str, row: Row, fields: Row) -> None:
        super().changed(path, row, fields)
        self.follow(row, "edited")

    def follow(self, row: Row, edited: str) -> None:
        row.update(price=PRICES[row["plan"]] * row["seats"], mark=edited)


class Named(Subscriptions):
    """The mark is one's own."""

    def follow(self, row: Row, edited: str) -> None:
        super().follow(row, edited)
        row["mark"] = f"{edited} {row['name']}"


class Stale(Subscriptions):
    """The price stays that of the create."""

    def follow(self, row: Row, edited: str) -> None:
        price = row.get("price")
        super().follow(row, edited)
        row["price"] = price if edited else row["price"]


class NamedStale(Stale, Named):
    """Both."""


class StaleInOne(Subscriptions):
    """The price does not follow the seats."""

    def changed(self, path: str, row: Row, fields: Row) -> None:
        price = row["price"]
        super().changed(path, row, fields)
        if "plan" not in fields:
            row["price"] = price


@pytest.mark.parametrize(
    ("server", "outcome"),
    [(Subscriptions, "pass"), (Named, "pass"), (Stale, "fail"), (NamedStale, "fail"), (StaleInOne, "fail")],
)
def test_what_follows_is_as_in_one_that_was_made_so(server: type[Subscriptions], outcome: str, tmp_path: Path) -> None:
    contract, schemas = item(SUBSCRIPTION, derived=["price", "mark"], unique=["name"])
    found = bench.run(server(), contract, schemas, tmp_path, only=("lifecycle.model",), profile="ci")
    told = {r.item: (r.outcome, r.message) for r in found.results}
    assert told["lifecycle.model[item-update]"][0] == outcome, told
    assert told["lifecycle.model[item-create]"][0] == "pass", told
