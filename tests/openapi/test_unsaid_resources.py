"""What a document does not say about what a resource is, and what names it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from restproof.contract.load import load
from restproof.contract.openapi.imported import imported
from restproof.contract.openapi.written import write
from restproof.plan.bodies import Bodies

from .unsaid import BOX, LABEL, NUMBER, SENT, TEXT, Document, boxes, call, contract, read, resource

PROFILE = {"type": "object", "required": ["login"], "properties": {"login": TEXT, "locale": TEXT}}


def one_thing(folder: Path, **operations: Document) -> Document | None:
    found = read(folder, {**boxes(call(BOX, SENT, 201)), "/me": operations}).contract["resources"]
    said: Document | None = found.get("me")
    return said


def test_an_object_at_a_path_of_its_own_is_one_thing(tmp_path: Path) -> None:
    patch = call(PROFILE, {"type": "object", "properties": {"locale": TEXT}})
    found = read(tmp_path, {**boxes(call(BOX, SENT, 201)), "/me": {"get": call(PROFILE), "patch": patch}})
    assert found.contract["resources"]["me"]["id"] == "none"
    assert not [one for one in found.left_out if "/me" in one.what]
    made = load(write(found, tmp_path / "contract", "api.json")).resources["me"]
    assert made.operations == ("read", "update")
    assert made.volatile == ("login",)


@pytest.mark.parametrize(
    "get",
    [
        call(PROFILE, others={"404": {"description": "there may be none"}}),
        call(PROFILE, parameters=[{"name": "code", "in": "query", "required": True, "schema": TEXT}]),
        call({"type": "array", "items": TEXT}),
        call({"type": "object"}),
        call(PROFILE, description="The picture of the user, if the user has a picture."),
        call(PROFILE, summary="Gives the badge where one exists"),
    ],
)
def test_what_may_be_absent_or_needs_to_be_told_which_is_not_one_thing(get: Document, tmp_path: Path) -> None:
    assert one_thing(tmp_path, get=get) is None


@pytest.mark.parametrize(
    "words",
    [
        "Who is logged in, if the token is valid",
        "The user that has logged in",
        "Who is logged in. An error is returned when the token has expired.",
        "The settings. If this is a free account, some cannot be changed.",
    ],
)
def test_words_that_say_no_such_thing_leave_it_there(words: str, tmp_path: Path) -> None:
    assert one_thing(tmp_path, get=call(PROFILE, description=words)) is not None


def lids(sent: Document, **changes: Document) -> Document:
    """The paths of lids that hold what is sent, beside boxes. ``changes``: operations of one lid, with their bodies."""
    lid = {"type": "object", "required": ["id"], "properties": {"id": NUMBER, **sent["properties"]}}
    given = {"name": "id", "in": "path", "required": True, "schema": NUMBER}
    of_one = {method: call(lid, body) for method, body in changes.items()}
    one = {"/lids/{id}": {"parameters": [given], "get": call(lid), **of_one}}
    return {**boxes(call(BOX, SENT, 201)), "/lids": {"post": call(lid, sent, 201)}, **one}


def test_an_optional_text_that_is_called_as_another_resource_is_not_sent(tmp_path: Path) -> None:
    names: Document = {"boxes": {"type": "array", "items": TEXT}, "note": TEXT, "lid_name": TEXT, "key": TEXT}
    names |= {"box_name": TEXT, "boxSlug": TEXT, "box_keys": {"type": "array", "items": TEXT}}
    found = resource(tmp_path, "lid", lids({"type": "object", "properties": names}))
    assert list(found.shapes.create["properties"]) == ["note", "lid_name", "key"]


def test_a_resource_may_itself_be_called_as_what_names_one(tmp_path: Path) -> None:
    paths = lids({"type": "object", "properties": {"box_code": TEXT, "boxCodes": {"type": "array", "items": TEXT}}})
    codes = {path.replace("boxes", "box_codes"): said for path, said in boxes(call(BOX, SENT, 201)).items()}
    del paths["/boxes"], paths["/boxes/{id}"]
    assert not resource(tmp_path, "lid", paths | codes).shapes.create["properties"]


def test_what_one_change_needs_stays_in_it_though_it_is_called_as_another_resource(tmp_path: Path) -> None:
    every = {"type": "object", "properties": {"note": TEXT, "size": NUMBER, "box_name": TEXT}}
    put = {"type": "object", "required": ["box_name"], "properties": {"note": TEXT, "box_name": TEXT}}
    found = resource(tmp_path, "lid", lids(every, put=put, patch={"type": "object", "properties": {"size": NUMBER}}))
    assert "box_name" not in found.shapes.create["properties"]
    assert "box_name" in found.shapes.replace["required"]


def test_entries_without_an_id_are_listed(tmp_path: Path) -> None:
    hours = {"type": "array", "items": {"type": "object", "properties": {"day": TEXT, "opens": TEXT}}}
    paths = {**boxes(call(BOX, SENT, 201)), "/hours": {"get": call(hours)}}
    assert read(tmp_path, paths).contract["resources"]["hour"]["id"] == "none"
    made = resource(tmp_path, "hour", paths)
    assert made.operations == ("list",)


def test_a_path_that_stands_twice_under_two_names_is_one(tmp_path: Path) -> None:
    paths = boxes(call(BOX, SENT, 201))
    paths["/boxes/{box}"] = {"parameters": [{"name": "box", "in": "path", "required": True, "schema": NUMBER}]}
    paths["/boxes/{box}"]["get"] = call(BOX)
    found = resource(tmp_path, "box", paths)
    assert found.operations == ("create", "read")
    assert "item" not in found.other_methods


def test_a_parent_of_the_path_is_none_of_the_query_too(tmp_path: Path) -> None:
    paths = boxes(call(BOX, SENT, 201))
    within = {"name": "id", "in": "path", "required": True, "schema": NUMBER}
    again = {"name": "box_id", "in": "query", "required": True, "schema": NUMBER, "example": 5}
    entry = {"get": call({"type": "array", "items": BOX}, parameters=[within, again])}
    told = contract(tmp_path, {**paths, "/boxes/{id}/lids": entry})
    assert [p.resource for p in told.resources["lid"].parents] == ["box"]


def test_a_key_without_a_name_is_no_credential(tmp_path: Path) -> None:
    document = {"openapi": "3.0.3", "info": {"title": "x", "version": "1"}, "paths": boxes(call(BOX, SENT, 201))}
    document["components"] = {"securitySchemes": {"key": {"type": "apiKey", "in": "query"}}}
    (tmp_path / "api.json").write_text(json.dumps(document), encoding="utf-8")
    found = imported(tmp_path / "api.json", "api")
    assert "auth" not in found.contract
    assert any("the security scheme key" in one.what for one in found.left_out)


def test_a_default_that_no_answer_may_hold_is_none(tmp_path: Path) -> None:
    kinds = {"label": {"type": "string", "enum": ["a", "b", "c"], "default": "c"}}
    shown = {**BOX, "properties": {"id": NUMBER, "label": {"type": "string", "enum": ["a", "b"]}}}
    made = call(shown, {"type": "object", "properties": kinds}, 201)
    found = resource(tmp_path, "box", boxes(made, get=call(shown)))
    assert "default" not in found.properties["label"]


def test_an_answer_needs_no_more_of_what_is_sent_than_requests_do(tmp_path: Path) -> None:
    inner: Document = {"type": "object", "properties": {"code": {"type": "string", "pattern": "^[ab]+$"}, "by": TEXT}}
    sent: Document = {"type": "object", "required": ["label"], "properties": {**LABEL, "of": inner}}
    form: Document = {
        **inner,
        "required": ["code", "by"],
        "properties": {"code": {"type": "string", "pattern": "^a+$"}, "by": TEXT},
    }
    shown = {**BOX, "required": ["id", "label", "of"], "properties": {"id": NUMBER, **LABEL, "of": form}}
    found = resource(tmp_path, "box", boxes(call(shown, sent, 201), get=call(shown)))
    answered = found.shapes.response["properties"]["of"]
    assert answered.get("required", []) == []
    assert "pattern" not in answered["properties"]["code"]


def test_what_is_sent_as_a_number_and_shown_as_an_object_is_compared_by_no_rule(tmp_path: Path) -> None:
    money = {"type": "object", "properties": {"cents": NUMBER}}
    sent: Document = {"type": "object", "required": ["label", "price"], "properties": {**LABEL, "price": NUMBER}}
    shown = {**BOX, "additionalProperties": False, "properties": {"id": NUMBER, **LABEL, "price": money}}
    found = resource(tmp_path, "box", boxes(call(shown, sent, 201), get=call(shown)))
    assert found.properties["price"].get("writeOnly")
    assert found.shapes.response.get("additionalProperties") is not False


def test_members_that_are_called_as_keywords_are_members(tmp_path: Path) -> None:
    said = {"id": NUMBER, **LABEL, "const": {"type": "integer"}, "not": TEXT, "pattern": TEXT, "enum": TEXT}
    found = resource(tmp_path, "box", boxes(call({**BOX, "properties": said}, SENT, 201), get=call(BOX)))
    assert found.properties.keys() >= said.keys()


def test_what_may_be_sent_as_null_and_is_never_shown_so_is_shown_all_the_same(tmp_path: Path) -> None:
    either: Document = {"anyOf": [NUMBER, {"type": "null"}]}
    sent: Document = {"type": "object", "required": ["label"], "properties": {**LABEL, "rank": either}}
    shown = {**BOX, "properties": {"id": NUMBER, **LABEL, "rank": {**NUMBER, "default": 1}}}
    found = resource(tmp_path, "box", boxes(call(shown, sent, 201), get=call(shown)))
    assert not found.properties["rank"].get("writeOnly"), "what a response names is no fault of it"
    assert "rank" in found.shapes.response["properties"]
    assert found.shapes.request("create")["properties"]["rank"].get("type") == "integer", (
        "what becomes of a null is not said"
    )
    assert found.properties["rank"].get("x-restproof-absent") == "open", "nor what it is when it is left out"


@pytest.mark.parametrize(
    ("required", "is_open"), [(["label"], True), (["label", "note"], True), (["reason"], False), ([], False)]
)
def test_an_update_that_asks_for_what_a_create_does_may_be_taken_in_part(
    required: list[str], is_open: bool, tmp_path: Path
) -> None:
    """Frameworks have one schema for both, and services often take a PATCH of some members all the same."""
    properties: Document = {"label": TEXT, "note": TEXT, "reason": TEXT}
    sent = {"type": "object", "required": ["label", "note"], "properties": properties}
    change = {"type": "object", "required": required, "properties": properties}
    found = resource(tmp_path, "lid", lids(sent, patch=change))
    assert ("required" in found.open) == is_open
    assert ("required" in found.shapes.update) == (bool(required) and not is_open)
    lid = Bodies(contract(tmp_path, lids(sent, patch=change)), found)
    assert {*lid.left_out("update", {})} == {*required}


@pytest.mark.parametrize(
    ("shown", "required", "makes"),
    [("Box", ["boxId"], False), ("Box", [], True), ("Slot", ["boxId"], True)],
    ids=["the one that is named", "one that need not be named", "something of its own"],
)
def test_to_put_there_what_is_made_elsewhere_makes_nothing(
    shown: str, required: list[str], makes: bool, tmp_path: Path
) -> None:
    """``POST /mugs/{id}/boxes`` of a ``boxId`` would be a write to whichever box that is."""
    box, answer = {"$ref": "#/components/schemas/Box"}, {"$ref": f"#/components/schemas/{shown}"}
    sent = {"type": "object", "required": required, "properties": {"boxId": NUMBER, "note": TEXT}}
    paths = {**boxes(call(box, SENT, 201), get=call(box)), "/mugs/{mug}/boxes": {"post": call(answer, sent, 201)}}
    given = {"name": "mug", "in": "path", "required": True, "schema": NUMBER}
    paths["/mugs/{mug}/boxes"] |= {"parameters": [given], "get": call({"type": "array", "items": answer})}
    document: Document = {"openapi": "3.0.3", "info": {"title": "x", "version": "1"}, "paths": paths}
    document["components"] = {
        "schemas": {"Box": BOX, "Slot": {**BOX, "properties": {"id": NUMBER, **LABEL, "at": TEXT}}}
    }
    (tmp_path / "api.json").write_text(json.dumps(document), encoding="utf-8")
    found = imported(tmp_path / "api.json", "api")
    assert ("create" in found.contract["resources"]["mug_box"]["operations"]) is makes
    assert any("puts there what is made elsewhere" in one.what for one in found.left_out) is not makes


def test_what_answers_to_all_writes_does_not_show_what_is_named(tmp_path: Path) -> None:
    """``{"message": …}`` is no box, though the create of a box is answered so, and so is that of a lid for one."""
    done = {"$ref": "#/components/schemas/Done"}
    sent = {"type": "object", "required": ["boxId"], "properties": {"boxId": NUMBER, "note": TEXT}}
    lid = {"type": "object", "required": ["id"], "properties": {"id": NUMBER, "boxId": NUMBER, "note": TEXT}}
    given = {"name": "id", "in": "path", "required": True, "schema": NUMBER}
    create = call(done, sent, 201)
    create["responses"]["201"]["headers"] = {"Location": {"schema": TEXT}}
    paths = {
        "/boxes": {"post": call(done, SENT, 201), "get": call({"type": "array", "items": BOX})},
        "/lids": {"post": create},
        "/lids/{id}": {"parameters": [given], "get": call(lid)},
    }
    document: Document = {"openapi": "3.0.3", "info": {"title": "x", "version": "1"}, "paths": paths}
    document["components"] = {"schemas": {"Done": {"type": "object", "properties": {"message": TEXT}}}}
    (tmp_path / "api.json").write_text(json.dumps(document), encoding="utf-8")
    assert "create" in imported(tmp_path / "api.json", "api").contract["resources"]["lid"]["operations"]
