"""What a document does not say is asked of nobody."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from restproof.oracle.check import gaps
from restproof.plan.bodies import Bodies
from restproof.plan.candidates import accepted, refused
from restproof.plan.ground import Ground
from restproof.plan.inputs import null_bodies, wrong_type_bodies
from restproof.plan.profile import PROFILES
from restproof.semantics.checker import is_valid
from restproof.semantics.state import expected
from restproof.wire.nothing import is_malformed

from .unsaid import BOX, LABEL, NUMBER, SENT, TEXT, Document, boxes, call, contract, read, resource


def test_an_answer_to_a_create_need_not_hold_what_it_does_not_declare(tmp_path: Path) -> None:
    only_id = {"type": "object", "required": ["id"], "properties": {"id": NUMBER}}
    found = resource(tmp_path, "box", boxes(call(only_id, SENT, 201)))
    assert found.operation("create").returns == "minimal"


def test_a_create_whose_answer_declares_no_id_is_left_out(tmp_path: Path) -> None:
    found = resource(tmp_path, "box", boxes(call({"type": "object", "properties": {"message": TEXT}}, SENT, 201)))
    assert found.operations == ("read",)


def test_json_cut_short_may_be_answered_with_400_whatever_is_named_for_invalid_values(tmp_path: Path) -> None:
    create = call(BOX, SENT, 201, others={"422": {"description": "invalid"}})
    found = resource(tmp_path, "box", boxes(create))
    assert found.status("invalid", "create").codes == {422}
    assert found.status("malformed", "create").codes == {400, 422}


@pytest.mark.parametrize(("slug", "patch", "field"), [(1, 1, "slug"), (1, 0, "slug"), (0, 1, None), (0, 0, "name")])
def test_a_name_that_can_be_changed_is_no_id(slug: int, patch: int, field: str | None, tmp_path: Path) -> None:
    shown = {"name": TEXT, **({"slug": {**TEXT, "readOnly": True}} if slug else {})}
    venue = {"type": "object", "properties": shown}
    given = {"name": "venue", "in": "path", "required": True, "schema": TEXT}
    item = {"parameters": [given], "get": call(venue)}
    if patch:
        item["patch"] = call(venue, {"type": "object", "properties": {"name": TEXT}})
    found = read(tmp_path, {**boxes(call(BOX, SENT, 201)), "/venues/{venue}": item}).contract["resources"]
    assert found.get("venue", {}).get("id", {}).get("field") == field


def test_an_id_may_be_called_by_its_resource_on_either_side(tmp_path: Path) -> None:
    for name in ("boxId", "idBox", "id_box"):
        shown = {"type": "object", "required": [name, "label"], "properties": {name: NUMBER, "idMug": NUMBER, **LABEL}}
        found = resource(tmp_path / name, "box", boxes(call(shown, SENT, 201), get=call(shown)))
        assert (found.id.field, found.operations) == (name, ("create", "read"))


def test_what_is_called_after_the_resource_in_the_answer_to_a_create_is_its_id(tmp_path: Path) -> None:
    told = {"type": "object", "properties": {"ok": {"type": "boolean"}, "boxId": NUMBER, "mugId": NUMBER}}
    found = resource(tmp_path, "box", boxes(call(told, SENT, 201), get=call(BOX)))
    assert found.id.link == "/boxId"
    assert found.supports("create")


@pytest.mark.parametrize("id", [7, "7"])
@pytest.mark.parametrize("either", [{"oneOf": [NUMBER, TEXT]}, {"type": ["string", "integer"]}])
def test_an_id_that_is_a_number_or_a_text_is_either(either: Document, id: object, tmp_path: Path) -> None:
    shown = {**BOX, "properties": {"id": either, **LABEL}}
    found = resource(tmp_path, "box", boxes(call(shown, SENT, 201), get=call(shown)))
    assert found.id.type == "string"
    assert is_valid(found.shapes.response, {"id": id, "label": "a"})


def test_what_is_called_as_an_id_by_its_first_word_refers_to_what_it_is_called_after(tmp_path: Path) -> None:
    sent: Document = {
        "type": "object",
        "required": ["idBox"],
        "properties": {"idBox": NUMBER, "size": NUMBER},
    }
    lid = {"type": "object", "required": ["id"], "properties": {"id": NUMBER, **sent["properties"]}}
    given = {"name": "id", "in": "path", "required": True, "schema": NUMBER}
    lids = {"/lids": {"post": call(lid, sent, 201)}, "/lids/{id}": {"parameters": [given], "get": call(lid)}}
    found = resource(tmp_path, "lid", {**boxes(call(BOX, SENT, 201)), **lids})
    assert {name: reference.to for name, reference in found.references.items()} == {"idBox": "box"}


@pytest.mark.parametrize(
    ("name", "schema", "is_sent"),
    [
        ("idNumber", TEXT, False),
        ("idType", NUMBER, False),
        ("idExpiry", {"type": "string", "format": "date"}, True),
        ("photo_id", {"type": "boolean"}, True),
        ("idCard", {"type": "object", "properties": {"side": TEXT}}, True),
    ],
)
def test_what_is_called_as_an_id_and_may_be_one_of_something_unknown_is_not_sent(
    name: str, schema: Document, is_sent: bool, tmp_path: Path
) -> None:
    sent = {**SENT, "properties": {**LABEL, name: schema}}
    shown = {**BOX, "properties": {"id": NUMBER, **LABEL, name: schema}}
    found = resource(tmp_path, "box", boxes(call(shown, sent, 201), get=call(shown)))
    assert (name in found.shapes.request("create")["properties"]) is is_sent


@pytest.mark.parametrize("name", ["idType", "id_type", "typeId"])
def test_an_id_is_that_of_the_resource_that_it_is_called_after_whatever_that_is(name: str, tmp_path: Path) -> None:
    sent = {"type": "object", "required": [name], "properties": {name: NUMBER, "size": NUMBER}}
    lid = {"type": "object", "required": ["id"], "properties": {"id": NUMBER, name: NUMBER, "size": NUMBER}}
    given = {"name": "id", "in": "path", "required": True, "schema": NUMBER}
    types = {"/types": {"post": call(BOX, SENT, 201)}, "/types/{id}": {"parameters": [given], "get": call(BOX)}}
    found = resource(tmp_path, "box", {**boxes(call(lid, sent, 201), get=call(lid)), **types})
    assert found.references[name].to == "type"


def test_an_id_as_text_may_be_taken_for_a_reference_as_for_any_number(tmp_path: Path) -> None:
    given = {"name": "id", "in": "path", "required": True, "schema": NUMBER}
    lid = {"type": "object", "required": ["id"], "properties": {"id": NUMBER, "box_id": NUMBER, "size": NUMBER}}
    sent = {"type": "object", "required": ["box_id"], "properties": {"box_id": NUMBER, "size": NUMBER}}
    create = call(lid, sent, 201, others={"422": {"description": "invalid"}})
    lids = {"/lids": {"post": create}, "/lids/{id}": {"parameters": [given], "get": call(lid)}}
    found = contract(tmp_path, {**boxes(call(BOX, SENT, 201)), **lids})
    made = found.resources["lid"]
    assert made.references["box_id"].to == "box"
    cases = [*wrong_type_bodies(Ground(found, made, "create", PROFILES["ci"], Bodies(found, made)))]
    said = {name: {c["note"]: c["status"] for c in cases if c["field"] == name} for name in ("box_id", "size")}
    assert said["box_id"] == said["size"]
    assert {"coercible", "invalid"} <= set(said["size"].values())


@pytest.mark.parametrize(
    ("parameter", "is_open"),
    [
        ({"name": "include_archived", "schema": {"type": "boolean", "default": False}}, True),
        ({"name": "from", "required": True, "schema": {**TEXT, "format": "date"}}, True),
        ({"name": "state", "schema": {**TEXT, "enum": ["open", "closed", "all"]}}, True),
        ({"name": "day", "schema": TEXT, "description": "Today if omitted."}, True),
        ({"name": "q", "schema": TEXT, "description": "Words to look for."}, False),
        ({"name": "limit", "schema": {**NUMBER, "default": 20, "maximum": 50}}, True),
        ({"name": "sort", "schema": {**TEXT, "default": "label", "enum": ["label", "-label"]}}, False),
    ],
)
def test_a_list_may_leave_out_what_its_parameters_would_explain(
    parameter: Document, is_open: bool, tmp_path: Path
) -> None:
    listed = {"get": call({"type": "array", "items": BOX}, parameters=[{"in": "query", **parameter}])}
    paths = boxes(call(BOX, SENT, 201))
    paths["/boxes"] |= listed
    assert ("list" in resource(tmp_path, "box", paths).open) is is_open


def test_a_list_may_be_sorted_by_texts_whose_order_is_asked_for(tmp_path: Path) -> None:
    way = {"name": "sort", "in": "query", "schema": {**TEXT, "enum": ["label", "-label", "id", "-id", "shape"]}}
    paths = boxes(call(BOX, SENT, 201))
    paths["/boxes"] |= {"get": call({"type": "array", "items": BOX}, parameters=[way])}
    found = resource(tmp_path, "box", paths)
    assert found.sort == ("label", "id")
    assert found.query.collation is None
    written = next(tmp_path.rglob("contract.yaml")).read_text()
    assert "# query: {collation: code-points}" in written


@pytest.mark.parametrize(
    ("words", "operation"),
    [
        ({"summary": "Replaces the whole box."}, "replace"),
        ({"description": "Replace a box"}, "replace"),
        ({"summary": "Overwrite Box"}, "replace"),
        ({"summary": "Overwrites box labels"}, None),
        ({"summary": "Replaces the box, fields that are omitted stay"}, None),
        ({"summary": "Replaces the box label"}, None),
        ({"summary": "Updates the box"}, None),
        ({}, None),
    ],
)
def test_a_put_that_says_that_it_replaces_is_a_replace(words: Document, operation: str | None, tmp_path: Path) -> None:
    sent = {**SENT, "properties": {**LABEL, "note": TEXT}}
    found = read(tmp_path, boxes(call(BOX, sent, 201), put=call(BOX, sent, **words)))
    said = found.contract["resources"]["box"]
    assert list(said["operations"]) == ["create", "read", "replace"]
    assert ("replace" in said["open"]) is (operation is None)


def test_a_put_that_needs_nothing_and_replaces_is_no_update(tmp_path: Path) -> None:
    sent = {"type": "object", "properties": LABEL}
    put = call(BOX, sent, summary="Replaces the box.")
    assert "replace" in resource(tmp_path, "box", boxes(call(BOX, SENT, 201), put=put)).operations
    other = tmp_path / "other"
    other.mkdir()
    assert "update" in resource(other, "box", boxes(call(BOX, SENT, 201), put=call(BOX, sent))).operations
    found = resource(other, "box", boxes(call(BOX, sent, 201), put=call(BOX, sent)))
    assert "replace" in found.operations
    assert "replace" in found.open
    keeps = call(BOX, sent, description="What is left out stays unchanged.")
    assert "update" in resource(other, "box", boxes(call(BOX, sent, 201), put=keeps)).operations


def test_an_address_may_be_shown_in_another_case(tmp_path: Path) -> None:
    address = {"mail": {**TEXT, "format": "email"}, **LABEL}
    member = {"type": "object", "required": ["id"], "properties": {"id": NUMBER, **address}}
    found = resource(tmp_path, "box", boxes(call(member, {"type": "object", "properties": address}, 201)))
    assert not [*gaps(found, {"mail": "Ann@Example.com"}, {"mail": "ann@example.com"})]
    assert [*gaps(found, {"mail": "Ann@Example.com"}, {"mail": "bob@example.com"})]
    assert [*gaps(found, {"label": "Ann"}, {"label": "ann"})]
    assert [*gaps(replace(found, open=()), {"mail": "Ann@Example.com"}, {"mail": "ann@example.com"})]


def bodies(sent: Document, shown: Document, **more: Document) -> Document:
    """Boxes that are created from members ``sent`` and show ``shown``. ``more``: operations of one."""
    answer = {"type": "object", "required": ["id"], "properties": {"id": NUMBER, **shown}}
    return boxes(call(answer, {"type": "object", "properties": sent}, 201), **{"get": call(answer), **more})


def sent_as(folder: Path, sent: Document, shown: Document, **more: Document) -> Any:
    """What a contract says of the request field ``field``."""
    return resource(folder, "box", bodies({"field": sent}, {"field": shown}, **more)).shapes.create["properties"][
        "field"
    ]


@pytest.mark.parametrize(
    ("number", "right", "wrong"),
    [({}, "12.75", "12.50"), ({"maximum": 99}, "7.25", "120.75"), ({"minimum": 5, "maximum": 9}, "7.00", "4.75")],
)
def test_decimals_that_are_shown_as_text_are_sent_as_text_with_two_places(
    number: Document, right: str, wrong: str, tmp_path: Path
) -> None:
    asked = {"anyOf": [{"type": "number", **number}, TEXT]}
    found = sent_as(tmp_path, asked, TEXT)
    assert is_valid(found, right)
    assert not is_valid(found, wrong)
    inside = sent_as(tmp_path, {"type": "array", "items": asked}, {"type": "array", "items": TEXT})
    assert is_valid(inside, [right])
    assert not is_valid(inside, [wrong])


def test_fractions_are_sent_with_two_decimals_and_refused_within_them(tmp_path: Path) -> None:
    found = sent_as(tmp_path, {"type": "number", "minimum": 0}, {"type": "number"})
    assert all(v == round(v, 2) for v in (c.value for c in accepted(found)) if isinstance(v, float))
    assert all(c.value <= -0.01 for c in refused(found))


def test_a_pattern_may_be_kept_up_to_blanks_at_its_ends(tmp_path: Path) -> None:
    found = sent_as(tmp_path, {**TEXT, "pattern": "^[A-Z]{2}$"}, TEXT)
    assert not [c.value for c in refused(found) if c.value.strip() not in ("", c.value)]
    assert [c.value for c in refused(found)]


def test_null_that_one_operation_takes_and_another_does_not_is_asked_of_neither(tmp_path: Path) -> None:
    patch = call(BOX, {"type": "object", "properties": {"field": {"type": ["string", "null"]}}})
    found = contract(tmp_path, bodies({"field": TEXT}, {"field": TEXT}, patch=patch))
    made = found.resources["box"]
    assert made.lenient == ()
    ground = Ground(found, made, "create", PROFILES["ci"], Bodies(found, made))
    assert [c["field"] for c in wrong_type_bodies(ground)].count("field") > 2
    assert not [c for c in null_bodies(ground) if c["field"] == "field"]


def test_an_absent_field_that_may_be_null_may_have_a_default_of_the_servers_own(tmp_path: Path) -> None:
    nullable = {"type": ["string", "null"]}
    assert "field" not in expected(resource(tmp_path, "box", bodies({"field": nullable}, {"field": nullable})), {})
    given = {**nullable, "default": "x"}
    assert expected(resource(tmp_path, "box", bodies({"field": given}, {"field": nullable})), {})["field"] == "x"


@pytest.mark.parametrize(
    ("name", "needed", "is_sent"),
    [
        ("supplier_id", False, False),
        ("supplierId", False, False),
        ("supplier_id", True, True),
        ("external_id", False, True),
    ],
)
def test_an_optional_field_named_as_an_id_of_something_unknown_is_not_sent(
    name: str, needed: bool, is_sent: bool, tmp_path: Path
) -> None:
    sent = {"type": "object", "required": [name] if needed else [], "properties": {**LABEL, name: TEXT}}
    shown = {"type": "object", "required": ["id"], "properties": {"id": NUMBER, **LABEL, name: TEXT}}
    found = resource(tmp_path, "box", boxes(call(shown, sent, 201)))
    assert (name in found.shapes.create["properties"]) is is_sent
    assert name in found.shapes.response["properties"]


def test_a_slash_at_the_end_of_one_path_is_no_matter_of_the_other(tmp_path: Path) -> None:
    paths = boxes(call(BOX, SENT, 201), delete={"responses": {"204": {"description": "gone"}}})
    found = resource(tmp_path, "box", {"/boxes/": paths["/boxes"], "/boxes/{id}": paths["/boxes/{id}"]})
    assert (found.path, found.operation("create").path) == ("/boxes/", "/boxes/")
    assert found.operation("delete").path == "/boxes/{id}"


def test_a_list_that_names_its_next_page_by_a_url_needs_no_size(tmp_path: Path) -> None:
    following = {"type": ["string", "null"], "format": "uri"}
    page = {"type": "object", "properties": {"next": following, "results": {"type": "array", "items": BOX}}}
    paths = boxes(call(BOX, SENT, 201))
    paths["/boxes"]["get"] = call(page, parameters=[{"name": "page", "in": "query", "schema": NUMBER}])
    paging = resource(tmp_path, "box", paths).paging
    assert (paging.style, paging.next_field, paging.sized(10)) == ("token", "next", ())


def test_a_document_on_one_line_is_told_of_by_pointers(tmp_path: Path) -> None:
    paths = {**boxes(call(BOX, SENT, 201)), "/me": {"get": call(TEXT)}}
    assert "(#/paths/~1me/get)" in "\n".join(map(str, read(tmp_path, paths).left_out))


def test_a_precondition_that_is_demanded_is_given(tmp_path: Path) -> None:
    gone = {"responses": {c: {"description": "x"} for c in ("204", "404", "412", "428")}}
    found = resource(tmp_path, "box", boxes(call(BOX, SENT, 201), delete=gone))
    assert found.operation("delete").headers == {"If-Match": {"const": "*"}}
    assert 412 in found.status("absent", "delete")


def test_the_number_that_begins_a_uuid_is_none_where_a_refusal_of_its_form_says_so(tmp_path: Path) -> None:
    uuid = {**TEXT, "format": "uuid"}
    shown = {"type": "object", "required": ["id"], "properties": {"id": uuid, **LABEL}}
    given = {"name": "id", "in": "path", "required": True, "schema": uuid}
    paths = {"/boxes": {"post": call(shown, SENT, 201)}, "/boxes/{id}": {"parameters": [given], "get": call(shown)}}
    found = resource(tmp_path, "box", paths)
    assert is_malformed(found, "233989", 422)
    assert not is_malformed(found, "233989", 403)
    assert not is_malformed(found, "233989d0-0b7b-4f81-af03-805244b6ce8d", 422)


def test_a_number_is_no_id_where_none_that_was_given_out_is_one(tmp_path: Path) -> None:
    shown = {"type": "object", "required": ["id"], "properties": {"id": TEXT, **LABEL}}
    given = {"name": "id", "in": "path", "required": True, "schema": TEXT}
    paths = {"/boxes": {"post": call(shown, SENT, 201)}, "/boxes/{id}": {"parameters": [given], "get": call(shown)}}
    found = resource(tmp_path, "box", paths)
    texts = ["233989d0-0b7b-4f81-af03-805244b6ce8d", "5f8a2c"]
    assert is_malformed(found, "233989", 400, texts)
    assert not is_malformed(found, "233989", 403, texts)
    assert not is_malformed(found, "233989", 400, [*texts, "7"])
    assert not is_malformed(found, "233989", 400)
    assert not is_malformed(found, "5f8a", 400, texts)


def test_a_member_called_after_a_resource_of_which_there_is_one_refers_to_none(tmp_path: Path) -> None:
    sent = {"type": "object", "required": ["label"], "properties": {**LABEL, "setting_id": NUMBER}}
    settings = {"type": "object", "properties": LABEL}
    one = {"/settings": {"get": call(settings), "put": call(settings, SENT)}}
    found = contract(tmp_path, {**boxes(call(BOX, sent, 201)), **one})
    assert [*found.resources] == ["box", "setting"]
    assert not found.resources["box"].references


@pytest.mark.parametrize(
    ("asked", "name", "sent", "field"),
    [
        (TEXT, "documentId", False, "documentId"),
        (NUMBER, "documentId", False, "id"),
        ({"type": [{}]}, "documentId", False, "id"),  # no type at all
        (TEXT, "documentId", True, "id"),  # a client sets it: it is that of a document
        (TEXT, "tenantId", False, "id"),
        (TEXT, "box_uuid", False, "box_uuid"),
        (TEXT, "uuid", False, "id"),
        ({**TEXT, "format": "uuid"}, "uuid", False, "uuid"),
    ],
)
def test_a_text_in_a_path_is_hardly_the_number_of_a_row_beside_the_public_id(
    asked: Document, name: str, sent: bool, field: str, tmp_path: Path
) -> None:
    shown: Document = {**BOX, "properties": {"id": NUMBER, **LABEL, name: TEXT}}
    body: Document = {**SENT, "properties": {**LABEL, **({name: TEXT} if sent else {})}}
    paths = boxes(call(shown, body, 201), get=call(shown))
    paths["/boxes/{id}"]["parameters"] = [{"name": "id", "in": "path", "required": True, "schema": asked}]
    assert resource(tmp_path, "box", paths).id.field == field
