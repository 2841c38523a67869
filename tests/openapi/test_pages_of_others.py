"""Pages of what others have made are judged where nobody here knows what a create takes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .honest import Json, Refused, Request, Service, serving
from .running import run_document
from .unsaid import NUMBER, TEXT, Document, call

NOTE: Document = {"type": "object", "required": ["id", "text"], "properties": {"id": NUMBER, "text": TEXT}}
SENT: Document = {"type": "object", "required": ["text"], "properties": {"text": TEXT}}
MANY: Document = {"type": "object", "properties": {"notes": {"type": "array", "items": NOTE}, "total": NUMBER}}


def notes(*faults: str) -> Service:
    """Twenty notes, and a create that wants more than its document says."""

    def listed(service: Service, request: Request) -> tuple[int, Json]:
        offset, limit = (request.query.get(name, usual) for name, usual in (("offset", "0"), ("limit", "10")))
        if not (offset.isdigit() and limit.isdigit() and len(offset + limit) < 12 and 1 <= int(limit) <= 50):
            raise Refused(400, "that is no page")
        first, size = int(offset), int(limit) + ("longer" in service.faults)
        some = [{"id": n, "text": f"note {n}"} for n in range(1, 21)]
        told = {} if "untold" in service.faults else {"total": 21 if "wrong" in service.faults else 20}
        return 200, {"notes": some[first : first + size], **told}

    def create(service: Service, request: Request) -> tuple[int, Json]:
        request.body()
        raise Refused(400, "the text must name a room of ours")

    return Service({("GET", "/notes"): listed, ("POST", "/notes"): create}, frozenset(faults))


def document(folder: Path, *needed: str) -> Path:
    size = {"name": "limit", "in": "query", "schema": {**NUMBER, "minimum": 1, "maximum": 50, "default": 10}}
    offset = {"name": "offset", "in": "query", "schema": {**NUMBER, "minimum": 0, "default": 0}}
    refused = {"400": {"description": "no"}}
    paths = {
        "/notes": {
            "get": call({**MANY, "required": ["notes", *needed]}, parameters=[size, offset], others=refused),
            "post": call(NOTE, SENT, 201, others=refused),
        },
    }
    said = {"openapi": "3.0.3", "info": {"title": "notes", "version": "1"}, "paths": paths}
    (folder / "notes.json").write_text(json.dumps(said), encoding="utf-8")
    return folder / "notes.json"


@pytest.mark.parametrize(("fault", "code"), [("", 0), ("longer", 1)])
def test_a_page_of_what_others_have_made_is_judged(fault: str, code: int, tmp_path: Path) -> None:
    rules = [word for rule in ("list.page-size", "list.answers-ok") for word in ("--only", rule)]
    with serving(notes(fault)) as url:
        told = run_document(document(tmp_path), url, tmp_path / "run", "--profile", "ci", *rules)
    assert told.returncode == code, told.stdout + told.stderr
    assert not fault or "list.page-size" in told.stdout


@pytest.mark.parametrize(
    ("fault", "needed", "code"), [("untold", (), 0), ("untold", ("total",), 1), ("wrong", (), 1), ("", ("total",), 0)]
)
def test_a_total_that_may_be_left_out_is_right_where_it_is_told(
    fault: str, needed: tuple[str, ...], code: int, tmp_path: Path
) -> None:
    with serving(notes(fault)) as url:
        told = run_document(
            document(tmp_path, *needed), url, tmp_path / "run", "--profile", "ci", "--only", "list.totals"
        )
    assert told.returncode == code, told.stdout + told.stderr
