"""Paths that are called after what they do: they are operations of what they stand below, where that is plain."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from restproof.contract.openapi.imported import imported
from restproof.contract.openapi.verbs import deed_of

DEEDS = Path(__file__).parent / "unusual" / "deeds.yaml"


def resources(file: Path = DEEDS) -> dict[str, Any]:
    found: dict[str, Any] = imported(file, "deeds").contract["resources"]
    return found


def paths(resource: dict[str, Any]) -> dict[str, str | None]:
    return {operation: (way or {}).get("path") for operation, way in resource["operations"].items()}


def test_a_word_behind_the_collection_or_the_id_names_the_operation() -> None:
    user = resources()["user"]
    assert paths(user) == {
        "list": "/users/list",
        "create": "/users/create",
        "read": None,
        "update": "/users/{id}/update",
        "delete": "/users/{id}/delete",
    }
    assert user["methods"] == {"update": "POST", "delete": "POST"}


def test_a_word_before_the_id_names_the_operation_and_a_collection_need_have_no_path_of_its_own() -> None:
    book = resources()["book"]
    assert book["path"] == "/Books"
    assert paths(book) == {
        "list": "/Books/GetAll",
        "create": "/Books/Create",
        "read": "/Books/GetById/{id}",
        "replace": "/Books/Update/{id}",
        "delete": "/Books/Delete/{id}",
    }


def test_below_a_parent_it_is_the_same() -> None:
    note = resources()["note"]
    assert paths(note) == {
        "list": None,
        "create": "/users/{user}/notes/add",
        "read": None,
        "update": "/users/{user}/notes/edit/{id}",
        "delete": "/users/{user}/notes/{id}/remove",
    }


def test_a_word_may_say_what_it_is_done_to() -> None:
    tag = resources()["tag"]
    assert tag["path"] == "/getAllTags"
    assert paths(tag) == {
        "list": None,
        "create": "/createTag",
        "read": "/getTag/{id}",
        "update": "/updateTag/{id}",
        "delete": "/deleteTag/{id}",
    }


DEED = {
    "create": ("create", ""),
    "GetAll": ("list", ""),
    "get-by-id": ("read", ""),
    "getUser": ("read", "user"),
    "get_users": ("list", "user"),
    "getAllUsers": ("list", "user"),
    "findUserById": ("read", "user"),
    "add-new-user": ("create", "user"),
    "delete_order_items": ("delete", "order_item"),
    "changeRequests": (None, ""),
    "newsletters": (None, ""),
    "users": (None, ""),
}


@pytest.mark.parametrize("word", DEED)
def test_what_a_word_of_a_path_says(word: str) -> None:
    assert deed_of(word) == DEED[word]


def test_what_names_the_one_in_its_query_or_its_body_belongs_to_what_is_read_by_its_path() -> None:
    ways = resources()["author"]["operations"]
    assert ways["read"] == {"path": "/Authors/GetById/{id}"}
    assert ways["replace"] == {"envelope": {"constants": {"/id": "{id}"}}, "path": "/Authors/Update"}
    assert ways["delete"] == {"query": {"id": "{id}"}, "path": "/Authors/Delete"}


def test_what_sends_something_else_than_is_read_is_no_update() -> None:
    told = [line.what for line in imported(DEEDS, "deeds").left_out]
    assert told == ["/users/{id}/change: neither a collection nor an item of one: nothing is read there"]


UPDATED = "schema: {$ref: '#/components/schemas/UserChange'}"
UNPLAIN = {
    "a body of something else": (UPDATED, "schema: {type: object, properties: {reason: {type: string}}}", "update"),
    "no body": (
        f"requestBody: {{required: true, content: {{application/json: {{{UPDATED}}}}}}}",
        "x-body: {}",
        "update",
    ),
    "two of a kind": ("/users/{id}/change:", "/users/{id}/remove:", ""),
    "another method": ("/users/{id}/update:\n    post:", "/users/{id}/update:\n    delete:", "update"),
    "another word": ("/users/{id}/delete:", "/users/{id}/close:", "delete"),
    "a list of something else": (
        "items: {$ref: '#/components/schemas/User'}",
        "items: {type: object, properties: {day: {type: string}, visits: {type: integer}}}",
        "list",
    ),
}


@pytest.mark.parametrize(("old", "new", "left"), UNPLAIN.values(), ids=UNPLAIN)
def test_what_is_not_plain_is_left_out(tmp_path: Path, old: str, new: str, left: str) -> None:
    text = DEEDS.read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / "deeds.yaml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    operations = {"list", "create", "read", "update", "delete"}
    assert set(resources(file)["user"]["operations"]) == operations - {left}


def test_the_usual_path_of_an_operation_comes_first(tmp_path: Path) -> None:
    text = DEEDS.read_text(encoding="utf-8")
    usual = text.replace(
        "  /users/{id}:\n", "  /users/{id}:\n    patch: {$ref: '#/paths/~1users~1{id}~1update/post'}\n"
    )
    file = tmp_path / "deeds.yaml"
    file.write_text(usual, encoding="utf-8")
    assert paths(resources(file)["user"])["update"] is None


def test_a_collection_and_calls_beside_it_are_one_resource(tmp_path: Path) -> None:
    text = DEEDS.read_text(encoding="utf-8").replace("/getAllTags:", "/tags:").replace("/deleteTag/", "/delete-tag/")
    file = tmp_path / "deeds.yaml"
    file.write_text(text, encoding="utf-8")
    tag = resources(file)["tag"]
    assert tag["path"] == "/tags"
    assert paths(tag) == {
        "list": None,
        "create": "/createTag",
        "read": "/getTag/{id}",
        "update": "/updateTag/{id}",
        "delete": "/delete-tag/{id}",
    }


@pytest.mark.parametrize(("called", "method"), [("delete-jobs", "delete"), ("edit-jobs", "put")])
def test_a_collection_that_is_only_called_after_a_deed_keeps_its_items(
    tmp_path: Path, called: str, method: str
) -> None:
    """A delete of /jobs/7 would have been one of /delete-jobs/7, which is somebody's."""
    job = {"type": "object", "properties": {"id": {"type": "integer"}, "name": {"type": "string"}}}

    def answer(schema: Any) -> dict[str, Any]:
        return {"200": {"description": "ok", "content": {"application/json": {"schema": schema}}}}

    at = [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}]
    content = {"content": {"application/json": {"schema": job}}}
    change = {"parameters": at, "responses": answer(job)} | ({"requestBody": content} if method == "put" else {})
    some = {"get": {"responses": answer({"type": "array", "items": job})}}
    some["post"] = {"requestBody": content, "responses": answer(job)}
    one = {"get": {"parameters": at, "responses": answer(job)}}
    said = {"/jobs": some, "/jobs/{id}": one, f"/{called}": some, f"/{called}/{{id}}": {**one, method: change}}
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps({"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": said}))
    found = resources(file)
    assert [*found["job"]["operations"]] == ["list", "create", "read"]
    own = found[called.replace("-", "_")[:-1]]["operations"]
    assert [*own] == ["list", "create", "read", {"delete": "delete", "put": "replace"}[method]]
