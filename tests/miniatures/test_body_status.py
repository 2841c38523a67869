"""A server whose bodies say how it went, where there is no envelope around the fields."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.miniatures import bench
from tests.miniatures.kinds import ITEM, item, of
from tests.miniatures.kinds_ways import AlwaysFine
from tests.miniatures.server import Answer

CLOSED = {**ITEM, "additionalProperties": False}


class Saying(AlwaysFine):
    """Says beside the fields that all is well."""

    def answered(self, operation: str, body: Any) -> Answer:
        return Answer(200, {"ok": True, **({"data": body} if operation == "list" else body or {})})


class Chatting(Saying):
    def answered(self, operation: str, body: Any) -> Answer:
        found = super().answered(operation, body)
        return Answer(200, {**found.body, "took": 3})


@pytest.mark.parametrize(("server", "outcome"), [(Saying, "pass"), (Chatting, "fail")])
def test_what_says_that_all_is_well_may_stand_among_the_fields(
    server: type[Saying], outcome: str, tmp_path: Path
) -> None:
    told = {"at": "ok", "success": True, "code": "/error/code", "statuses": {"NOT_FOUND": 404, "BAD_MEDIA": 415}}
    contract, schemas = item(
        CLOSED,
        contract={"body_status": told},
        envelope={"list": "data"},
        statuses={"created": 200, "deleted": 200, "unsupported": 405},
    )
    verdict = bench.run(
        of(CLOSED, server)(), contract, schemas, tmp_path, only=["read.answers-ok", "shape.no-undeclared"]
    )
    found = [r for r in verdict.results if r.requirement == "shape.no-undeclared" and r.operation == "read"]
    assert [r.outcome for r in found] == [outcome], found
