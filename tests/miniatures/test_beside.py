"""Writes that reach what stands beside: by a column that is no key, or in an order of the server's own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.miniatures import bench
from tests.miniatures.kinds import Items, item, schema
from tests.miniatures.server import Row

TEXT = {"type": "string", "minLength": 1, "maxLength": 60}
TRACK = schema("title", "artist", title=TEXT, artist=TEXT, seconds={"type": "integer", "minimum": 1, "maximum": 36000})


class Tracks(Items):
    SCHEMAS: Mapping[str, Any] = {"/items": TRACK}


class AllOfTheArtist(Tracks):
    """A new artist is that of all that had the same one."""

    def changed(self, path: str, row: Row, fields: Row) -> None:
        before = row["artist"]
        super().changed(path, row, fields)
        for one in self.rows[path].values():
            if one["artist"] == before and "artist" in fields:
                one["artist"] = row["artist"]


@pytest.mark.parametrize(("server", "outcome"), [(Tracks, "pass"), (AllOfTheArtist, "fail")])
def test_an_update_by_what_is_no_key_is_told(server: type[Tracks], outcome: str, tmp_path: Path) -> None:
    contract, schemas = item(TRACK)
    found = bench.run(server(), contract, schemas, tmp_path, only=("update.only-named",), profile="ci")
    assert {r.item: r.outcome for r in found.results} == {"update.only-named[item-update]": outcome}


LIST = schema(
    "name", name=TEXT, track_ids={"type": "array", "items": {"type": "integer"}, "maxItems": 20, "default": []}
)


class Lists(Tracks):
    """Those of a list stand in the order that was sent."""

    SCHEMAS: Mapping[str, Any] = {"/items": LIST, "/tracks": TRACK}


class Sorted(Lists):
    """A create sorts them by their ids."""

    def made(self, path: str, fields: Row) -> Row:
        row = super().made(path, fields)
        return {n: sorted(v) if n == "track_ids" and v else v for n, v in row.items()}


@pytest.mark.parametrize(("server", "outcome"), [(Lists, "pass"), (Sorted, "fail")])
def test_references_come_back_in_the_order_of_a_create(server: type[Lists], outcome: str, tmp_path: Path) -> None:
    contract, schemas = item(LIST, references={"track_ids": {"to": "track"}})
    contract["resources"]["track"] = {"path": "/tracks", "schema": "track.json"}
    found = bench.run(
        server(),
        contract,
        {**schemas, "track.json": TRACK},
        tmp_path,
        only=("create.accepts-valid", "create.reads-back"),
        profile="ci",
    )
    told = {r.item: r.outcome for r in found.results}
    assert told["create.accepts-valid[item-create]"] == outcome, told
