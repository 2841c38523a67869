"""Answers of one resource that hold it in several places, and what only some of them show."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from restproof.contract.load import check
from restproof.contract.openapi.imported import imported
from restproof.contract.openapi.written import write
from restproof.contract.shapes import is_nullable

from .test_embedded import object_of
from .unsaid import BOX, NUMBER, SENT, TEXT, Document, call, contract, read, resource

LIST: Document = {"type": "array", "items": BOX}


def paths(
    create: Document, one: Document, listed: Document = LIST, parameter: str = "id", **item: Document
) -> Document:
    given = {"name": parameter, "in": "path", "required": True, "schema": NUMBER}
    of_one = {"parameters": [given], "get": call(one), **item}
    return {"/boxes": {"get": call(listed), "post": create}, f"/boxes/{{{parameter}}}": of_one}


def test_a_receipt_of_an_id_has_not_the_envelope_of_the_read(tmp_path: Path) -> None:
    made = call(object_of([], boxId=NUMBER), object_of(["box"], box=SENT), 201)
    told = paths(made, object_of([], box=BOX), object_of([], boxes=LIST, total=NUMBER), "boxId")
    assert check(write(read(tmp_path, told), tmp_path / "c", "api.json")) == []
    box = resource(tmp_path, "box", told)
    create, one = box.operation("create"), box.operation("read")
    assert (one.envelope.response, create.envelope.response, box.envelope.request) == ("box", None, "box")
    assert create.shown({"boxId": 7}) == {"boxId": 7, "id": 7}
    assert one.shown({"box": {"id": 7, "label": "a"}}) == {"id": 7, "label": "a"}
    assert create.returns == "minimal"


def test_a_write_that_answers_what_a_read_does_beside_words_has_an_envelope_of_its_own(tmp_path: Path) -> None:
    told = object_of([], message=TEXT, box=BOX, successful={"type": "boolean"})
    box = resource(tmp_path, "box", paths(call(told, SENT, 201), BOX, patch=call(BOX, SENT)))
    places = {o: box.operation(o).envelope.response for o in ("create", "read", "update")}
    assert places == {"create": "box", "read": None, "update": None}
    assert box.operation("create").returns == "representation"


def test_a_read_in_a_member_beside_a_write_that_is_bare_is_opened_alone(tmp_path: Path) -> None:
    box = resource(tmp_path, "box", paths(call(BOX, SENT, 201), object_of([], data=BOX)))
    assert {o: box.operation(o).envelope.response for o in ("create", "read")} == {"create": None, "read": "data"}


def test_null_that_answers_may_show_and_one_write_takes_is_shown(tmp_path: Path) -> None:
    icon: Document = {"type": "string", "nullable": True}
    shown, sent = object_of(["id"], id=NUMBER, icon=icon), object_of([], icon=icon)
    told = paths(call(shown, sent, 201), shown, put=call(shown, object_of([], icon=TEXT)))
    box = resource(tmp_path, "box", told)
    assert is_nullable(box.shapes.response["properties"]["icon"])
    assert not is_nullable(box.shapes.create["properties"]["icon"])


def test_of_entries_without_their_id_it_is_not_known_which_they_are(tmp_path: Path) -> None:
    bare = {"type": "array", "items": object_of([], label=TEXT)}
    assert "list" in resource(tmp_path, "box", paths(call(BOX, SENT, 201), BOX, bare)).open
    assert "list" not in resource(tmp_path / "other", "box", paths(call(BOX, SENT, 201), BOX)).open


def lids(sent: Document, shown: Document, number: Document = NUMBER) -> Document:
    given = {"name": "id", "in": "path", "required": True, "schema": number}
    box = object_of([], id=number, label=TEXT)
    return {
        "/boxes": {"post": call(box, SENT, 201)},
        "/boxes/{id}": {"parameters": [given], "get": call(box)},
        "/lids": {"post": call(shown, sent, 201)},
        "/lids/{id}": {"parameters": [given], "get": call(shown)},
    }


def test_an_id_that_answers_show_inside_of_the_record_is_a_reference(tmp_path: Path) -> None:
    box = object_of([], id=NUMBER, label=TEXT)
    sent, shown = object_of([], note=TEXT, boxId=NUMBER), object_of([], id=NUMBER, note=TEXT, box=box)
    found = contract(tmp_path, lids(sent, shown)).resources["lid"].references["boxId"]
    assert (found.to, found.reads_as) == ("box", "box.id")


def test_an_id_that_no_answer_shows_is_a_reference_all_the_same(tmp_path: Path) -> None:
    sent, shown = object_of(["boxId"], note=TEXT, boxId=NUMBER), object_of([], id=NUMBER, note=TEXT)
    found = contract(tmp_path, lids(sent, shown)).resources["lid"].references["boxId"]
    assert (found.to, found.reads_as) == ("box", "")


def test_ids_that_are_numbers_of_any_kind_are_references(tmp_path: Path) -> None:
    double = {"type": "number", "format": "double"}
    sent, shown = object_of([], note=TEXT, boxId=double), object_of([], id=double, note=TEXT, boxId=double)
    assert contract(tmp_path, lids(sent, shown, double)).resources["lid"].references["boxId"].to == "box"


def test_a_record_that_a_value_beside_it_names_is_not_sent(tmp_path: Path) -> None:
    box = object_of([], id={**NUMBER, "readOnly": True}, label=TEXT)
    shown = object_of([], id={**NUMBER, "readOnly": True}, boxLabel=TEXT, box=box)
    assert contract(tmp_path, lids(shown, shown)).resources["lid"].shapes.create["properties"].keys() == {"boxLabel"}


PAGE: Document = object_of([], version=NUMBER, boxes=LIST)


@pytest.mark.parametrize(("one", "reads"), [(PAGE, False), (object_of([], id=NUMBER, label=TEXT, boxes=LIST), True)])
def test_a_list_of_some_entries_is_no_read_of_an_item(one: Document, reads: bool, tmp_path: Path) -> None:
    """``/boxes/{label}`` may list those with a label; a box that holds others is one."""
    found = read(tmp_path, paths(call(BOX, SENT, 201), one, PAGE, "label")).contract["resources"]["box"]
    assert ("read" in found["operations"]) == reads
    assert found.get("id", {}).get("field", "id") == ("label" if reads else "id")


@pytest.mark.parametrize("is_apart", [True, False], ids=["beside a success", "of all"])
def test_a_default_that_stands_beside_successes_elsewhere_answers_none(is_apart: bool, tmp_path: Path) -> None:
    """One that stands alone everywhere is what successes answer."""
    wrong = {"description": "An answer.", "content": {"application/json": {"schema": object_of([], code=NUMBER)}}}
    told = paths(call(BOX, SENT, 201), BOX)
    told["/state"] = {"get": {"responses": {"default": wrong}}}
    if is_apart:
        told["/boxes"]["get"]["responses"]["default"] = wrong
    found = contract(tmp_path, told)
    assert set(found.resources) == ({"box"} if is_apart else {"box", "state"})


def test_a_default_may_hold_an_example_of_any_depth(tmp_path: Path) -> None:
    deep = {"application/json": {"schema": {"type": "object"}, "example": "deep"}}
    told = paths(call(BOX, SENT, 201), BOX, delete={"responses": {"default": {"description": "Gone."}}})
    told["/boxes"]["get"]["responses"]["default"] = {"description": "Wrong.", "content": deep}
    text = json.dumps({"openapi": "3.1.0", "info": {"title": "Boxes", "version": "1"}, "paths": told})
    (tmp_path / "api.json").write_text(text.replace('"deep"', f"{'[' * 3000}{']' * 3000}"), encoding="utf-8")
    assert imported(tmp_path / "api.json", "api").contract["resources"].keys() == {"box"}
