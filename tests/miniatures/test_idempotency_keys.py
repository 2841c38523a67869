"""Idempotency keys of a resource whose texts a rule speaks of: the mark of a case goes into another one; and of one
whose unique values hold no mark: what is sent at the same time has it elsewhere, and a repeat is the same body."""

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


CODED = schema("code", code={"type": "string", "format": "uuid"}, nick=TEXT)


class Coded(Items):
    """A key that comes again with another body is refused."""

    SCHEMAS: Mapping[str, Any] = {"/items": CODED}
    UNIQUE = ("code",)
    remembers = True

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[str, tuple[bytes | None, Answer]] = {}
        self.unmarked = 0

    def answer(self, request: Request, path: str, query: Mapping[str, str]) -> Answer:
        if request.method == "POST" and bench.PREFIX.encode() not in (request.body or b""):
            self.unmarked += 1
        key = request.header("Idempotency-Key")
        if request.method != "POST" or key is None or not self.remembers:
            return super().answer(request, path, query)
        if key not in self.known:
            self.known[key] = request.body, super().answer(request, path, query)
        body, answer = self.known[key]
        if body != request.body:
            raise Refused(422, "the key was of another body")
        return answer


class Oblivious(Coded):
    remembers = False


@pytest.mark.parametrize(("server", "failing"), [(Coded, False), (Oblivious, True)])
def test_what_is_sent_at_the_same_time_is_marked_and_repeated_as_it_was(
    server: type[Coded], failing: bool, tmp_path: Path
) -> None:
    contract, files = item(CODED, unique=["code"], contract={"idempotency_key": "Idempotency-Key"})
    only, target = ("idempotency.key", "conflict.race"), server()
    verdict = bench.run(target, contract, files, tmp_path, only=only, profile="ci")
    told = {r.requirement for r in verdict.results if r.outcome in ("fail", "error")}
    assert (told, target.unmarked) == ({"idempotency.key"} if failing else set(), 0)
