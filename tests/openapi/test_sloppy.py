"""Documents as they are found: written by hand, or by frameworks that say less than they know. What is plainly meant is
read, and what is not is left out; an honest server behind one is not accused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from restproof.contract.load import check, load
from restproof.contract.model import Contract
from restproof.contract.openapi.imported import Imported, imported
from restproof.contract.openapi.keywords import says_servers
from restproof.contract.openapi.naming import singular
from restproof.contract.openapi.written import grouped, write
from restproof.contract.patterns import matches_plainly
from restproof.plan.parameters import fixed_query

Document = dict[str, Any]
TEXT = {"type": "string"}
CAR = {"type": "object", "required": ["id", "plate"], "properties": {"id": {"type": "integer"}, "plate": TEXT}}
SENT = {"type": "object", "required": ["plate"], "properties": {"plate": TEXT}}
NUMBER = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}


def body(schema: Document) -> Document:
    return {"content": {"application/json": {"schema": schema}}}


def call(answer: Document | None = None, sent: Document | None = None, status: int = 200, **more: Any) -> Document:
    said = {"responses": {status: {"description": "", **(body(answer) if answer else {})}}}
    return said | ({"requestBody": {"required": True, **body(sent)}} if sent else {}) | more


def cars(**more: Document) -> Document:
    """The paths of cars: they are made and read; ``more``: what else an item has."""
    item = {"parameters": [NUMBER], "get": call(CAR), **more}
    return {"/cars": {"post": call(CAR, SENT, 201)}, "/cars/{id}": item}


def read(tmp_path: Path, paths: Document, schemas: Document | None = None) -> tuple[Imported, Contract]:
    """What is read of a document, which passes lint."""
    document = {"openapi": "3.0.3", "info": {"title": "Cars", "version": "1"}, "paths": paths}
    if schemas:
        document["components"] = {"schemas": schemas}
    file = tmp_path / "cars.yaml"
    file.write_text(yaml.safe_dump(document), encoding="utf-8")
    found = imported(file, "cars")
    written = write(found, tmp_path / "cars", file.name)
    assert check(written) == []
    return found, load(written)


def test_types_and_bounds_as_they_are_written_by_hand_are_read_as_meant(tmp_path: Path) -> None:
    members = {
        "plate": {"type": "String", "required": True, "maxLength": "10"},
        "seats": {"type": "int", "minimum": "1", "required": False},
        "sold": {"type": "bool"},
        "bought": {"type": "date"},
        "seen": {"type": "datetime"},
    }
    paths = cars()
    paths["/cars"]["post"] = call(CAR, {"type": "object", "properties": members}, 201)
    found, contract = read(tmp_path, paths)
    sent = contract.resources["car"].shapes.request("create")
    assert sent["required"] == ["plate"]
    assert sent["properties"]["plate"]["maxLength"] == 10
    assert sent["properties"]["seats"]["type"] == "integer"
    assert sent["properties"]["seats"]["minimum"] == 1
    assert sent["properties"]["sold"]["type"] == "boolean"
    assert sent["properties"]["bought"]["format"] == "date"
    assert sent["properties"]["seen"]["format"] == "date-time"
    assert not [one for one in found.left_out if "carried" in one.what]


def test_a_type_that_nothing_is_known_of_is_sent_no_value(tmp_path: Path) -> None:
    paths = cars()
    sent = {**SENT, "properties": {"plate": TEXT, "place": {"type": "geopoint"}}}
    paths["/cars"]["post"] = call(CAR, sent, 201)
    found, contract = read(tmp_path, paths)
    assert "place" not in contract.resources["car"].shapes.request("create")["properties"]
    assert any("geopoint" in one.what for one in found.left_out)


def test_an_object_in_the_query_is_a_parameter_for_each_of_its_members(tmp_path: Path) -> None:
    pageable = {
        "type": "object",
        "properties": {
            "page": {"type": "integer", "minimum": 0},
            "size": {"type": "integer", "minimum": 1},
            "sort": {"type": "array", "items": TEXT},
        },
    }
    told = {n: {"type": "integer"} for n in ("number", "numberOfElements", "totalPages", "totalElements")}
    page = {"type": "object", "properties": {"content": {"type": "array", "items": CAR}, **told}}
    asked = {"name": "pageable", "in": "query", "required": True, "schema": {"$ref": "#/components/schemas/Pageable"}}
    paths = cars()
    paths["/cars"]["get"] = call(page, parameters=[asked])
    _, contract = read(tmp_path, paths, {"Pageable": pageable})
    paging = contract.resources["car"].paging
    assert (paging.style, paging.page, paging.size, paging.first) == ("page", "page", "size", 0)
    assert paging.total_field == "totalElements"
    assert not contract.resources["car"].operation("list").query


def test_an_object_that_stands_as_one_value_in_the_query_is_not_taken_apart(tmp_path: Path) -> None:
    shape = {"type": "object", "properties": {"page": {"type": "integer"}, "size": {"type": "integer"}}}
    paths = cars()
    asked = {"name": "pageable", "in": "query", "required": True, "schema": shape, "explode": False}
    paths["/cars"]["get"] = call({"type": "array", "items": CAR}, parameters=[asked])
    found, _ = read(tmp_path, paths)
    assert any("requires the parameter pageable" in one.what for one in found.left_out)


@pytest.mark.parametrize(
    ("name", "schema", "asked"),
    [
        ("page-token", {"type": "string"}, False),
        ("nextToken", {"type": "string", "maxLength": 80}, False),
        ("cursor", {"type": "string", "default": "first"}, True),
        ("cursor", {"type": "string", "enum": ["0"]}, True),
        ("since", {"type": "string", "format": "date-time"}, True),
        ("Page", {"type": "integer", "minimum": 1}, True),
        ("shelf", {"type": "string"}, True),
    ],
)
def test_a_list_that_requires_a_token_of_an_earlier_answer_is_left_out(
    name: str, schema: Document, asked: bool, tmp_path: Path
) -> None:
    paths = cars()
    parameter = {"name": name, "in": "query", "required": True, "schema": schema}
    paths["/cars"]["get"] = call({"type": "array", "items": CAR}, parameters=[parameter])
    found, _ = read(tmp_path, paths)
    assert any(f"requires the parameter {name}" in one.what for one in found.left_out) is not asked


def test_lists_that_are_left_out_for_their_pages_are_told_in_one_line(tmp_path: Path) -> None:
    paths = cars()
    for page in ("page", "offset", "cursor", "limit"):
        parameter = {"name": page, "in": "query", "schema": {"type": "integer"}}
        paths[f"/report_by_{page}"] = {"get": call(CAR, parameters=[parameter])}
    found, _ = read(tmp_path, paths)
    assert sum("not plain how" in line for line in grouped(found.left_out)) == 1


def test_a_required_parameter_is_sent_as_its_default(tmp_path: Path) -> None:
    paths = cars()
    parameter = {"name": "cursor", "in": "query", "required": True, "schema": {**TEXT, "default": "first"}}
    paths["/cars"]["get"] = call({"type": "array", "items": CAR}, parameters=[parameter])
    _, contract = read(tmp_path, paths)
    assert fixed_query(contract.resources["car"].operation("list")) == (("cursor", "first"),)


def test_pages_are_read_in_any_spelling(tmp_path: Path) -> None:
    names = {"PageNumber": {"type": "integer", "default": 1}, "PageSize": {"type": "integer", "maximum": 50}}
    page = {
        "type": "object",
        "properties": {"Items": {"type": "array", "items": CAR}, "TotalCount": {"type": "integer"}},
    }
    paths = cars()
    paths["/cars"]["get"] = call(page, parameters=[{"name": n, "in": "query", "schema": s} for n, s in names.items()])
    _, contract = read(tmp_path, paths)
    paging = contract.resources["car"].paging
    assert (paging.page, paging.size, paging.max, paging.total_field) == ("PageNumber", "PageSize", 50, "TotalCount")


def test_the_schema_of_a_parameter_may_stand_beside_its_name(tmp_path: Path) -> None:
    paths = cars()
    limit = {"name": "limit", "in": "query", "type": "integer", "maximum": 20}
    paths["/cars"]["get"] = call(
        {"type": "array", "items": CAR}, parameters=[limit, {"name": "offset", "in": "query", "type": "integer"}]
    )
    _, contract = read(tmp_path, paths)
    assert contract.resources["car"].paging.max == 20


def test_a_change_that_holds_the_id_of_its_path_is_sent_it(tmp_path: Path) -> None:
    sent = {**CAR, "properties": CAR["properties"]}
    found, contract = read(tmp_path, cars(put=call(None, sent, 204)))
    car = contract.resources["car"]
    assert "id" not in car.shapes.request("create")["properties"]
    assert car.operation("replace").envelope.requested({"plate": "A"}, {}, 7) == {"plate": "A", "id": 7}
    assert not [one for one in found.left_out if "only an update" in one.what]


def test_a_change_that_needs_what_no_create_takes_is_left_out(tmp_path: Path) -> None:
    sent = {**SENT, "required": ["plate", "reason"], "properties": {"plate": TEXT, "reason": TEXT}}
    found, contract = read(tmp_path, cars(patch=call(CAR, sent)))
    assert "update" not in contract.resources["car"].operations
    assert any("its body must hold reason" in one.what for one in found.left_out)


@pytest.mark.parametrize("word", ["properties", "patternProperties", "items", "allOf", "required"])
@pytest.mark.parametrize("junk", [["plate"], [["a"], 1], {"a": 1}, "object", 7, None])
def test_a_word_of_a_schema_that_holds_what_it_cannot_costs_no_more_than_itself(
    word: str, junk: Any, tmp_path: Path
) -> None:
    paths = cars()
    members = {"id": {"type": "integer"}, "plate": TEXT, "owner": {"type": "object", word: junk}}
    odd = {**CAR, "properties": members}
    paths["/cars/{id}"]["get"] = call(odd)
    _, contract = read(tmp_path, paths)
    assert {"id", "plate", "owner"} <= contract.resources["car"].properties.keys()


@pytest.mark.parametrize("nullable", ["nullable", "x-nullable"])
def test_what_may_be_null_and_names_no_type_is_sent(nullable: str, tmp_path: Path) -> None:
    colour = {"enum": ["red", "blue"], nullable: True}
    members = {"plate": TEXT, "colour": colour, "doors": {"type": "array", "items": colour}}
    paths = cars()
    paths["/cars"]["post"] = call(CAR, {**SENT, "properties": members}, 201)
    _, contract = read(tmp_path, paths)
    sent = contract.resources["car"].shapes.request("create")["properties"]
    for schema in (sent["colour"], sent["doors"]["items"]):
        validator = Draft202012Validator(schema)
        assert [validator.is_valid(value) for value in ("red", None, "green", 1)] == [True, True, False, False]


@pytest.mark.parametrize("beside", [True, False])
def test_a_json_patch_is_no_body_with_members(beside: bool, tmp_path: Path) -> None:
    patch = {"schema": {"type": "object", "properties": {"op": TEXT, "path": TEXT}}}
    change = call(CAR)
    change["requestBody"] = {"content": {"application/json-patch+json": patch}}
    if beside:
        change["requestBody"]["content"]["application/merge-patch+json"] = {"schema": SENT}
    found, contract = read(tmp_path, cars(patch=change))
    car = contract.resources["car"]
    if beside:
        assert car.operation("update").media.request == "application/merge-patch+json"
    else:
        assert "update" not in car.operations
        assert any("it takes a JSON Patch" in one.what for one in found.left_out)


@pytest.mark.parametrize(
    ("said", "is_servers"),
    [
        ({"description": "Output only. The time of the last change, unless it is new."}, True),
        ({"description": "Assigned by the server."}, True),
        ({"description": "Generated by the server if it is omitted."}, False),
        ({"description": "Set by the server unless given."}, False),
        ({"description": "Not set by the server."}, False),
        ({"description": "Always list."}, True),
        ({"type": "boolean", "description": "Always true."}, True),
        ({"type": "boolean", "description": "Always visible."}, False),
        ({"writeOnly": True, "description": "Of it, a hash is computed by the server."}, False),
    ],
)
def test_words_say_that_only_the_server_sets_a_member(said: Document, is_servers: bool) -> None:
    assert says_servers({**TEXT, **said}) is is_servers


def test_an_object_that_is_said_to_be_required_itself_is_read(tmp_path: Path) -> None:
    engine = {"type": "object", "required": True, "properties": {"serial": {**TEXT, "description": "Output only."}}}
    car = {"type": "object", "properties": {"id": {"type": "integer"}, "plate": TEXT, "engine": engine}}
    _, contract = read(tmp_path, cars(get=call(car)))
    assert contract.resources["car"].properties["engine"]["properties"]["serial"]["readOnly"]


@pytest.mark.parametrize("needed", [True, False])
def test_a_list_without_entries_may_lack_what_holds_them_unless_it_is_needed(needed: bool, tmp_path: Path) -> None:
    page: Document = {"type": "object", "properties": {"cars": {"type": "array", "items": CAR}}}
    paths = cars()
    paths["/cars"]["get"] = call({**page, "required": ["cars"]} if needed else page)
    _, contract = read(tmp_path, paths)
    assert contract.resources["car"].envelope.listed({}) == (None if needed else [])


def test_a_name_that_is_said_to_be_a_path_is_no_id_and_ends_with_one(tmp_path: Path) -> None:
    named = {"type": "string", "readOnly": True, "description": "The resource name, like shelves/{shelf}."}
    shelf = {"type": "object", "properties": {"name": named, "theme": TEXT}}
    item = {"parameters": [{**NUMBER, "name": "shelf", "schema": TEXT}], "get": call(shelf), "delete": call(None)}
    paths = cars() | {"/shelves": {"post": call(shelf, shelf)}, "/shelves/{shelf}": item}
    _, contract = read(tmp_path, paths)
    assert (contract.resources["shelf"].id.field, contract.resources["shelf"].id.url) == ("name", "shelves/{id}")
    named["description"] = "The resource name."
    _, contract = read(tmp_path, paths)
    assert (contract.resources["shelf"].id.field, contract.resources["shelf"].id.link) == ("id", "/name")


def test_one_id_that_looks_like_a_path_takes_no_other_its_name(tmp_path: Path) -> None:
    image = {"type": "object", "properties": {"id": {**TEXT, "example": "ubuntu/24.04"}}}
    shown: Document = {**CAR, "properties": {"id": {"type": "integer"}, "plate": TEXT, "image": image}}
    item = {"parameters": [NUMBER], "get": call(CAR), "delete": call()}
    _, contract = read(tmp_path, {"/cars": {"get": call({"type": "array", "items": shown})}, "/cars/{id}": item})
    assert set(contract.resources["car"].operations) == {"list", "read", "delete"}


def test_a_number_is_an_id_however_many_of_its_name_are_paths(tmp_path: Path) -> None:
    image = {"type": "object", "properties": {"id": {**TEXT, "example": "ubuntu/24.04"}}}
    shown: Document = {"type": "object", "properties": {"id": {"type": "integer"}, "one": image, "two": image}}
    item = {"parameters": [NUMBER], "get": call(shown), "delete": call()}
    _, contract = read(tmp_path, {"/cars": {"get": call({"type": "array", "items": shown})}, "/cars/{id}": item})
    assert set(contract.resources["car"].operations) == {"list", "read", "delete"}


def test_a_path_that_is_called_the_list_of_a_collection_is_that(tmp_path: Path) -> None:
    schema = {"$ref": "#/components/schemas/Car"}
    paths = cars(get=call(schema)) | {"/cars/list": {"get": call({"type": "array", "items": schema})}}
    found, contract = read(tmp_path, paths, {"Car": CAR})
    assert contract.resources["car"].operation("list").path == "/cars/list"
    assert not [one for one in found.left_out if "beside the items" in one.what]


@pytest.mark.parametrize("word", ["anyOf", "oneOf"])
def test_an_alternative_that_no_value_keeps_is_none(word: str, tmp_path: Path) -> None:
    never = {"allOf": [{**TEXT, "enum": ["b"]}, {**TEXT, "pattern": "^c"}]}
    either = {word: [{**TEXT, "enum": ["a"]}, never]}
    inside = {"trim": either, "extras": {"type": "array", "items": never}, "marks": {"type": "array", "items": either}}
    inner: Document = {"type": "object", "properties": inside}
    members = {"plate": TEXT, "inner": inner, "trim": either}
    shown = {"type": "object", "properties": {"id": {"type": "integer"}, **members}}
    changed = {
        "type": "object",
        "properties": {"trim": {"anyOf": [{**TEXT, "pattern": ".^"}, {**TEXT, "enum": ["a"]}]}},
    }
    item = {"parameters": [NUMBER], "get": call(shown), "patch": call(shown, changed)}
    sent = {"type": "object", "properties": members}
    _, contract = read(tmp_path, {"/cars": {"post": call(shown, sent, 201)}, "/cars/{id}": item})
    drawn = contract.resources["car"].properties
    assert drawn["trim"]["enum"] == ["a"]
    assert drawn["inner"]["properties"]["extras"]["maxItems"] == 0


def test_what_closes_a_schema_together_with_others_costs_it_nothing(tmp_path: Path) -> None:
    paths = cars()
    paths["/cars"]["post"] = call(CAR, {**SENT, "unevaluatedProperties": False}, 201)
    _, contract = read(tmp_path, paths)
    assert "create" in contract.resources["car"].operations


@pytest.mark.parametrize(
    ("pattern", "text", "plainly"),
    [
        (r"\d{13}", "1234567890123", True),
        (r"\d{13}", "x1234567890123", False),
        (r"[A-Z]", "has A", True),
        (r"^[a-z]+", "abc def", True),
        (r"(?=.*\d).{3}", "abc1", True),
        (r"\$\d+", "costs $5", False),
        (r"[^$]{3}", "abcd", False),
        (r"\d+", "12", True),
        (r"\d+", "Level 3", False),
        (r"[a-z-]+", "ab cd", False),
        (r"\S", "has one", True),
        (r"\d|[a-z]+", "9 lives", True),
    ],
)
def test_a_text_is_all_of_a_pattern_without_anchors(pattern: str, text: str, plainly: bool) -> None:
    assert matches_plainly(pattern, text) is plainly


@pytest.mark.parametrize(
    ("word", "one"),
    [
        ("shelves", "shelf"),
        ("knives", "knife"),
        ("olives", "olive"),
        ("leaves", "leave"),
        ("archives", "archive"),
        ("warehouses", "warehouse"),
        ("clauses", "clause"),
        ("data_uses", "data_use"),
        ("statuses", "status"),
        ("campuses", "campus"),
        ("caches", "cache"),
        ("batches", "batch"),
        ("sizes", "size"),
        ("buzzes", "buzz"),
        ("shoes", "shoe"),
        ("series", "series"),
        ("tv_series", "tv_series"),
        ("species", "species"),
        ("queries", "query"),
    ],
)
def test_words_that_end_otherwise_in_the_plural(word: str, one: str) -> None:
    assert singular(word) == one
