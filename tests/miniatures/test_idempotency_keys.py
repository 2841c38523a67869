"""Idempotency keys of a resource whose texts a rule speaks of: the mark of a case goes into another one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.miniatures import bench
from tests.miniatures.kinds import Items, item, schema
from tests.miniatures.server import Answer, Refused, Row

from restproof.wire.message import Request

TEXT = {"type": ["string", "null"], "maxLength": 60}
ENTRY = schema("kind", reason=TEXT, note=TEXT, kind={"enum": ["earn", "spend"]})
RULES = [{"when": {"kind": "earn"}, "then": {"reason": "absent"}}]


class Points(Items):
    """What is earned has no reason."""

    SCHEMAS: Mapping[str, Any] = {"/items": ENTRY}
    forgets_keys = False

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[str, Answer] = {}

    def answer(self, request: Request, path: str, query: Mapping[str, str]) -> Answer:
        key = request.header("Idempotency-Key")
        if request.method != "POST" or key is None or self.forgets_keys:
            return super().answer(request, path, query)
        if key not in self.known:
            self.known[key] = super().answer(request, path, query)
        return self.known[key]

    def valid(self, path: str, fields: Row, row: Row | None) -> Row:
        state = {**(row or {}), **super().valid(path, fields, row)}
        if state["kind"] == "earn" and state.get("reason") is not None:
            raise Refused(422, "has no reason", "reason")
        return {n: v for n, v in state.items() if n in fields}


class Forgetting(Points):
    forgets_keys = True


@pytest.mark.parametrize(("server", "outcomes"), [(Points, {"pass"}), (Forgetting, {"fail"})])
def test_a_key_is_tried_with_a_body_that_the_rules_allow(
    server: type[Points], outcomes: set[str], tmp_path: Path
) -> None:
    contract, files = item(ENTRY, rules=RULES, contract={"idempotency_key": "Idempotency-Key"})
    verdict = bench.run(server(), contract, files, tmp_path, only=("idempotency.key",), profile="ci")
    assert {(r.outcome, r.message) for r in verdict.results if r.outcome not in outcomes} == set()
    assert verdict.results
