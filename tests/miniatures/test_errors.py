"""What is asserted of an error body: nothing, where the contract does not describe it, or another has answered."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.miniatures import bench
from tests.miniatures.kinds import Items, item, of, schema
from tests.miniatures.server import Answer, Refused

from restproof.wire.message import Request

ANY = {"type": "object"}


class Mute(Items):
    """Its refusals name no field."""

    def refusal(self, refusal: Refused) -> Answer:
        return Answer(refusal.status, {"error": "no"})


class Silent(Items):
    """Its refusals have no body."""

    def refusal(self, refusal: Refused) -> Answer:
        return Answer(refusal.status)


@pytest.mark.parametrize(
    ("server", "errors", "told"),
    [
        (Mute, {}, False),
        (Silent, {}, False),
        (Mute, {"errors": {"404": "error.json"}}, False),
        (Silent, {"errors": "error.json"}, False),
        (Mute, {"errors": "error.json"}, True),
        (Items, {"errors": "error.json"}, False),
    ],
)
def test_a_refusal_names_its_field_where_the_contract_describes_it(
    server: type[Items], errors: dict[str, object], told: bool, tmp_path: Path
) -> None:
    contract, schemas = item(contract=errors)
    verdict = bench.run(
        server(), contract, {**schemas, "error.json": ANY}, tmp_path, only=("error.names-field", "input.type")
    )
    failed = {r.requirement for r in verdict.results if r.outcome == "fail"}
    assert failed == ({"error.names-field"} if told else set())
    assert any(r.requirement == "input.type" and r.outcome == "pass" for r in verdict.results)


def test_a_name_beyond_ascii_is_told_with_escapes_too(tmp_path: Path) -> None:
    found = schema("name", name={"type": "string"}, größe={"type": "integer"})
    contract, schemas = item(found, contract={"errors": "error.json"})
    schemas |= {"error.json": ANY}
    verdict = bench.run(of(found)(), contract, schemas, tmp_path, only=("error.names-field", "input.type"))
    assert [r.requirement for r in verdict.results if r.outcome == "fail"] == []
    assert any(r.requirement == "input.type" and r.outcome == "pass" for r in verdict.results)


class Fronted(Items):
    """What stands before it answers by itself what is no URI."""

    REFUSED = 400

    def __call__(self, request: Request) -> tuple[int, bytes, tuple[tuple[str, str], ...]]:
        if re.search("%(?![0-9A-Fa-f]{2})", request.target):
            return Answer(self.REFUSED, b"<html><title>Bad Request</title></html>", media="text/html").wire
        return super().__call__(request)


class FrontedByWhatFails(Fronted):
    REFUSED = 500


@pytest.mark.parametrize(("server", "failed"), [(Fronted, set()), (FrontedByWhatFails, {"robust.hostile-query"})])
def test_the_page_that_answers_what_is_no_uri_is_not_the_apis(
    server: type[Fronted], failed: set[str], tmp_path: Path
) -> None:
    contract, schemas = item(contract={"errors": "error.json"})
    rules = ("robust.hostile-query", "robust.hostile-id", "shape", "protocol", "error")
    verdict = bench.run(server(), contract, {**schemas, "error.json": ANY}, tmp_path, only=rules)
    assert {r.requirement for r in verdict.results if r.outcome == "fail"} == failed
    assert any(r.requirement == "shape.error" and r.outcome == "pass" for r in verdict.results)


class OfTables(Items):
    """Tells of a rule by the constraint of the table, as a server does that is made of it; its problems have URLs."""

    SAYS = 'new row for relation "items" violates check constraint "items_size"'
    TYPE = "https://api.example.com/home/errors/wrong.html"

    def refusal(self, refusal: Refused) -> Answer:
        return Answer(refusal.status, {"type": self.TYPE, "message": f"{refusal.name}: {self.SAYS}"})


class OfStatements(OfTables):
    SAYS = 'sqlalchemy.exc: INSERT INTO items (title) VALUES (?) violates check constraint "items_size"'


class OfFiles(OfTables):
    SAYS = "see /home/app/items.log"


@pytest.mark.parametrize(("server", "told"), [(OfTables, False), (OfStatements, True), (OfFiles, True)])
def test_the_name_of_a_constraint_is_no_leak(server: type[Items], told: bool, tmp_path: Path) -> None:
    contract, schemas = item()
    verdict = bench.run(server(), contract, schemas, tmp_path, only=("error.no-leak", "input.type"))
    assert {r.requirement for r in verdict.results if r.outcome == "fail"} == ({"error.no-leak"} if told else set())
