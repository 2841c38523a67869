"""A server that looks at the body first, and wants more of it than its contract says."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.miniatures import bench
from tests.miniatures.server import Answer, Refused, Row, Shop

NOTE: dict[str, Any] = {
    "type": "object",
    "required": ["title"],
    "properties": {
        "id": {"type": "integer", "readOnly": True},
        "title": {"type": "string", "minLength": 1, "maxLength": 60},
        "code": {"type": "string", "maxLength": 60},
    },
}
CONTRACT = {
    "contract": "mini",
    "statuses": {"rule": "4xx", "invalid": 422, "malformed_id": [404, 422]},
    "resources": {"note": {"path": "/notes", "schema": "note.json", "open": ["unique", "rules"]}},
}


class Strict(Shop):
    SCHEMAS: Mapping[str, Any] = {"/notes": NOTE}
    INVALID = 422
    CODE = "nobody guesses this"

    def do_update(self, path: str, id: str, fields: Row) -> Answer:
        if fields.get("code", self.CODE) != self.CODE:
            raise Refused(422, "is no code", "code")
        return super().do_update(path, id, fields)


class Mistaken(Strict):
    """Looks at no body, and says of what is not there that it is wrong."""

    def do_update(self, path: str, id: str, fields: Row) -> Answer:
        return Shop.do_update(self, path, id, fields)

    def found(self, path: str, id: str) -> Row:
        try:
            return super().found(path, id)
        except Refused as refusal:
            raise Refused(422, "is wrong") from refusal


@pytest.mark.parametrize(("server", "outcome"), [(Strict, "not tested"), (Mistaken, "fail")])
def test_a_body_that_may_be_refused_says_nothing_of_an_id(server: type[Strict], outcome: str, tmp_path: Path) -> None:
    verdict = bench.run(server(), CONTRACT, {"note.json": NOTE}, tmp_path, only=["identity.unknown"])
    found = next(r for r in verdict.results if r.operation == "update")
    assert found.outcome == outcome, found
    assert outcome == "fail" or "(422: code" in str(found.message)
