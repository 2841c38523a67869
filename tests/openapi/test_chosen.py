"""Clients choose the ids, and creates answer with words: what a run has made and deleted is not told as left."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.openapi.emitted.common import Kind
from tests.openapi.honest import Refused, Request, Service, serving
from tests.openapi.running import run_document
from tests.openapi.test_directions import honest
from tests.openapi.unsaid import LABEL, TEXT, Document, call

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
