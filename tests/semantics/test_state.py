"""The state after a request, its representation, and what of it is certain."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from restproof.contract.load import load
from restproof.contract.model import Resource
from restproof.contract.shapes import same
from restproof.semantics.alignment import in_the_order_of
from restproof.semantics.initial import server_values
from restproof.semantics.readback import ReadPath
from restproof.semantics.state import created, differences, expected, represent, updated

CONTRACT = load(Path(__file__).parents[2] / "contracts" / "procore")
PROJECT, RFI = CONTRACT.resources["project"], CONTRACT.resources["rfi"]
OFFICES = {7: {"id": 7, "name": "North", "city": None}, 8: {"id": 8, "name": "South", "city": None}}
NOW, LATER = "2024-01-01T00:00:00Z", "2024-01-01T00:00:05Z"


def _lookup(resource: str, id: Any) -> Any:
    return OFFICES.get(id) if resource in ("office", "department") else None


def _created(resource: Resource, **body: Any) -> dict[str, Any]:
    return created(resource, body, server_set=server_values(resource, id=1, now=NOW, serial=1))


def test_a_create_sets_defaults_null_and_what_follows() -> None:
    shown = represent(
        PROJECT, _created(PROJECT, name="A", project_number="1", office_id=7, department_ids=[8]), _lookup
    )
    assert list(shown) == list(PROJECT.shapes.response["properties"])
    assert shown["active"] is True
    assert shown["flag"] is None
    assert shown["display_name"] == "1 - A"
    assert shown["office"] == {"id": 7, "name": "North"}
    assert shown["departments"] == [{"id": 8, "name": "South"}]
    assert shown["created_at"] == NOW


def test_a_create_only_field_becomes_an_entry() -> None:
    shown = represent(RFI, _created(RFI, subject="s", question={"body": "b"}), _lookup)
    assert shown["questions"] == [{"id": 1, "body": "b", "created_at": NOW}]
    assert "question" not in shown


def test_a_dangling_reference_reads_as_null() -> None:
    shown = represent(PROJECT, _created(PROJECT, name="A", office_id=9, department_ids=[9, 7]), _lookup)
    assert shown["office"] is None
    assert [d["id"] for d in shown["departments"]] == [7]


def test_an_update_touches_only_where_a_value_changes() -> None:
    state = _created(PROJECT, name="A")
    assert updated(PROJECT, state, {"name": "A"}, touched={"updated_at": LATER}) == state
    after = updated(PROJECT, state, {"name": "B"}, touched={"updated_at": LATER})
    assert {n for n in after if after[n] != state[n]} == {"name", "display_name", "updated_at"}


@pytest.mark.parametrize(
    "body",
    [
        {"name": "A"},
        {"name": "A", "project_number": "", "office_id": 7, "department_ids": [8, 7]},
        {"name": "A", "project_number": "1", "office_id": None, "latitude": 0, "active": False},
    ],
)
def test_what_is_expected_of_a_create_holds(body: dict[str, Any]) -> None:
    shown = represent(PROJECT, _created(PROJECT, **body), _lookup)
    wanted = expected(PROJECT, body, refs=_lookup)
    assert list(differences(wanted, shown)) == []
    assert set(PROJECT.properties) - set(wanted) == {
        "id",
        "logo_url",
        "created_at",
        "updated_at",
        *PROJECT.references,
    }


@pytest.mark.parametrize(
    "patch",
    [{}, {"name": "B"}, {"project_number": None}, {"office_id": 8}, {"office_id": None}, {"department_ids": [7]}],
)
def test_what_is_expected_of_an_update_holds(patch: dict[str, Any]) -> None:
    state = _created(PROJECT, name="A", project_number="1", office_id=7, city="Bern")
    before = represent(PROJECT, state, _lookup)
    after = represent(PROJECT, updated(PROJECT, state, patch, touched={"updated_at": LATER}), _lookup)
    wanted = expected(PROJECT, patch, before=before, refs=_lookup)
    assert list(differences(wanted, after)) == []
    assert ("updated_at" in wanted) == (not patch)
    assert wanted["city"] == "Bern"
    assert wanted["created_at"] == NOW


def test_what_is_expected_notices_a_wrong_answer() -> None:
    wanted = expected(PROJECT, {"name": "A", "office_id": 7}, refs=_lookup)
    shown = represent(PROJECT, _created(PROJECT, name="A", office_id=8), _lookup)
    assert [d[0] for d in differences(wanted, shown)] == ["/office/id", "/office/name"]
    assert list(differences({"a": [1]}, {"a": [1, 2]})) == [("/a", [1], [1, 2])]
    assert list(differences({"a": 1}, {"a": True})) == [("/a", 1, True)]


def test_equality_is_that_of_json() -> None:
    assert same({"a": [5]}, {"a": [5.0]})
    assert not same(True, 1)
    assert not same(None, False)


def test_whether_a_hidden_field_has_changed_is_not_known(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(
        '{"type": "object", "properties": {"id": {"type": "integer", "readOnly": true}, "pin": {"type": "string",'
        ' "writeOnly": true}, "at": {"type": "string", "format": "date-time", "readOnly": true}}}'
    )
    (tmp_path / "c.yaml").write_text(
        "contract: c\nresources:\n  a: {path: /a, schema: a.json, touched: [at]}\n", encoding="utf-8"
    )
    resource = load(tmp_path / "c.yaml").resources["a"]
    before = {"id": 1, "at": NOW}
    assert expected(resource, {"pin": "1234"}, before=before) == {"id": 1}
    assert expected(resource, {}, before=before) == before


def test_the_order_of_an_unordered_array_says_nothing() -> None:
    project, wanted = replace(PROJECT, unordered=("departments",)), {"departments": [{"id": 7}, {"id": 8}]}
    shown = {"departments": [{"id": 8, "name": "South"}, {"id": 7, "name": "North"}]}
    assert not list(differences(wanted, in_the_order_of(project, wanted, shown)))
    assert list(differences(wanted, in_the_order_of(PROJECT, wanted, shown)))
    twice = {"departments": [{"id": 7}, {"id": 8}, {"id": 7}]}
    assert not list(differences(twice, in_the_order_of(project, twice, {"departments": [{"id": 8}, *[{"id": 7}] * 2]})))
    for other in ([{"id": 8}, {"id": 8}], [{"id": 7}], [{"id": 7}, {"id": 8}, {"id": 8}], None):
        assert list(differences(wanted, in_the_order_of(project, wanted, {"departments": other})))


def test_the_sets_inside_of_an_unordered_array_have_no_order_and_tuples_are_what_they_are(tmp_path: Path) -> None:
    tags = {"type": "array", "uniqueItems": True, "items": {"type": "string"}}
    entry = {"type": "object", "properties": {"tags": tags}}
    pair = {"type": "array", "prefixItems": [entry, entry], "items": False}
    fields = {"id": {"type": "integer", "readOnly": True}, "list": {"type": "array", "items": entry}, "pair": pair}
    (tmp_path / "a.json").write_text(json.dumps({"type": "object", "properties": fields}))
    (tmp_path / "c.yaml").write_text(
        "contract: c\nresources:\n  a: {path: /a, schema: a.json, unordered: [list, pair]}\n"
    )
    resource = load(tmp_path / "c.yaml").resources["a"]
    wanted, shown = [{"tags": ["x", "y"]}, {"tags": ["z"]}], [{"tags": ["z"]}, {"tags": ["y", "x"]}]
    assert in_the_order_of(resource, {"list": wanted}, {"list": shown}) == {"list": wanted}
    assert in_the_order_of(resource, {"pair": wanted}, {"pair": wanted[::-1]}) == {"pair": wanted}


WORDS = load(Path(__file__).parents[1] / "kill" / "contracts" / "words")


def test_a_time_that_every_update_moves_moves_without_a_change() -> None:
    shelf = WORDS.resources["shelf"]
    state = _created(shelf, name="A")
    assert updated(shelf, state, {"name": "A"}, touched={"changed_at": LATER})["changed_at"] == LATER
    assert "changed_at" not in expected(shelf, {"name": "A"}, before=state)


def test_what_the_server_makes_of_a_field_that_is_left_out() -> None:
    shelf = WORDS.resources["shelf"]
    state = _created(shelf, name="A")
    assert state["label"] == "A"
    assert state["opened"] == NOW[:10]
    assert state["code"]
    sure = expected(shelf, {"name": "A"})
    assert sure["label"] == "A"
    assert not {"opened", "code"} & sure.keys()
    assert expected(shelf, {"name": "B"}, before=state)["label"] == "A"


def test_a_reference_may_show_nowhere() -> None:
    slip = WORDS.resources["slip"]
    state = _created(slip, shelf_id=1, origin_id=2)
    assert "origin_id" not in represent(slip, state, _lookup)
    sure = expected(slip, {"shelf_id": 1, "origin_id": 2})
    assert sure["shelf_id"] == 1
    assert "origin_id" not in sure


@pytest.mark.parametrize("shown", [5, True, "ab", {"id": 1}, None])
def test_what_should_be_an_array_and_is_none_names_nothing(shown: Any) -> None:
    assert ReadPath.parse("departments[].id").read({"departments": shown}) is None


@pytest.mark.parametrize(("words", "moves"), [("open: [replace]", True), ("open: [rules]", False)])
def test_what_a_replace_leaves_out_may_have_changed(words: str, moves: bool, tmp_path: Path) -> None:
    """Where nobody says what becomes of it, nobody knows whether the time of the last change moves."""
    members: dict[str, Any] = {name: {"type": ["string", "null"]} for name in ("name", "note")}
    members["id"] = {"type": "integer", "readOnly": True}
    at = {"type": "string", "format": "date-time", "readOnly": True}
    (tmp_path / "a.json").write_text(json.dumps({"type": "object", "properties": {**members, "at": at}}))
    said = f"operations: [list, create, read, replace, delete], touched: [at], {words}"
    (tmp_path / "contract.yaml").write_text(
        f"contract: c\nresources:\n  a: {{path: /a, schema: a.json, {said}}}\n", encoding="utf-8"
    )
    resource = load(tmp_path).resources["a"]
    before = {"id": 1, "name": "A", "note": None, "at": NOW}
    found = expected(resource, {"name": "A"}, before=before, whole=True)
    assert ("at" not in found, found["name"]) == (moves, "A")
