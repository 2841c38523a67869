"""A body that says of itself that it is no JSON is none, whatever it holds and whichever resource it is for: browsers
send plain text to other sites without asking."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.miniatures import bench
from tests.miniatures.kinds import ITEM
from tests.miniatures.server import JSON, Row, Shop

from restproof.wire.message import Request

NAMES = ("first", "second", "third", "fourth")
CONTRACT = {"contract": "mini", "resources": {n: {"path": f"/{n}s", "schema": "item.json"} for n in NAMES}}


class Declared(Shop):
    """``LAX``: the method and the path of what takes plain text for JSON."""

    SCHEMAS: Mapping[str, Any] = {f"/{n}s": ITEM for n in NAMES}
    LAX = ("", "")

    def body(self, request: Request) -> Row:
        method, path = self.LAX
        media = (request.header("Content-Type") or "").partition(";")[0]
        if media == "text/plain" and request.method == method and request.path.startswith(path):
            others = tuple(h for h in request.headers if h[0].lower() != "content-type")
            request = Request(
                request.method, request.path, request.query, (*others, ("Content-Type", JSON)), request.body
            )
        return super().body(request)


@pytest.mark.parametrize(
    ("lax", "failing"),
    [
        (("", ""), set()),
        (("POST", "/firsts"), {("first", "create")}),
        (("POST", "/fourths"), {("fourth", "create")}),
        *((("PATCH", f"/{name}s"), {(name, "update")}) for name in NAMES),
    ],
)
def test_json_that_says_it_is_plain_text_is_refused(
    lax: tuple[str, str], failing: set[tuple[str, str]], tmp_path: Path
) -> None:
    server = Declared()
    server.LAX = lax
    verdict = bench.run(server, CONTRACT, {"item.json": ITEM}, tmp_path, only=("media.foreign-body",), profile="ci")
    assert {(r.resource, r.operation) for r in verdict.results if r.outcome in ("fail", "error")} == failing
