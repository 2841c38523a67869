"""Clients choose the ids, and creates answer with words: what a run has made and deleted is not told as left."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.openapi.emitted.common import Kind
from tests.openapi.honest import Refused, Request, Service, serving
from tests.openapi.running import run_document
from tests.openapi.test_directions import honest
from tests.openapi.unsaid import LABEL, TEXT, Document, call, read

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
