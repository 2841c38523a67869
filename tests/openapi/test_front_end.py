"""Beside the paths of a document there may be pages for people: a front end answers whatever no route of it does."""

from __future__ import annotations

import json
from email.message import Message
from pathlib import Path

import pytest

from .honest import Answer, Json, Request, Service, serving
from .running import run_document
from .unsaid import BOX, boxes, call, contract


class Portal(Service):
    def answer(self, method: str, target: str, headers: Message, text: bytes) -> tuple[int, Json, list[str]]:
        status, body, known = super().answer(method, target, headers, text)
        if known or method != "GET":
            return status, body, known
        return 200, Answer("<!DOCTYPE html><title>Boxes</title>", "text/html"), ["GET"]


def listed(service: Service, request: Request) -> tuple[int, Json]:
    return 200, [{"id": 7, "label": "of others"}] if "lost" not in service.faults else "none"


@pytest.mark.parametrize(("fault", "code"), [("", 0), ("lost", 1)])
def test_a_page_for_people_beside_the_api_is_no_list_of_it(fault: str, code: int, tmp_path: Path) -> None:
    paths = {"/boxes": {"get": call({"type": "array", "items": BOX})}}
    said = {"openapi": "3.0.3", "info": {"title": "boxes", "version": "1"}, "paths": paths}
    (tmp_path / "boxes.json").write_text(json.dumps(said), encoding="utf-8")
    with serving(Portal({("GET", "/boxes"): listed}, frozenset({fault}))) as url:
        told = run_document(tmp_path / "boxes.json", url, tmp_path / "run")
    assert told.returncode == code, told.stdout + told.stderr
    results = json.loads((tmp_path / "run" / "summary.json").read_text(encoding="utf-8"))["results"]
    failed = {r["requirement"] for r in results if r["outcome"] == "fail"}
    assert "identity.unknown-path" in failed, "a should, as whatever frameworks do in every service"
    assert ("shape.list" in failed) == bool(fault)


def test_what_is_beside_the_paths_of_a_document_is_told_as_a_should(tmp_path: Path) -> None:
    found = contract(tmp_path, boxes(call(BOX, BOX, 201)))
    assert found.clauses["identity.unknown-path"].level == "should"
