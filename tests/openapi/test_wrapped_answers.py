"""Answers that say how the request went, around what was asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .unsaid import BOX, SENT, TEXT, Document, call, contract, resource

NUMBER = {"type": "integer"}


def told(data: Document, **beside: Document) -> Document:
    """The schema of an answer that has ``data`` beside a code and a message."""
    members = {"code": NUMBER, "message": TEXT, **beside, "data": data}
    return {"type": "object", "properties": members}


def shelves(listed: Document, one: Document, **query: Document) -> Document:
    given = {"name": "id", "in": "path", "required": True, "schema": NUMBER}
    asked = [{"name": n, "in": "query", "schema": s} for n, s in query.items()]
    return {
        "/boxes": {"get": call(listed, parameters=asked), "post": call(one, SENT, 201)},
        "/boxes/{id}": {"parameters": [given], "get": call(one)},
    }


PAGES = {"type": "object", "properties": {"boxes": {"type": "array", "items": BOX}, "pagination": {"type": "object",
         "properties": {"total": NUMBER}}}}  # fmt: skip


def test_what_stands_beside_a_code_and_a_message_is_the_resource(tmp_path: Path) -> None:
    listed = told(PAGES)
    found = resource(tmp_path, "box", shelves(listed, told(BOX), page={**NUMBER, "minimum": 1}, size=NUMBER))
    assert found.envelope.response == "data"
    assert found.envelope.list == "/data/boxes"
    assert found.paging.total_field == "/data/pagination/total"
    assert set(found.properties) == {"id", "label"}


WORDS: list[Document] = [
    {"type": "object", "properties": {"message": TEXT}},
    {"type": "object", "properties": {"success": {"type": "boolean"}, "detail": TEXT}},
]


@pytest.mark.parametrize("words", WORDS)
def test_an_answer_that_says_only_how_a_write_went_has_not_the_envelope_of_the_others(
    words: Document, tmp_path: Path
) -> None:
    around: Document = {"type": "object", "properties": {"data": BOX}}
    paths = shelves({"type": "array", "items": BOX}, around)
    paths["/boxes/{id}"]["patch"] = call(words, SENT)
    found = resource(tmp_path, "box", paths)
    assert found.envelope.response == "data"
    assert (found.operation("update").returns, found.operation("create").returns) == ("minimal", "representation")
    assert set(found.properties) == {"id", "label"}


def test_a_create_that_shows_what_the_list_shows_is_no_receipt(tmp_path: Path) -> None:
    paths = shelves({"type": "array", "items": BOX}, BOX)
    paths["/boxes/{id}"]["get"] = call({"type": "object", "properties": {"data": BOX}})
    assert resource(tmp_path, "box", paths).operation("create").returns == "representation"


def shown(result: Document, **beside: Document) -> Document:
    """The schema of an answer of Flask-AppBuilder: ``result`` beside the id and what a form shows of it."""
    return {"type": "object", "properties": {"id": TEXT, **beside, "result": result}}


def test_what_bodies_are_made_of_stands_in_one_member_and_an_id_beside_it(tmp_path: Path) -> None:
    titles: dict[str, Document] = {"show_title": TEXT, "label_columns": {"type": "object", "properties": {"x": TEXT}}}
    listed = {"ids": {"type": "array", "items": TEXT}, "count": NUMBER, "result": {"type": "array", "items": BOX}}
    paths = shelves({"type": "object", "properties": listed}, shown(BOX, **titles))
    paths["/boxes"]["post"] = call(shown(SENT), SENT, 201)
    paths["/boxes/{id}"]["put"] = call({"type": "object", "properties": {"result": SENT}}, SENT)
    found = resource(tmp_path, "box", paths)
    assert set(found.properties) == {"id", "label"}
    assert (found.envelope.response, found.envelope.list) == ("result", "result")
    assert found.operation("create").returns == "minimal"  # the id that it shows counts
    assert found.operation("create").envelope.response is None
    assert found.operation("update" if found.supports("update") else "replace").returns == "representation"


@pytest.mark.parametrize("own", [{"label": TEXT}, {"show_title": TEXT, "result": TEXT}])
def test_an_object_beside_what_bodies_hold_is_a_member(own: dict[str, Document], tmp_path: Path) -> None:
    """A member of bodies beside the object, or that has its name, is one of the resource."""
    inside = {"type": "object", "properties": {"id": NUMBER, **own}}
    one = {"type": "object", "properties": {"id": NUMBER, **own, "result": inside}}
    paths = shelves({"type": "array", "items": one}, one)
    paths["/boxes"]["post"] = call(one, {"type": "object", "properties": own}, 201)
    assert resource(tmp_path, "box", paths).envelope.response is None


@pytest.mark.parametrize("place", ["meta", "pagination", "page_info", "result_info"])
def test_a_token_beside_the_entries_may_stand_in_an_object(place: str, tmp_path: Path) -> None:
    beside: dict[str, Any] = {place: {"type": "object", "properties": {"next_cursor": {"type": ["string", "null"]}}}}
    listed = told({"type": "array", "items": BOX}, **beside)
    found = resource(tmp_path, "box", shelves(listed, told(BOX), cursor=TEXT))
    assert found.envelope.list == "data"
    assert found.paging.next_field == f"/{place}/next_cursor"


def test_an_object_in_a_resource_is_no_resource(tmp_path: Path) -> None:
    inside = {"type": "object", "properties": {"id": NUMBER, "label": TEXT, "owner": {"type": "object",
              "properties": {"name": TEXT}}}}  # fmt: skip
    found = contract(tmp_path, shelves({"type": "array", "items": inside}, inside)).resources["box"]
    assert found.envelope.response is None
    assert set(found.properties) == {"id", "label", "owner"}


@pytest.mark.parametrize("unsaid", [{"type": "object"}, {"items": BOX}])
def test_an_answer_that_says_nothing_of_what_it_holds_has_the_envelope_of_the_read(
    unsaid: Document, tmp_path: Path
) -> None:
    held: Document = {"type": "object", "properties": {"data": unsaid}}
    listed: Document = {"type": "object", "properties": {"data": {"type": "array", "items": BOX}}}
    given = {"name": "id", "in": "path", "required": True, "schema": NUMBER}
    one = call({"type": "object", "properties": {"data": BOX}})
    item = {"parameters": [given], "get": one, "patch": call(held, SENT), "delete": call(held)}
    found = resource(
        tmp_path, "box", {"/boxes": {"get": call(listed), "post": call(held, SENT, 201)}, "/boxes/{id}": item}
    )
    assert (found.envelope.response, set(found.properties)) == ("data", {"id", "label"})
    assert {found.operation(o).returns for o in ("create", "update")} == {"minimal"}
    assert "id" in found.open, "nothing says that the answer to a create leads to the id"


@pytest.mark.parametrize(("member", "is_cut"), [("page_size", True), ("columns", False)])
def test_an_object_in_one_parameter_may_speak_of_pages(member: str, is_cut: bool, tmp_path: Path) -> None:
    """How it is written, a document does not say."""
    packed = {"type": "object", "properties": {member: NUMBER}}
    asked = [{"name": "q", "in": "query", "content": {"application/json": {"schema": packed}}}]
    listed = {"count": NUMBER, "result": {"type": "array", "items": BOX}}
    paths = shelves({"type": "object", "properties": listed}, BOX)
    paths["/boxes"]["get"]["parameters"] = asked
    assert ("list" in resource(tmp_path, "box", paths).open) == is_cut
