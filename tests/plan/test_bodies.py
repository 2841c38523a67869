"""Valid bodies are valid: by the schema once their symbols are resolved, and by the contract's own rules."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from restproof.contract.load import load
from restproof.plan.bodies import Bodies
from restproof.plan.ground import Ground
from restproof.plan.symbols import RUN, TOKEN_LENGTH, reference, resolve, token
from restproof.semantics.distinct import nth
from restproof.semantics.validate import Validation

from .conftest import TOKEN, every, field_of, resolved
from .schemas import is_unassertable

few = settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def refusals(
    ground: Ground, body: Any, operation: str = "create", before: Mapping[str, Any] | None = None
) -> list[Any]:
    """All that the contract has against ``body``."""
    sent = resolved(ground, body)
    validation = Validation(ground.resource)
    broken = validation.rules(before, {**(before or {}), **sent})
    return [*validation.unstorable(sent), *validation.problems(operation, sent), *broken]


@every("create")
def test_drawn_bodies_are_valid(ground: Ground) -> None:
    @few
    @given(ground.bodies.valid)
    def check(body: dict[str, Any]) -> None:
        assert refusals(ground, body) == []
        assert set(ground.bodies.required) <= body.keys()
        assert not is_unassertable(body)
        assert len(json.dumps(resolved(ground, body))) < 256 * 1024
        for name in ground.bodies.unique_fields & body.keys():
            assert body[name] is None or TOKEN in resolved(ground, body)[name]

    check()


@every("update")
def test_drawn_changes_are_valid_on_the_state_that_they_meet(ground: Ground) -> None:
    @few
    @given(ground.bodies.valid, ground.bodies.changes)
    def check(before: dict[str, Any], drawn: dict[str, Any]) -> None:
        change = ground.bodies.adjusted_to_rules(drawn, before)
        assert refusals(ground, change, "update", resolved(ground, before)) == []
        assert len(change) <= 4
        assert not set(change) & {ground.resource.id.field, *ground.resource.create_only, *ground.resource.immutable}

    check()


@every("create")
def test_plain_bodies_are_valid_and_say_what_they_hold(ground: Ground) -> None:
    minimal, full = ground.bodies.minimal(), ground.bodies.full()
    assert refusals(ground, minimal) == []
    assert refusals(ground, full) == []
    assert set(ground.bodies.required) <= minimal.keys()
    assert minimal.keys() <= full.keys()
    assert None not in full.values()


@every("create")
def test_a_tag_makes_another_body(ground: Ground) -> None:
    for name in ground.bodies.unique_fields & ground.bodies.minimal().keys():
        assert ground.bodies.minimal("a")[name] != ground.bodies.minimal("b")[name]


@every("update")
def test_the_plain_change_changes_something(ground: Ground) -> None:
    change = ground.bodies.plain_change()
    assert len(change) == 1
    assert refusals(ground, change, "update") == []
    (name,) = change
    assert resolved(ground, change[name]) != resolved(ground, ground.bodies.plain(name))


@every("update")
def test_another_value_is_valid_and_another(ground: Ground) -> None:
    for name in ground.bodies.changeable:
        if name in ground.resource.references and not ground.bodies.referable(name):
            continue
        other = ground.bodies.another(name)
        if other is not None:
            assert refusals(ground, {name: other}, "update") == []
            assert resolved(ground, other) != resolved(ground, ground.bodies.plain(name))


def drawn(ground: Ground, number: int) -> list[Any]:
    found: list[Any] = []

    @seed(number)
    @settings(max_examples=8, database=None, deadline=None, phases=[Phase.generate])
    @given(ground.bodies.valid)
    def collect(body: Any) -> None:
        found.append(body)

    collect()
    return found


@pytest.mark.parametrize("operation", ["create"])
def test_the_same_seed_draws_the_same_bodies(operation: str) -> None:
    from .conftest import CONTRACTS

    contract = CONTRACTS["procore"]
    first, again = (field_of(contract, contract.resources["project"], operation) for _ in range(2))
    assert drawn(first, 1) == drawn(again, 1)
    assert drawn(first, 1) != drawn(again, 2)


# ---------------------------------------------------------------------------------------------------- business rules

BOOKING = """\
contract: hotel
resources:
  room: {path: /rooms, schema: room.json, unique: [code]}
  booking:
    path: /bookings
    schema: booking.json
    references: {room_id: {to: room, reads_as: room_id}}
    rules:
      - ordered: [arrives, leaves]
      - never: {state: [paid, open]}
      - {refused: {guests: 0}, because: nobody comes}
