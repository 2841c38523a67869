"""Calls as tutorials and small teams write them: ``GET /getUser?id=``, ``POST /createUser`` that answers an id, ``PUT
/Products/Update?id=`` with a parameter that is not said to be needed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .test_embedded import object_of
from .test_meant import NO
from .unsaid import NUMBER, TEXT, Document, call, read

USER = object_of(["id", "name"], id=TEXT, name=TEXT, age=NUMBER)
SENT = object_of(["name"], name=TEXT, age=NUMBER)
SAID = object_of([], status=TEXT, message=TEXT)
MADE = object_of([], status=TEXT, message=TEXT, id=TEXT)


def named(where: str, name: str = "id", *, required: bool = True) -> list[Document]:
    return [{"name": name, "in": where, "schema": TEXT, **({"required": True} if required else {})}]


def users(**changed: Document) -> Document:
    """The calls of a tutorial. ``changed``: those by other paths, or none."""
    calls = {
        "/getUsers": {"get": call(object_of([], status=TEXT, users={"type": "array", "items": USER}))},
        "/getUser": {
            "get": call(object_of([], status=TEXT, user=USER), parameters=named("query"), others={"404": NO["404"]})
        },
        "/createUser": {"post": call(MADE, SENT, 200, others={"400": NO["400"]})},
        "/updateUser/{id}": {"post": call(SAID, SENT, parameters=named("path"), others={"404": NO["404"]})},
        "/deleteUser/{id}": {"delete": call(SAID, parameters=named("path"), others={"404": NO["404"]})},
    }
    return calls | changed


def resources(tmp_path: Path, paths: Document) -> dict[str, Any]:
    found: dict[str, Any] = read(tmp_path, paths).contract["resources"]
    return found


def test_a_read_may_name_the_one_in_its_query_where_changes_name_it_in_their_path(tmp_path: Path) -> None:
    found = resources(tmp_path, users())
    assert found.keys() == {"user"}
    ways = found["user"]["operations"]
    assert ways["read"]["query"] == {"id": "{id}"}
    assert ways["read"]["path"] == "/getUser"
    assert ways["update"]["path"] == "/updateUser/{id}"
    assert ways["delete"]["path"] == "/deleteUser/{id}"
    assert ways["create"]["path"] == "/createUser"
    assert found["user"]["path"] == "/getUsers"
    assert found["user"]["methods"] == {"update": "POST"}


def test_an_answer_with_words_and_the_id_is_not_wrapped_as_a_read_is(tmp_path: Path) -> None:
    user = resources(tmp_path, users())["user"]
    assert user["envelope"]["response"] == "user"
    assert user["operations"]["create"]["returns"] == "minimal"
    assert user["operations"]["create"]["envelope"] == {"response": ""}
    assert not {"name", "age", "message", "status"} & set(user.get("volatile", ()))


def orders() -> Document:
    order = object_of(["id", "item"], id=NUMBER, item=TEXT, count=NUMBER)
    sent = object_of(["item"], item=TEXT, count=NUMBER)
    by_id = named("query", required=False)
    return {
        "/api/Orders/GetAll": {"get": call({"type": "array", "items": order})},
        "/api/Orders/GetById": {"get": call(order, parameters=by_id, others={"404": NO["404"]})},
        "/api/Orders/PlaceOrder": {"post": call(order, sent, 200)},
        "/api/Orders/Update": {"put": call(order, sent, parameters=by_id)},
        "/api/Orders/Delete": {"delete": {"parameters": by_id, "responses": {"204": {"description": "gone"}}}},
    }


def test_what_is_called_after_a_deed_to_one_is_told_which_one_though_nothing_says_that_it_must_be(
    tmp_path: Path,
) -> None:
    ways = resources(tmp_path, orders())["order"]["operations"]
    assert {operation: way["path"] for operation, way in ways.items()} == {
        "list": "/api/Orders/GetAll",
        "create": "/api/Orders/PlaceOrder",
        "read": "/api/Orders/GetById",
        "replace": "/api/Orders/Update",
        "delete": "/api/Orders/Delete",
    }
    assert all(ways[operation]["query"] == {"id": "{id}"} for operation in ("read", "replace", "delete"))


@pytest.mark.parametrize("word", ["/editUser", "/modifyUser"])
def test_a_change_beside_a_read_by_path_may_name_the_one_in_its_body(word: str, tmp_path: Path) -> None:
    changed = object_of(["id"], id=TEXT, name=TEXT, age=NUMBER)
    paths = users() | {
        "/getUserById/{id}": {"get": call(USER, parameters=named("path"), others={"404": NO["404"]})},
        word: {"post": call(USER, changed)},
    }
    paths = {path: entry for path, entry in paths.items() if path not in ("/getUser", "/updateUser/{id}")}
    ways = resources(tmp_path, paths)["user"]["operations"]
    assert ways["update"]["path"] == word
    assert ways["update"]["envelope"]["constants"] == {"/id": "{id}"}


def test_a_parameter_of_a_list_is_no_id_of_one(tmp_path: Path) -> None:
    """Without a word for a deed, what the query may hold selects some."""
    paths = orders()
    paths["/api/Orders"] = paths.pop("/api/Orders/GetById")
    assert "query" not in (resources(tmp_path, paths).get("order", {}).get("operations", {}).get("read") or {})
