"""Resources whose ids clients choose, in the body of a create that is answered with nothing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.miniatures import bench
from tests.miniatures.kinds import Items, item
from tests.miniatures.server import Answer, Row, Shop

from restproof.wire.message import Request

CHOSEN: dict[str, Any] = {
    "type": "object",
    "required": ["id", "size"],
    "properties": {
        "id": {"type": "string", "minLength": 1, "maxLength": 60, "pattern": "^[a-z0-9-]+$"},
        "title": {"type": "string", "maxLength": 60, "default": ""},
        "size": {"type": "integer", "minimum": 0, "maximum": 1000},
    },
}


class Silent(Items):
    """Answers a create with nothing."""

    SCHEMAS: Mapping[str, Any] = {"/items": CHOSEN}

    def made(self, path: str, fields: Row) -> Row:
        return {**super().made(path, fields), "id": fields["id"]}

    def do_create(self, path: str, fields: Row) -> Answer:
        super().do_create(path, fields)
        return Answer(201)


class Forgetful(Silent):
    """What it read before a name that stands twice is lost."""

    def body(self, request: Request) -> Row:
        found = super().body(request)
        return {**found, "size": 0} if (request.body or b"").count(b'"title"') > 1 else found


@pytest.mark.parametrize(("server", "told"), [(Silent, set()), (Forgetful, {"size"})])
def test_the_rest_of_an_odd_body_is_looked_for_under_the_id_that_was_sent(
    server: type[Shop], told: set[str], tmp_path: Path
) -> None:
    words = item(
        CHOSEN,
        id={"field": "id", "type": "string", "chosen_by": "client"},
        operations={"list": {}, "create": {"returns": "minimal"}, "read": {}, "update": {}, "delete": {}},
    )
    seen: list[str] = []

    def watched(request: Request) -> tuple[int, bytes, tuple[tuple[str, str], ...]]:
        seen.append(request.target)
        return honest(request)

    honest = server()
    verdict = bench.run(watched, *words, tmp_path, only=("robust.hostile-body",), profile="ci")
    assert {f.field for r in verdict.results if r.outcome == "fail" for f in r.findings} == told
    assert any(r.outcome in ("pass", "fail") and r.operation == "create" for r in verdict.results)
    assert "/items/None" not in seen
