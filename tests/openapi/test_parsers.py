"""Servers whose parser is generous, or whose paths have bounds, as frameworks have it: they keep their document."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.miniatures import bench
from tests.openapi.honest import Field, Handler, Json, Refused, Request, Service, Text, whole
from tests.openapi.services import crud
from tests.openapi.shares import Subject, promised, spoken, wrong

from restproof.engine.failure import NotTested
from restproof.engine.scopes import absent_number

from .unsaid import call

NUMBER = {"type": "integer"}
SENT = {
    "type": "object",
    "required": ["label"],
    "properties": {
        "label": {"type": "string", "maxLength": 80},
        "size": {"type": "integer", "minimum": 0, "maximum": 100},
    },
}
BOX = {"type": "object", "required": ["id", "label"], "properties": {"id": NUMBER, **SENT["properties"]}}  # type: ignore[dict-item]
CHANGE = {**SENT, "required": []}
REFUSED = {"400": {"description": "it does not fit"}, "404": {"description": "there is none"}}
MOST = 10**9


def document(folder: Path) -> Path:
    given = {"name": "id", "in": "path", "required": True, "schema": {**NUMBER, "minimum": 1, "maximum": MOST}}
    item = {
        "parameters": [given],
        "get": call(BOX, others=REFUSED),
        "patch": call(BOX, CHANGE, others=REFUSED),
        "delete": {"responses": {"204": {"description": "gone"}, **REFUSED}},
    }
    listed = call({"type": "array", "items": BOX})
    paths = {"/boxes": {"get": listed, "post": call(BOX, SENT, 201, others=REFUSED)}, "/boxes/{id}": item}
    file = folder / "boxes.json"
    file.write_text(json.dumps({"openapi": "3.0.3", "info": {"title": "x", "version": "1"}, "paths": paths}))
    return file


def boxes(before: Handler | None = None) -> Service:
    """An honest service. ``before``: what its framework does to each request first."""
    fields: Mapping[str, Field] = {"label": Text(), "size": whole(0, 100)}
    routes = crud("box", "/boxes", fields, required=("label",), operations="list create read update delete")

    def bounded(handler: Handler) -> Handler:
        def asked(service: Service, request: Request) -> tuple[int, Json]:
            number = request.path.get("id", "1")
            if not number.isdecimal() or not 1 <= int(number[:30]) <= MOST:
                raise Refused(400, "id is out of bounds")
            if before:
                before(service, request)
            return handler(service, request)

        return asked

    return Service({route: bounded(handler) for route, handler in routes.items()})


def generous(service: Service, request: Request) -> tuple[int, Json]:
    """Reads a null as the zero of its type, as Ajv with ``coerceTypes`` does, and many a decoder of other languages."""
    zeros: Mapping[str, Any] = {"label": "", "size": 0}
    if request.text.strip().startswith(b"{"):
        read = request.body()
        request.text = json.dumps({n: zeros.get(n) if v is None else v for n, v in read.items()}).encode()
    return 0, None


@pytest.mark.parametrize("before", [None, generous])
def test_an_honest_server_is_not_accused(before: Handler | None, tmp_path: Path) -> None:
    subject = Subject("boxes", document(tmp_path), lambda: boxes(before))
    promise = promised(subject, tmp_path)
    assert wrong(promise.run(subject.service(), tmp_path / "run", "smoke")) == []


def test_what_is_made_of_text_that_is_no_utf_8_is_known_as_the_runs_own(tmp_path: Path) -> None:
    taken: list[str] = []

    def replaces(service: Service, request: Request) -> tuple[int, Json]:
        """Puts U+FFFD for what is no UTF-8, as JavaScript's decoders do."""
        text = request.text.decode("utf-8", "replace")
        request.text = text.encode()
        taken.extend([text] if "\ufffd" in text else [])
        return 0, None

    promise = promised(Subject("boxes", document(tmp_path), boxes), tmp_path)
    only = ("robust.hostile-body",)
    bench.run(spoken(boxes(replaces)), promise.text, promise.schemas, tmp_path / "run", only=only, profile="ci")
    assert taken
    assert [text for text in taken if bench.PREFIX not in text] == []


@pytest.mark.parametrize(("most", "fits"), [(None, True), (2**31 - 1, True), (MOST, True), (9_999, False)])
def test_an_id_that_names_nothing_is_within_the_bounds_of_ids(most: int | None, fits: bool) -> None:
    schema = {"type": "integer", "minimum": 1, **({"maximum": most} if most else {})}
    if not fits:
        with pytest.raises(NotTested, match="end early"):
            absent_number(schema, "rp7k0z9")
        return
    assert 1_000_000 <= absent_number(schema, "rp7k0z9") <= (most or 2**63)
