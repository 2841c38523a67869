"""A server that looks at the body first, and wants more of it than its contract says."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.miniatures import bench
from tests.miniatures.kinds import ITEM, item, of
from tests.miniatures.kinds_ways import Revised
from tests.miniatures.server import Answer, Refused, Row, Shop

from restproof.wire.message import Request

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


REVISED = {**ITEM, "properties": {**ITEM["properties"], "revision": {"type": "integer", "readOnly": True}}}
VERSION = {"field": "revision", "delete": "rev"}


class Asking(Revised):
    """Looks for the revision in a body before it looks whether that is one."""

    def unwrapped(self, found: Row) -> Row:
        if not isinstance(found.get("item"), dict):
            raise Refused(400, "is no object", "item")
        return {**found["item"]}

    def named(self, request: Request, query: Mapping[str, str]) -> Any:
        try:
            return super().named(request, query)
        except Refused:
            return self.unnamed()

    def unnamed(self) -> Any:
        raise Refused(409, "is missing", "revision")


class Falling(Asking):
    """Falls over a body in which it finds no revision."""

    def unnamed(self) -> Any:
        raise Refused(500, "is unknown", "revision")


class Taking(Asking):
    """Takes a body in which it finds no revision for one that changes nothing."""

    def answer(self, request: Request, path: str, query: Mapping[str, str]) -> Answer:
        try:
            return super().answer(request, path, query)
        except Refused as refusal:
            if request.method == "PATCH" and refusal.status == 409 and refusal.message == "is missing":
                return self.do_read("/items", path.rpartition("/")[2])
            raise


@pytest.mark.parametrize(
    ("server", "required", "outcome"),
    [(Asking, True, "pass"), (Asking, False, "fail"), (Falling, True, "fail"), (Taking, True, "fail")],
)
def test_a_broken_body_may_be_refused_for_the_version_that_it_cannot_hold(
    server: type[Asking], required: bool, outcome: str, tmp_path: Path
) -> None:
    version = {**VERSION, "required": required}
    contract, schemas = item(REVISED, envelope={"request": "item"}, conditional={"version": version})
    rules = ["input.malformed-json", "input.envelope"]
    verdict = bench.run(of(REVISED, server)(), contract, schemas, tmp_path, only=rules)
    found = {r.requirement: r.outcome for r in verdict.results if r.operation == "update"}
    assert found == dict.fromkeys(rules, outcome), [r for r in verdict.results if r.operation == "update"]
