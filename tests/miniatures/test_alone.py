"""What is tried once more, alone or with something else, breaks nothing by accident."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.miniatures import bench
from tests.miniatures.kinds import Items, item, schema
from tests.miniatures.server import Refused, Row
from tests.miniatures.test_text_ids import CONTRACT, DESK, ROOM, Rooms

from restproof.wire.message import Request

TIME = {"type": "string", "format": "date"}
TAGS = {"type": "array", "items": {"type": "string", "maxLength": 9}, "default": []}
MEETING = schema("title", "start", "end", title={"type": "string", "minLength": 1}, start=TIME, end=TIME, tags=TAGS)


class Sorting(Items):
    """Keeps its tags in an order of its own, which is its one fault."""

    SCHEMAS: Mapping[str, Any] = {"/items": MEETING}

    def rule(self, path: str, state: Row, fields: Row, row: Row | None) -> None:
        if state["start"] > state["end"]:
            raise Refused(422, "is before the start", "end")

    def made(self, path: str, fields: Row) -> Row:
        made: dict[str, Any] = super().made(path, fields)
        return {**made, "tags": sorted(made["tags"])}


def test_a_date_that_is_tried_alone_keeps_the_order(tmp_path: Path) -> None:
    words = item(MEETING, rules=[{"ordered": ["start", "end"]}])
    verdict = bench.run(Sorting(), *words, tmp_path, only=("create.accepts-valid",), profile="ci")
    failed = [f.field for r in verdict.results if r.outcome == "fail" for f in r.findings]
    assert set(failed) == {"tags"}


TITLED = schema("title", title={"type": "string", "minLength": 1})


class Spilling(Items):
    """Writes a change of one item into the newest but one as well."""

    SCHEMAS: Mapping[str, Any] = {"/items": TITLED}

    def changed(self, path: str, row: Row, fields: Row) -> None:
        super().changed(path, row, fields)
        super().changed(path, [*self.rows[path].values()][-2:][0], fields)


def test_a_change_that_spills_is_seen_where_nothing_has_to_be_unique(tmp_path: Path) -> None:
    verdict = bench.run(Spilling(), *item(TITLED), tmp_path, only=("update.only-named",), profile="ci")
    failed = [f.message for r in verdict.results if r.outcome == "fail" for f in r.findings]
    assert [m for m in failed if m.startswith("another resource after an update: title")] == failed != []


class Unschemed(Items):
    """Takes a token with or without its scheme."""

    def admit(self, request: Request) -> None:
        if (request.header("Authorization") or "").removeprefix("Bearer ") != "full":
            raise Refused(401, "who is it?")


@pytest.mark.parametrize(("status", "notes"), [(401, ["without its scheme"]), ([401, 403], [])])
def test_a_token_without_its_scheme_is_refused_where_it_is_said_how(
    status: Any, notes: list[str], tmp_path: Path
) -> None:
    words = item(contract={"auth": "bearer", "statuses": {"bad_credential": status}})
    verdict = bench.run(Unschemed(), *words, tmp_path, only=("auth.invalid",), profile="ci")
    failed = [f.message for r in verdict.results if r.outcome == "fail" for f in r.findings]
    assert [m.rpartition("the credential is ")[2] for m in failed] == notes


class Parsing(Items):
    """Reads the header before it looks at what it shows: 400 where it holds no credential of a scheme in use, else
    ``status`` where nobody knows that."""

    def __init__(self, status: int) -> None:
        super().__init__()
        self.status = status

    def admit(self, request: Request) -> None:
        scheme, _, shown = (request.header("Authorization") or "Bearer nobody").partition(" ")
        if not shown or scheme not in ("Bearer", "Basic"):
            raise Refused(400, "no credential")
        if shown != "full":
            raise Refused(self.status, "who is it?")


@pytest.mark.parametrize(("status", "notes"), [(401, []), (400, ["cut short", "unknown", "with a letter more"])])
def test_a_header_that_shows_no_credential_is_malformed(status: int, notes: list[str], tmp_path: Path) -> None:
    words = item(contract={"auth": "bearer", "statuses": {"bad_credential": 401}})
    verdict = bench.run(Parsing(status), *words, tmp_path, only=("auth.invalid",), profile="ci")
    failed = [f.message.rpartition(" (the credential is ")[2] for r in verdict.results for f in r.findings]
    assert {n.rstrip(")") for n in failed} >= {*notes}
    assert bool(failed) == bool(notes)


NOTED = {**DESK, "properties": {**DESK["properties"], "floor": {"type": "integer", "default": 0}}}


class Noted(Rooms):
    """Desks have a floor too."""

    SCHEMAS: Mapping[str, Any] = {"/rooms": ROOM, "/desks": NOTED}


def test_a_reference_to_nothing_that_is_unique_with_a_title_takes_no_value(tmp_path: Path) -> None:
    """Whoever is refused for the reference is refused for it again: that is no conflict."""
    statuses = dict.fromkeys(("conflict", "reference", "bad_reference", "invalid"), 400)
    desk = {**CONTRACT["resources"]["desk"], "unique": [["title", "room_id"]], "unique_scope": "global"}  # type: ignore[index]
    contract = {**CONTRACT, "statuses": statuses, "resources": {**CONTRACT["resources"], "desk": desk}}  # type: ignore[dict-item]
    schemas = {"room.json": ROOM, "desk.json": NOTED}
    verdict = bench.run(Noted(), contract, schemas, tmp_path, only=("create.failed-leaves-nothing",), profile="ci")
    assert [r.message for r in verdict.results if r.outcome in ("fail", "error")] == []
    assert any(r.outcome == "pass" and r.resource == "desk" for r in verdict.results)
