"""References to resources whose ids are text: a number is no text, and what is text is no wrong value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.miniatures import bench
from tests.miniatures.server import Refused, Row, Shop

from restproof.engine.failure import NotTested
from restproof.engine.scopes import another_number
from restproof.plan.symbols import as_half, as_number, as_text, reference, resolve

ID = {"id": {"type": "string", "readOnly": True}}
ROOM: dict[str, Any] = {
    "type": "object",
    "required": ["title"],
    "properties": {**ID, "title": {"type": "string", "minLength": 1, "maxLength": 60}},
}
DESK = {**ROOM, "required": ["title", "room_id"], "properties": {**ROOM["properties"], "room_id": {"type": "string"}}}
CONTRACT = {
    "contract": "mini",
    "resources": {
        "room": {"path": "/rooms", "schema": "room.json", "id": {"field": "id", "type": "string"}},
        "desk": {
            "path": "/desks",
            "schema": "desk.json",
            "id": {"field": "id", "type": "string"},
            "references": {"room_id": {"to": "room"}},
        },
    },
}


class Rooms(Shop):
    """Rooms, and desks in them, whose ids are text."""

    SCHEMAS: Mapping[str, Any] = {"/rooms": ROOM, "/desks": DESK}
    FORM = "{}"

    def made(self, path: str, fields: Row) -> Row:
        row = super().made(path, fields)
        return {**row, "id": self.FORM.format(110 + int(row["id"]))}

    def valid(self, path: str, fields: Row, before: Row | None) -> Row:
        found = super().valid(path, fields, before)
        if "room_id" in found and str(found["room_id"]) not in self.rows["/rooms"]:
            raise Refused(400, "names no room", "room_id")
        return found


class Letters(Rooms):
    FORM = "r{}"


class Generous(Rooms):
    """Takes the number of a room for its text."""

    def fits(self, schema: Any, value: Any) -> bool:
        return super().fits(schema, str(value) if str(value) in self.rows["/rooms"] else value)


@pytest.mark.parametrize(("server", "told"), [(Rooms, False), (Letters, False), (Generous, True)])
def test_a_number_in_the_place_of_a_text_id(server: type[Shop], told: bool, tmp_path: Path) -> None:
    schemas = {"room.json": ROOM, "desk.json": DESK}
    only = ("input.type", "input.bounds", "refusal")
    verdict = bench.run(server(), CONTRACT, schemas, tmp_path, only=only, profile="ci")
    failed = [r for r in verdict.results if r.outcome == "fail" and r.resource == "desk"]
    assert bool(failed) is told, [r.message for r in failed]
    if told:
        assert any(re.search(r"room_id is an integer \(11\d\)", r.message) for r in failed), [r.message for r in failed]
    assert any(r.requirement == "input.type" and r.outcome == "pass" for r in verdict.results)


class Numbered(Rooms):
    """Ids are texts of numbers: what is none is refused before anything is looked for."""

    def found(self, path: str, id: str) -> Row:
        if not id.isdecimal():
            raise Refused(400, "is no number", "id")
        if id not in self.rows[path]:
            raise Refused(404, "there is none")
        return self.rows[path][id]

    def valid(self, path: str, fields: Row, before: Row | None) -> Row:
        known = Shop.valid(self, path, fields, before)
        if "room_id" in known and not known["room_id"].isdecimal():
            raise Refused(400, "is no number", "room_id")
        if "room_id" in known and known["room_id"] not in self.rows["/rooms"]:
            raise Refused(422, "names no room", "room_id")
        return known


class Loose(Numbered):
    """Takes references to what is not there."""

    def valid(self, path: str, fields: Row, before: Row | None) -> Row:
        return Shop.valid(self, path, fields, before)


class Short(Numbered):
    """Of eight digits at most."""

    def found(self, path: str, id: str) -> Row:
        if len(id) > 8:
            raise Refused(400, "is too long", "id")
        return super().found(path, id)


def test_what_names_nothing_is_no_longer_than_an_id(tmp_path: Path) -> None:
    said = {**CONTRACT, "statuses": {"malformed_id": 400, "bad_reference": 400}}
    short = {"id": {"type": "string", "readOnly": True, "maxLength": 8}}
    room, desk = ({**schema, "properties": {**schema["properties"], **short}} for schema in (ROOM, DESK))
    schemas = {"room.json": room, "desk.json": desk}
    found = bench.run(Short(), said, schemas, tmp_path, only=("identity.unknown",), profile="ci")
    assert {r.outcome for r in found.results} == {"pass"}


@pytest.mark.parametrize(("server", "outcome"), [(Numbered, "pass"), (Loose, "fail")])
def test_what_names_nothing_looks_like_an_id(server: type[Shop], outcome: str, tmp_path: Path) -> None:
    said = {**CONTRACT, "statuses": {"malformed_id": 400, "bad_reference": 400}}
    schemas = {"room.json": ROOM, "desk.json": DESK}
    only = ("input.reference", "identity.unknown")
    found = bench.run(server(), said, schemas, tmp_path, only=only, profile="ci")
    told = {r.item: r.outcome for r in found.results}
    assert {o for i, o in told.items() if i.startswith("identity.unknown[")} == {"pass"}
    assert told["input.reference[desk-create]"] == told["input.reference[desk-update]"] == outcome


@pytest.mark.parametrize(("living", "length"), [("41", 10), ("1541815603606036480", 19)])
def test_another_number_is_above_a_sequence_or_as_long(living: str, length: int) -> None:
    found = another_number(living, "rpabcdef")
    assert found != living
    assert (len(found), found.isdecimal()) == (length, True)


def test_where_ids_end_early_no_number_is_likely_to_name_nothing() -> None:
    assert another_number("41", "rpabcdef", 8) == "99999176"
    with pytest.raises(NotTested, match="end early"):
        another_number("41", "rpabcdef", 5)


@pytest.mark.parametrize(
    ("id", "number", "half"),
    [("111", 111, 111.5), (111, 111, 111.5), ("0", 0, 0.5), ("007", "007", "007.5"), ("r1", "r1", "r1.5")],
)
def test_an_id_as_a_number(id: Any, number: Any, half: Any) -> None:
    good = reference("room", 0)
    found = [resolve(form, "t", lambda *_: id) for form in (good, as_text(good), as_number(good), as_half(good))]
    assert found == [id, str(id), number, half]
    assert [type(v) for v in found[2:]] == [type(number), type(half)]
