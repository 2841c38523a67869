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
from restproof.engine.scopes import another_like, another_number
from restproof.plan.symbols import as_half, as_number, as_text, reference, resolve
from restproof.wire.message import Request

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


class Put(Numbered):
    """A PUT to a new number makes it."""

    VERBS: Mapping[str, Mapping[str, str]] = {
        **Shop.VERBS,
        "item": {"GET": "read", "PUT": "replace", "DELETE": "delete"},
    }


@pytest.mark.parametrize("chooser", ["server", "either"])
def test_where_a_put_makes_what_is_not_there_it_looks_like_an_id_too(chooser: str, tmp_path: Path) -> None:
    rooms = {"path": "/rooms", "schema": "room.json", "id": {"field": "id", "type": "string", "chosen_by": chooser}}
    rooms |= {"operations": ["list", "create", "read", "replace", "delete"]}
    said = {"contract": "mini", "resources": {"room": rooms}}
    only = ("identity.unknown",)
    found = bench.run(Put(), {**said, "statuses": {"malformed_id": 400}}, {"room.json": ROOM}, tmp_path, only=only)
    assert {r.outcome for r in found.results if r.operation == "read"} == {"pass"}


@pytest.mark.parametrize(("said", "outcome"), [({}, "fail"), ({"statuses": {"created": ["2xx", "4xx"]}}, "not tested")])
def test_whether_a_put_makes_what_is_not_there_may_be_open(said: dict[str, Any], outcome: str, tmp_path: Path) -> None:
    rooms = {"path": "/rooms", "schema": "room.json", "id": {"field": "id", "type": "string", "chosen_by": "either"}}
    operations = {"list": None, "create": None, "read": None, "replace": said or None, "delete": None}
    rules = {"contract": "mini", "resources": {"room": {**rooms, "operations": operations}}}
    found = bench.run(Put(), rules, {"room.json": ROOM}, tmp_path, only=("replace.creates",), profile="ci")
    assert {r.outcome for r in found.results} == {outcome}


@pytest.mark.parametrize(("living", "length"), [("41", 10), ("1541815603606036480", 19)])
def test_another_number_is_above_a_sequence_or_as_long(living: str, length: int) -> None:
    found = another_number(living, "rpabcdef")
    assert found != living
    assert (len(found), found.isdecimal()) == (length, True)


@pytest.mark.parametrize(
    "living",
    ["65f1c0ffee0123456789abcd", "65F1C0FFEE0123456789ABCD", "0b376798-73ef-4a56-98b4-003bec06410d", "AB" * 32],
)
def test_an_absent_id_looks_like_a_living_one(living: str) -> None:
    found = another_like(living, "rpabcdef")
    assert found is not None
    assert found != living
    assert [c.isalnum() for c in found] == [c.isalnum() for c in living]
    assert found == (found.upper() if living.isupper() else found.lower())


@pytest.mark.parametrize(
    "living", ["r1", "RGF0YXNldDoy", "0b376798-73ef", "acme-books", "deadbeef", "65f1C0ffee0123456789abcd"]
)
def test_of_other_texts_nothing_is_known(living: str) -> None:
    assert another_like(living, "rpabcdef") is None


class Documents(Shop):
    """Ids of MongoDB: whatever is none is refused as that."""

    SCHEMAS: Mapping[str, Any] = {"/rooms": ROOM}
    BROKEN = False

    def made(self, path: str, fields: Row) -> Row:
        row = super().made(path, fields)
        return {**row, "id": f"{int(row['id']):024x}"}

    def admit(self, request: Request) -> None:
        id = request.path.removeprefix("/rooms").removeprefix("/")
        if id and not re.fullmatch("[0-9a-f]{24}", id):
            raise Refused(400, "Cast to ObjectId failed")
        if self.BROKEN and id and id not in self.rows["/rooms"]:
            raise Refused(400, "no such room")


class Careless(Documents):
    BROKEN = True


@pytest.mark.parametrize(("server", "outcome"), [(Documents, "pass"), (Careless, "fail")])
def test_what_is_no_id_is_not_what_an_absent_one_is(server: type[Shop], outcome: str, tmp_path: Path) -> None:
    room = {"path": "/rooms", "schema": "room.json", "statuses": {"malformed_id": 400}}
    contract = {"contract": "mini", "resources": {"room": room}}
    found = bench.run(server(), contract, {"room.json": ROOM}, tmp_path, only=("identity.unknown",))
    assert {r.item: r.outcome for r in found.results}["identity.unknown[room-read]"] == outcome


class Names(Shop):
    """Rooms that nothing lists or makes, by names of two parts."""

    SCHEMAS: Mapping[str, Any] = {"/rooms": ROOM}
    ABSENT = 400

    def admit(self, request: Request) -> None:
        if not re.fullmatch("/rooms/[a-z]+:[a-z]+", request.path):
            raise Refused(self.ABSENT, "the name of a room has two parts")


class Failing(Names):
    ABSENT = 200


@pytest.mark.parametrize(("server", "outcome"), [(Names, "pass"), (Failing, "fail")])
def test_where_nothing_shows_an_id_one_may_be_refused_for_its_form(
    server: type[Shop], outcome: str, tmp_path: Path
) -> None:
    room = {"path": "/rooms", "schema": "room.json", "operations": ["read"], "statuses": {"malformed_id": "4xx"}}
    contract = {"contract": "mini", "resources": {"room": room}}
    found = bench.run(server(), contract, {"room.json": ROOM}, tmp_path, only=("identity.unknown",))
    assert {r.item: r.outcome for r in found.results}["identity.unknown[room-read]"] == outcome


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
