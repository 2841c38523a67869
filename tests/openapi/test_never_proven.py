"""Resources of which no answer shows whose an item is: each that is made is left behind, so that few are."""

from __future__ import annotations

import json
from email.message import Message
from pathlib import Path

from .honest import Json, Service, Text, serving
from .running import run_document
from .services import crud
from .test_embedded import object_of
from .test_meant import ITEM, NO, written
from .unsaid import NUMBER, TEXT, Document, call

FIELDS: Document = {n: {**TEXT, "maxLength": 60} for n in ("title", "note")}


def paths() -> Document:
    shown = object_of(["id"], id={**NUMBER, "readOnly": True}, shelf=TEXT)
    refused = {"400": NO["400"], "404": NO["404"]}
    item = {
        "parameters": [ITEM],
        "get": call(shown, others={"404": NO["404"]}),
        "patch": call(shown, object_of([], **FIELDS), others=refused),
        "delete": {"responses": {"204": {"description": "gone"}, "404": NO["404"]}},
    }
    made = call(shown, object_of(["title"], **FIELDS), 201, others={"400": NO["400"]})
    return {"/boxes": {"post": made}, "/boxes/{id}": item}


def shop() -> Service:
    """Shows nothing of what a create holds, and refuses each that holds a note: soundings look for what is to blame."""
    fields = {name: Text(60) for name in FIELDS}
    routes = crud("box", "/boxes", fields, required=("title",), operations="create read update delete")
    service = Service(routes)
    usual = service.answer

    def answer(method: str, target: str, headers: Message, text: bytes) -> tuple[int, Json, list[str]]:
        if method == "POST" and b'"note"' in text:
            return 400, {"error": "no notes"}, []
        status, body, allowed = usual(method, target, headers, text)
        is_shown = isinstance(body, dict) and "id" in body
        return status, {"id": body["id"], "shelf": "third"} if is_shown else body, allowed

    service.answer = answer  # type: ignore[method-assign]
    return service


def test_few_are_made_and_all_are_told(tmp_path: Path) -> None:
    service = shop()
    with serving(service) as url:
        run_document(written(tmp_path, paths()), url, tmp_path / "run")
    told = json.loads((tmp_path / "run" / "summary.json").read_text())
    left = len(service.store("box"))
    assert 0 < left <= 12
    assert "no other one is made" in json.dumps(told["results"])
    assert "box" in str(told["left"])