"""
ROOM = {
    "type": "object",
    "required": ["code"],
    "properties": {
        "id": {"type": "integer", "readOnly": True},
        "code": {"type": "string", "minLength": 1, "maxLength": 16},
    },
}
STAY = {
    "type": "object",
    "required": ["room_id"],
    "properties": {
        "id": {"type": "integer", "readOnly": True},
        "room_id": {"type": "integer"},
        "arrives": {"type": ["string", "null"], "format": "date"},
        "leaves": {"type": ["string", "null"], "format": "date"},
        "state": {"enum": ["open", "paid"], "default": "open"},
        "guests": {"type": "integer", "minimum": 0, "maximum": 4},
    },
}


@pytest.fixture
def booking(tmp_path: Path) -> Ground:
    (tmp_path / "contracts/hotel").mkdir(parents=True)
    (tmp_path / "schemas/hotel").mkdir(parents=True)
    (tmp_path / "contracts/hotel/contract.yaml").write_text(BOOKING)
    (tmp_path / "schemas/hotel/room.json").write_text(json.dumps(ROOM))
    (tmp_path / "schemas/hotel/booking.json").write_text(json.dumps(STAY))
    contract = load(tmp_path / "contracts/hotel")
    return field_of(contract, contract.resources["booking"], "update")


def test_two_dates_in_the_wrong_order_are_swapped(booking: Ground) -> None:
    body = {"arrives": "2024-05-02", "leaves": "2024-05-01"}
    assert booking.bodies.adjusted_to_rules(body) == {"arrives": "2024-05-01", "leaves": "2024-05-02"}
    assert body == {"arrives": "2024-05-02", "leaves": "2024-05-01"}


def test_one_date_that_breaks_the_stored_other_is_left_out(booking: Ground) -> None:
    kept = booking.bodies.adjusted_to_rules
    assert kept({"leaves": "2024-05-01", "guests": 1}, {"arrives": "2024-05-02"}) == {"guests": 1}
    assert kept({"leaves": "2024-05-02"}, {"arrives": "2024-05-02"}) == {"leaves": "2024-05-02"}
    assert kept({"leaves": None}, {"arrives": "2024-05-02"}) == {"leaves": None}


def test_a_forbidden_transition_is_left_out(booking: Ground) -> None:
    kept = booking.bodies.adjusted_to_rules
    assert kept({"state": "open"}, {"state": "paid"}) == {}
    assert kept({"state": "paid"}, {"state": "open"}) == {"state": "paid"}
    assert kept({"state": "open"}) == {"state": "open"}


def test_a_body_that_the_contract_names_as_refused_is_not_made(booking: Ground) -> None:
    assert booking.bodies.adjusted_to_rules({"room_id": 1, "guests": 0}) == {"room_id": 1}


# ---------------------------------------------------------------------------------------------------------- symbols


@pytest.mark.parametrize("number", [0, 1, 35, 36, 36**5 - 1])
def test_a_token_has_its_length(number: int) -> None:
    assert len(token("rpabcdef", number)) == TOKEN_LENGTH
    assert token("rpabcdef", number).startswith("rpabcdef")


def test_tokens_differ() -> None:
    assert len({token("rpabcdef", n) for n in range(5000)}) == 5000


def test_symbols_are_replaced_wherever_they_stand() -> None:
    value = {"a": [f"{RUN}-x", reference("office", 0)], "b": {"c": reference("office", "none")}, "d": 5, "e": None}
    found = resolve(value, TOKEN, lambda name, key: f"{name}/{key}")
    assert found == {"a": [f"{TOKEN}-x", "office/0"], "b": {"c": "office/none"}, "d": 5, "e": None}
    assert value["a"] == [f"{RUN}-x", "{ref:office:0}"]


def test_text_around_a_reference_is_no_reference() -> None:
    for text in ("see {ref:office:0}", "{ref:office}", "{ref::}", "{other}"):
        assert resolve(text, TOKEN, lambda *_: pytest.fail("no instance is meant")) == text


def test_a_uuid_is_the_cases_own() -> None:
    def one(number: int, token: str) -> Any:
        return resolve(f"{{uuid:{number}}}", token, lambda *_: None)

    assert one(1, "a") == one(1, "a")
    assert len({one(1, "a"), one(2, "a"), one(1, "b")}) == 3
    assert [len(part) for part in one(1, "a").split("-")] == [8, 4, 4, 4, 12]


def test_a_unique_value_stays_within_its_length(booking: Ground) -> None:
    room = Bodies(booking.contract, booking.contract.resources["room"])
    for tag in ("", "renamed", "other"):
        symbol = room.unique_value("code", tag)
        text = resolve(
            symbol, TOKEN, lambda *_: None, lambda _resource, name, said: nth(room.writable[name], len(said))
        )
        assert len(text) <= 16


@every("create")
def test_a_mark_gives_no_field_that_a_case_leaves_out(ground: Ground) -> None:
    """A body without what a create must hold is a case of its own, and marked as any other."""
    required = set(ground.resource.shapes.create.get("required", ()))
    for case in ({}, *({n: v for n, v in ground.bodies.minimal().items() if n != name} for name in required)):
        marked = ground.bodies.marked(resolved(ground, case), TOKEN)
        assert marked.keys() & required == case.keys() & required


@pytest.mark.parametrize(
    ("media", "required", "wanted", "left"),
    [
        ("application/x-www-form-urlencoded", [], ["size"], ["size"]),
        ("application/x-www-form-urlencoded", ["name"], ["name"], ["size"]),
        ("application/json", [], [], []),
        ("application/json", ["name"], ["name"], []),
    ],
)
def test_a_form_holds_a_field_where_none_is_required_and_where_the_one_that_is_stays_away(
    media: str, required: list[str], wanted: list[str], left: list[str], tmp_path: Path
) -> None:
    fields = {
        "id": {"type": "integer", "readOnly": True},
        "pin": {"type": "string", "writeOnly": True},
        "of": {"type": "object"},
        "name": {"type": "string"},
        "size": {"type": "integer"},
    }
    schema = {"type": "object", "properties": fields, "required": required}
    resource = {"path": "/notes", "schema": "note.json", "media": {"request": media}, "unique": ["name"]}
    (tmp_path / "note.json").write_text(json.dumps(schema))
    (tmp_path / "contract.yaml").write_text(json.dumps({"contract": "notes", "resources": {"note": resource}}))
    contract = load(tmp_path)
    bodies = Bodies(contract, contract.resources["note"])
    assert [*bodies.bare()] == wanted
    assert [*bodies.without("name", {"name": "restproof"})] == left


@pytest.mark.parametrize(
    ("unique", "required", "held"),
    [(["of"], [], False), ([["of", "name"]], [], True), ([], [], True), (["of"], ["of"], True)],
)
def test_a_reference_of_its_own_kind_that_one_alone_may_have_is_left_out(
    unique: Any, required: list[str], held: bool, tmp_path: Path
) -> None:
    """An entry is reversed once: what bodies share as what they reverse would soon be used up."""
    number = {"type": "integer"}
    fields = {"id": {**number, "readOnly": True}, "name": {"type": "string"}, "of": number}
    schema = {"type": "object", "properties": fields, "required": required}
    resource = {"path": "/entries", "schema": "entry.json", "unique": unique, "references": {"of": {"to": "entry"}}}
    (tmp_path / "entry.json").write_text(json.dumps(schema))
    (tmp_path / "contract.yaml").write_text(json.dumps({"contract": "books", "resources": {"entry": resource}}))
    contract = load(tmp_path)
    assert ("of" in Bodies(contract, contract.resources["entry"]).full()) is held
