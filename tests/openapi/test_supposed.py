"""Documents that describe no answer at all: what they plainly promise is proven, and nobody is accused of the rest."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.openapi.emitted.common import Kind
from tests.openapi.honest import Answer, Refused, Request, Service
from tests.openapi.shares import Subject, promised, wrong
from tests.openapi.test_directions import honest
from tests.openapi.unsaid import NUMBER, TEXT, Document, boxes, contract, read, resource

from restproof.errors import ContractError
from restproof.oracle.verdict import Verdict

SENT = {"type": "object", "required": ["label"], "properties": {"label": TEXT, "note": TEXT, "size": NUMBER}}
BARE = {"description": "ok"}
OPEN = {"description": "ok", "content": {"application/json": {}}}


def silent(*codes: int, body: Document | None = None, answer: Document = BARE, **more: Any) -> Document:
    asked = (
        {} if body is None else {"requestBody": {"required": True, "content": {"application/json": {"schema": body}}}}
    )
    return {**asked, "responses": {str(code): answer for code in codes}, **more}


def paths(absent: int | None = None, answer: Document = BARE) -> Document:
    """The five operations on boxes, as a tool writes them of handlers without annotations. ``absent``: the status that
    it names for what is not there."""
    codes = (200, absent) if absent else (200,)
    found = boxes(silent(201, 400, body=SENT, answer=answer), get=silent(*codes, answer=answer))
    found["/boxes"]["get"] = silent(200, answer=answer)
    found["/boxes/{id}"] |= {"patch": silent(*codes, body=SENT), "delete": silent(*codes, answer=answer)}
    return found


def in_words(kind: Kind) -> Service:
    """A service that answers deletes with a word, and shows none where there is none."""
    routes = dict(kind.routes())

    def found(service: Service, request: Request) -> tuple[int, Any]:
        try:
            return kind.read(service, request)
        except Refused:
            return 200, None

    def delete(service: Service, request: Request) -> tuple[int, Any]:
        kind.delete(service, request)
        return 200, Answer("deleted", "text/plain")

    routes |= {("GET", kind.one): found, ("DELETE", kind.one): delete}
    return Service(routes)


PLAIN = replace(honest(), deleted=200)


def wrapped(item: dict[str, Any]) -> Any:
    return {"data": item, "id": "request-1"}


SERVICES: dict[str, Callable[[], Service]] = {
    "bare": lambda: Service(PLAIN.routes()),
    "wrapped": lambda: Service(replace(PLAIN, shown=lambda item: {"ok": True, "data": item}).routes()),
    "wrapped beside another id": lambda: Service(replace(PLAIN, shown=wrapped).routes()),
    "read in a list": lambda: Service(
        {**PLAIN.routes(), ("GET", PLAIN.one): replace(PLAIN, shown=lambda item: [item]).read}
    ),
    "words": lambda: in_words(PLAIN),
    "other types and names": lambda: Service(
        replace(PLAIN, shown=lambda item: {"id": item["id"], "label": [item["label"]], "size": "big"}).routes()
    ),
}


def ran(folder: Path, said: Document, service: Service, profile: str = "smoke") -> Verdict:
    document = {"openapi": "3.0.3", "info": {"title": "Boxes", "version": "1"}, "paths": said}
    (folder / "boxes.json").write_text(json.dumps(document), encoding="utf-8")
    subject = Subject("boxes", folder / "boxes.json", lambda: service)
    return promised(subject, folder).run(service, folder / "run", profile)


@pytest.mark.parametrize("habit", SERVICES)
def test_an_honest_service_is_not_accused(habit: str, tmp_path: Path) -> None:
    assert wrong(ran(tmp_path, paths(), SERVICES[habit](), "ci")) == []


def test_what_is_plain_is_proven(tmp_path: Path) -> None:
    service = SERVICES["bare"]()
    passed = {r.requirement for r in ran(tmp_path, paths(404), service).results if r.outcome == "pass"}
    assert passed >= {
        "create.answers-created",
        "read.answers-ok",
        "update.answers-ok",
        "delete.answers",
        "identity.unknown",
    }


def test_a_failure_on_one_input_is_told(tmp_path: Path) -> None:
    def create(service: Service, request: Request) -> tuple[int, Any]:
        return (500, {"message": "no"}) if "note" in request.body() else PLAIN.create(service, request)

    service = Service({**PLAIN.routes(), ("POST", PLAIN.path): create})
    assert any("500" in said for said in wrong(ran(tmp_path, paths(), service)))


@pytest.mark.parametrize(("named", "is_told"), [(404, True), (None, False)])
def test_a_success_that_shows_nothing_is_wrong_only_where_the_document_names_a_404(
    named: int | None, is_told: bool, tmp_path: Path
) -> None:
    def read_any(service: Service, request: Request) -> tuple[int, Any]:
        try:
            return PLAIN.read(service, request)
        except Refused:
            return 200, {}

    service = Service({**PLAIN.routes(), ("GET", PLAIN.one): read_any})
    assert bool(wrong(ran(tmp_path, paths(named), service))) is is_told


@pytest.mark.parametrize("answer", [BARE, OPEN], ids=["no content", "no schema"])
def test_it_is_said_that_it_is_supposed(answer: Document, tmp_path: Path) -> None:
    found = resource(tmp_path, "box", paths(answer=answer))
    assert found.operations == ("create", "read", "update", "delete")
    assert {"answers", "id"} <= {*found.open}
    assert set(found.volatile) == {"label", "note", "size"}
    written = (tmp_path / "contract/contract.yaml").read_text()
    assert "# from: no word of the document: supposed" in written
    assert "a schema of its answer would have it compared" in written
    assert "GET /boxes: it is not said what it lists" in written


def test_a_document_that_describes_any_resource_is_taken_at_its_word(tmp_path: Path) -> None:
    shown = {"type": "object", "properties": {"id": NUMBER, "label": TEXT}}
    described = {"description": "ok", "content": {"application/json": {"schema": shown}}}
    mugs = {path.replace("boxes", "mugs"): said for path, said in paths().items()}
    both = {**mugs, **paths(answer=described)}
    assert list(read(tmp_path, both).contract["resources"]) == ["box"]


@pytest.mark.parametrize("name", ["id", "box_id"])
def test_an_id_that_a_client_may_choose_is_not_supposed(name: str, tmp_path: Path) -> None:
    sent = {**SENT, "properties": {"label": TEXT, name: NUMBER}}
    said = paths()
    said["/boxes"]["post"] = silent(201, body=sent)
    if name != "id":
        said[f"/boxes/{{{name}}}"] = said.pop("/boxes/{id}")
    with pytest.raises(ContractError, match="no path of this document"):
        contract(tmp_path, said)
