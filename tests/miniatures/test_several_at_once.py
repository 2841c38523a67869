"""Creates that take an array for several bodies, of which a document need not speak."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.miniatures import bench
from tests.miniatures.kinds import Items, item
from tests.miniatures.server import Answer, Refused, Row

from restproof.wire.message import Request

OPEN = {"statuses": {"invalid": ["2xx", "4xx"], "rule": "4xx"}}


class Bulk(Items):
    """Makes one of each body, and says no more than that."""

    def body(self, request: Request) -> Row:
        try:
            found = json.loads(request.body or b"")
        except ValueError:
            return super().body(request)
        return {"": found} if isinstance(found, list) else super().body(request)

    def do_create(self, path: str, fields: Row) -> Answer:
        if "" not in fields:
            return super().do_create(path, fields)
        if not all(isinstance(one, dict) for one in fields[""]):
            raise Refused(400, "is no object")
        return Answer(201, [super(Bulk, self).do_create(path, one).body for one in fields[""]])

    def do_update(self, path: str, id: str, fields: Row) -> Answer:
        if "" in fields:
            raise Refused(400, "is no object")
        return super().do_update(path, id, fields)


class Taking(Bulk):
    """Takes an array for one of which nothing is said."""

    def do_create(self, path: str, fields: Row) -> Answer:
        return super().do_create(path, {"title": "restproof"} if "" in fields else fields)


@pytest.mark.parametrize(
    ("server", "words", "is_right"), [(Bulk, OPEN, True), (Taking, OPEN, False), (Bulk, {}, False)]
)
def test_an_array_may_be_several_bodies_where_that_is_left_open(
    server: type[Items], words: dict[str, Any], is_right: bool, tmp_path: Path
) -> None:
    found = bench.run(server(), *item(contract=words), tmp_path, only=("input.malformed-json",), profile="ci")
    told = {r.item: r.outcome for r in found.results}
    assert told["input.malformed-json[item-create]"] == ("pass" if is_right else "fail")
