"""What the words of a document leave no doubt about: a name must be unique, or a 409 says that it is taken."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .honest import Json, Refused, Request, Service, Text, serving
from .running import run_document
from .services import crud
from .test_embedded import object_of
from .test_meant import ITEM, NO, written
from .unsaid import NUMBER, TEXT, Document, call, resource

TAKEN = "A box with this name already exists."


def paths(words: str, conflict: str | None = None, path: str = "/boxes", **more: Any) -> Document:
    text = {**TEXT, "maxLength": 40}
    texts: Document = {"name": {**text, "description": words}, "note": text, **more}
    shown = object_of(["id", "name"], id={**NUMBER, "readOnly": True}, **texts)
    refused = {"400": NO["400"]} | ({"409": {"description": conflict}} if conflict is not None else {})
    item = {
        "parameters": [ITEM],
        "get": call(shown, others={"404": NO["404"]}),
        "patch": call(shown, object_of([], **texts), others={**refused, "404": NO["404"]}),
        "delete": {"responses": {"204": {"description": "gone"}, "404": NO["404"]}},
    }
    made = call(shown, object_of(["name", *more], **texts), 201, others=refused)
    return {path: {"get": call({"type": "array", "items": shown}), "post": made}, f"{path}/{{id}}": item}


@pytest.mark.parametrize(
    ("words", "conflict", "unique"),
    [
        ("The name. It must be unique.", None, True),
        ("Has to be unique within the account", None, True),
        ("Is unique across all boxes", None, True),
        ("Unique name of the box", TAKEN, True),
        ("Unique name of the box", None, False),
        ("Unique identifier of the box", TAKEN.replace("name", "one"), False),
        ("The name", TAKEN, True),
        ("The name", "name is already taken", True),
        ("The name", "the name or the note is already taken", False),
        ("The name", "It is busy", False),
        ("It need not be unique", None, False),
        ("Must be unique if it is set", None, False),
        ("Must be unique together with the note", None, False),
        ("Must be unique among open boxes", None, False),
        ("Must be unique within the shelf", None, False),
        ("Must be unique within the system", None, True),
        ("Must be unique within the system of record", None, True),
        ("Must be unique within the server group", None, False),
        ("The name", "A box with this name exists and is not closed", False),
        ("The name", "A box with this name is being packed", False),
        ("The name. It should be unique.", None, False),
        ("The name. It should be unique.", TAKEN, True),
    ],
)
def test_words_say_what_is_unique(words: str, conflict: str | None, unique: bool, tmp_path: Path) -> None:
    assert bool(resource(tmp_path, "box", paths(words, conflict)).unique) is unique


@pytest.mark.parametrize(
    ("words", "path", "unique"),
    [
        ("Must be unique.", "/shelves/{shelf_id}/boxes", None),
        ("Must be unique within the shelf.", "/shelves/{shelf_id}/boxes", ((("name",),), "parent")),
        ("Must be globally unique.", "/shelves/{shelf_id}/boxes", ((("name",),), "global")),
        ("Must be unique within the shelf.", "/boxes", ((("shelf_id", "name"),), "parent")),
        ("Must be unique within the server.", "/servers/{id}/boxes", ((("name",),), "parent")),
        ("Must be unique within the server.", "/servers/{server_id}/shelves/{shelf_id}/boxes", None),
        ("Must be unique within the server.", "/shelves/{shelf_id}/boxes", ((("name",),), "global")),
        ("Must be unique among boxes.", "/shelves/{shelf_id}/boxes", None),
    ],
)
def test_words_say_within_what(words: str, path: str, unique: Any, tmp_path: Path) -> None:
    more = {} if "{" in path else {"shelf_id": NUMBER}
    found = resource(tmp_path, "box", paths(words, None, path, **more))
    assert ((found.unique, found.unique_scope) if found.unique else None) == unique


def test_a_409_that_is_about_something_else_leaves_open_how_it_is_refused(tmp_path: Path) -> None:
    unsure = resource(tmp_path / "1", "box", paths("Must be unique.", "Too many boxes."))
    assert {400, 409} <= unsure.status("conflict", "create").codes
    certain = resource(tmp_path / "2", "box", paths("Must be unique.", TAKEN))
    assert certain.status("conflict", "create").codes == {409}


def shop(fault: str, *, kept: bool = False) -> Service:
    """``kept``: whether the name of what was deleted stays taken, and names are compared without case."""
    used: set[str] = set()

    def free(service: Service, body: dict[str, Json], own: Json = None) -> None:
        held = {b["name"].lower() if kept else b["name"] for b in service.store("box").values() if b["id"] != own}
        name = body["name"].lower() if kept else body["name"]
        if name in (held | (used if own is None else set())) and fault != ("renames" if own else "doubles"):
            raise Refused(409, "the name is taken")

    def made(service: Service, body: dict[str, Json]) -> dict[str, Json]:
        free(service, body)
        return {}

    fields, usual = {"name": Text(40), "note": Text(40)}, "list create read update delete"
    routes = crud("box", "/boxes", fields, required=("name",), operations=usual, made=made)
    change, remove = routes["PATCH", "/boxes/{id}"], routes["DELETE", "/boxes/{id}"]

    def update(service: Service, request: Request) -> tuple[int, Json]:
        body = request.body()
        if isinstance(body.get("name"), str) and request.path["id"].isdecimal():
            free(service, body, int(request.path["id"]))
        return change(service, request)

    def delete(service: Service, request: Request) -> tuple[int, Json]:
        told = [b for b in service.store("box").values() if str(b["id"]) == request.path["id"]]
        used.update(b["name"].lower() for b in told if kept)
        return remove(service, request)

    return Service({**routes, ("PATCH", "/boxes/{id}"): update, ("DELETE", "/boxes/{id}"): delete})


@pytest.mark.parametrize("kept", [False, True], ids=["free again", "taken for good"])
def test_who_keeps_names_apart_is_not_accused(kept: bool, tmp_path: Path) -> None:
    document = written(tmp_path, paths("Must be unique.", TAKEN))
    with serving(shop("", kept=kept)) as url:
        ended = run_document(document, url, tmp_path / "run")
    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.mark.parametrize(("fault", "told"), [("doubles", "conflict.duplicate"), ("renames", "conflict.rename")])
def test_who_takes_a_name_twice_is(fault: str, told: str, tmp_path: Path) -> None:
    document = written(tmp_path, paths("Must be unique.", TAKEN))
    with serving(shop(fault)) as url:
        ended = run_document(document, url, tmp_path / "run", "--profile", "smoke")
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert told in ended.stdout
