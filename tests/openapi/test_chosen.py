"""Clients choose the ids: where creates answer with words, what a run has made and deleted is not told as left; where
a change asks for the id, too, it is sent it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.openapi.emitted.common import Item, Kind
from tests.openapi.honest import Refused, Request, Service, serving, whole
from tests.openapi.running import run_document
from tests.openapi.test_directions import honest
from tests.openapi.test_embedded import object_of
from tests.openapi.unsaid import LABEL, NUMBER, TEXT, Document, call, contract, read, resource

from restproof.errors import ContractError

BOX: Document = {"type": "object", "required": ["code", "label"], "properties": {"code": TEXT, **LABEL}}
WORDS: Document = {"type": "object", "properties": {"message": TEXT}}
NONE = {"description": "there is none"}
GIVEN = {"name": "code", "in": "path", "required": True, "schema": TEXT}
PATHS: Document = {
    "/boxes": {"get": call({"type": "array", "items": BOX}), "post": call(WORDS, BOX, 201)},
    "/boxes/{code}": {
        "parameters": [GIVEN],
        "get": call(BOX, others={"404": NONE}),
        "delete": {"responses": {"204": {"description": "gone"}, "404": NONE}},
    },
}
RULES = ("delete.is-gone", "create.is-listed", "create.reads-back")


def boxes() -> Kind:
    kind = honest()
    fields = {"code": kind.fields["label"], "label": kind.fields["label"]}
    return replace(kind, fields=fields, required=("code", "label"), key="code", made=lambda service, body: {})


def in_words(service: Service, request: Request) -> tuple[int, Any]:
    if str(request.body().get("code")) in service.store("boxes"):
        raise Refused(409, "there is one")
    status, _ = boxes().create(service, request)
    return status, {"message": "made"}


def test_what_was_made_under_a_chosen_id_and_deleted_is_not_told_as_left(tmp_path: Path) -> None:
    document = {"openapi": "3.1.0", "info": {"title": "Boxes", "version": "1"}, "paths": PATHS}
    (tmp_path / "boxes.json").write_text(json.dumps(document), encoding="utf-8")
    service = Service({**boxes().routes(), ("POST", "/boxes"): in_words})
    with serving(service) as url:
        only = [word for rule in RULES for word in ("--only", rule)]
        told = run_document(tmp_path / "boxes.json", url, tmp_path / "run", "--profile", "smoke", *only)
    assert told.returncode == 0, told.stdout + told.stderr
    assert "left on the target" not in told.stdout
    assert service.store("boxes") == {}


def by_name(folder: Path, shown: Document, put: Document | None = None) -> Document:
    """What an import makes of tokens that are made by name, and asked for by what is called as they are."""
    given = {"name": "token", "in": "path", "required": True, "schema": TEXT}
    needed: Document = {"type": "object", "required": ["name"], "properties": {"name": TEXT, "label": TEXT}}
    token = {**needed, "properties": {**needed["properties"], **shown}}
    item = {"parameters": [given], "get": call(token), **({"put": put} if put else {})}
    found = read(folder, {"/tokens": {"post": call(token, needed, 201)}, "/tokens/{token}": item}).contract
    made: Document = found["resources"]["token"]
    return made


def test_a_name_is_no_id_where_the_server_sets_what_may_be_meant_as_well(tmp_path: Path) -> None:
    assert by_name(tmp_path, {})["id"] == {"field": "name", "chosen_by": "client"}
    for name in ("secret", "accessToken", "tokenHash", "serial_number"):
        with pytest.raises(ContractError):
            by_name(tmp_path, {name: TEXT})


def test_a_put_that_misses_what_is_not_there_creates_nothing(tmp_path: Path) -> None:
    sent = {"type": "object", "required": ["label"], "properties": {"label": TEXT}}
    put = call(sent, sent)
    assert "replace" not in by_name(tmp_path, {}, put)["operations"]
    found = by_name(tmp_path, {}, {**put, "responses": {**put["responses"], "404": NONE}})
    assert "replace" in found["operations"]
    assert found["id"] == {"field": "name", "chosen_by": "client"}


NOT = {"description": "it is not valid"}
SIZED: Document = {
    "type": "object",
    "required": ["code", "size"],
    "properties": {"code": TEXT, "size": NUMBER, **LABEL},
}
WHOLE: Document = {
    "/boxes": {
        "get": call({"type": "array", "items": SIZED}),
        "post": call(SIZED, SIZED, 201, others={"409": NONE, "422": NOT}),
    },
    "/boxes/{code}": {
        "parameters": [GIVEN],
        "get": call(SIZED, others={"404": NONE}),
        "patch": call(SIZED, SIZED, others={"400": NOT, "404": NONE, "422": NOT}),
        "delete": {"responses": {"204": {"description": "gone"}, "404": NONE}},
    },
}


def whole_boxes(fault: str = "") -> Service:
    """A change names the box in its body as in its path, and needs the size; a number may be sent as a text. A body is
    read before anything is looked for."""
    kind = replace(honest(), key="code", made=lambda service, body: {}, defaults={"label": ""}, wrong=422)
    fields = {"code": kind.fields["label"], "label": kind.fields["label"], "size": whole(-(10**30), 10**30)}
    kind = replace(kind, fields=fields, required=("code", "size"), needs=("code", "size"), sent=generous)

    def create(service: Service, request: Request) -> tuple[int, Any]:
        if kind.valid(service, request, kind.required)["code"] in service.store("boxes"):
            raise Refused(409, "there is one")
        return kind.create(service, request)

    def change(service: Service, request: Request) -> tuple[int, Any]:
        sent = kind.valid(service, request, kind.needs)
        if sent["code"] != request.path["code"]:
            raise Refused(400, "it is called otherwise")
        if fault == "gone" and request.path["code"] not in service.store("boxes"):
            return 200, sent
        item = kind.found(service, request)
        item.update({} if fault == "lost" else sent)
        return 200, {**item, **sent}

    routes = {**kind.routes(), ("POST", "/boxes"): create, ("PATCH", "/boxes/{id}"): change}
    return Service({(verb, path.replace("{id}", "{code}")): handler for (verb, path), handler in routes.items()})


def generous(body: Item) -> Item:
    size = body.get("size")
    return {**body, "size": int(size)} if isinstance(size, str) and size.lstrip("-").isdecimal() else body


def test_a_change_that_needs_the_chosen_id_is_sent_it(tmp_path: Path) -> None:
    found = contract(tmp_path, WHOLE).resources["box"]
    assert found.operation("update").envelope.constants == {"/code": "{id}"}
    assert "code" not in found.shapes.request("update")["properties"]
    assert "code" in found.shapes.request("create")["required"]
    paths = json.loads(json.dumps(WHOLE))
    paths["/boxes/{code}"]["patch"] = call(SIZED, {**SIZED, "required": ["size"]})
    assert contract(tmp_path / "free", paths).resources["box"].operation("update").envelope.constants == {}


def test_a_replace_that_needs_the_chosen_id_is_sent_it(tmp_path: Path) -> None:
    paths = json.loads(json.dumps(WHOLE))
    paths["/boxes/{code}"]["put"] = paths["/boxes/{code}"].pop("patch")
    found = contract(tmp_path, paths).resources["box"]
    assert found.operation("replace").envelope.constants == {"/code": "{id}"}
    assert "code" not in found.shapes.request("replace")["properties"]


@pytest.mark.parametrize(("fault", "rule"), [("", ""), ("gone", "delete.is-gone"), ("lost", "update.persists")])
def test_where_a_change_needs_the_chosen_id_only_what_is_wrong_is_told(fault: str, rule: str, tmp_path: Path) -> None:
    document = {"openapi": "3.1.0", "info": {"title": "Boxes", "version": "1"}, "paths": WHOLE}
    (tmp_path / "boxes.json").write_text(json.dumps(document), encoding="utf-8")
    only = ("delete.is-gone", "update", "input.type")
    with serving(whole_boxes(fault)) as url:
        words = [word for one in only for word in ("--only", one)]
        told = run_document(tmp_path / "boxes.json", url, tmp_path / "run", *words)
    assert told.returncode == (1 if rule else 0), told.stdout + told.stderr
    assert rule in told.stdout
    assert "input.type" not in told.stdout


@pytest.mark.parametrize(
    ("codes", "posts", "is_open"),
    [(("200", "201"), True, True), (("201",), True, False), (("200", "201"), False, False)],
)
def test_a_put_that_is_documented_to_change_and_to_create_beside_a_post_may_do_either(
    codes: tuple[str, ...], posts: bool, is_open: bool, tmp_path: Path
) -> None:
    given = {"name": "id", "in": "path", "required": True, "schema": TEXT}
    shown = object_of(["id"], id=TEXT, label=TEXT)
    sent = object_of(["label"], label=TEXT)
    put = call(shown, sent)
    put["responses"] = dict.fromkeys(codes, put["responses"]["200"])
    made = {"post": call(shown, sent, 201)} if posts else {}
    paths: Document = {
        "/boxes": {"get": call({"type": "array", "items": shown}), **made},
        "/boxes/{id}": {"parameters": [given], "get": call(shown), "put": put},
    }
    created = resource(tmp_path, "box", paths).operation("replace").statuses["created"]
    assert (404 in created) is is_open


@pytest.mark.parametrize("at", ["/boxes", "/"])
def test_a_post_to_the_path_of_an_item_makes_it_under_that_path(at: str, tmp_path: Path) -> None:
    body = {"type": "object", "required": ["label"], "properties": LABEL}
    item = {**PATHS["/boxes/{code}"], "post": call(BOX, body, 201)}
    paths = {at: {"get": PATHS["/boxes"]["get"]}, f"{at.rstrip('/')}/{{code}}": item}
    [box] = contract(tmp_path, paths).resources.values()
    assert box.operation("create").path == f"{at.rstrip('/')}/{{id}}"
