"""What a create loses is told although another member of it was taken by then, and nothing says that it is unique."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from .honest import Field, Json, Refused, Request, Service, Text, When, numbered, serving
from .running import run_document
from .unsaid import BOX, NUMBER, TEXT, Document, boxes, call, contract

KIND: Document = {"type": "string", "enum": ["guest", "host"]}
SENT: Document = {"type": "object", "required": ["mail"], "properties": {"mail": TEXT, "kind": KIND}}
MEMBER: Document = {**BOX, "required": ["id", "mail"], "properties": {"id": NUMBER, "mail": TEXT, "kind": KIND}}


def members(*faults: str) -> Service:
    fields: Mapping[str, Field] = {"mail": Text(10_000), "kind": When(lambda value: value in ("guest", "host"))}

    def create(service: Service, request: Request) -> tuple[int, Json]:
        body = request.body()
        if "mail" not in body or any(n in body and not f.fits(body[n]) for n, f in fields.items()):
            raise Refused(400, "that is wrong")
        if body["mail"] in [one["mail"] for one in service.store("member").values()]:
            raise Refused(400, "the mail is taken")
        kind = "guest" if "lost" in service.faults else body.get("kind", "guest")
        item = {"id": service.number("member"), "mail": body["mail"], "kind": kind}
        service.store("member")[item["id"]] = item
        return 201, item

    def read(service: Service, request: Request) -> tuple[int, Json]:
        return 200, numbered(request, service.store("member"))

    return Service({("POST", "/boxes"): create, ("GET", "/boxes/{id}"): read}, frozenset(faults))


@pytest.mark.parametrize(("fault", "code"), [("", 0), ("lost", 1)])
def test_what_is_lost_is_told(fault: str, code: int, tmp_path: Path) -> None:
    paths = boxes(call(MEMBER, SENT, 201, others={"400": {"description": "no"}}), get=call(MEMBER))
    said = {"openapi": "3.0.3", "info": {"title": "members", "version": "1"}, "paths": paths}
    (tmp_path / "members.json").write_text(json.dumps(said), encoding="utf-8")
    with serving(members(fault)) as url:
        words = ("--profile", "ci", "--only", "create.accepts-valid")
        told = run_document(tmp_path / "members.json", url, tmp_path / "run", *words)
    assert told.returncode == code, told.stdout + told.stderr


@pytest.mark.parametrize("several", [True, False])
def test_an_array_is_refused_where_the_document_does_not_take_one(several: bool, tmp_path: Path) -> None:
    asked = {"oneOf": [{"type": "array", "items": SENT}, SENT]} if several else SENT
    found = contract(tmp_path, boxes(call(BOX, asked, 201)))
    assert (2 in found.resources["box"].status("no_object", "create").classes) == several
    assert found.clauses["protocol.unsupported-verb"].level == "should", "a document need not have every method"
