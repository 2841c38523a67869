"""Resources of which no answer is described: what is plainly promised is proven, and nobody is accused of the rest."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.openapi.emitted.common import Kind, numbers
from tests.openapi.honest import Answer, Refused, Request, Service
from tests.openapi.shares import Subject, learned, promised, wrong
from tests.openapi.test_directions import honest
from tests.openapi.unsaid import NUMBER, TEXT, Document, boxes, call, content, contract, read, resource
from tests.strangers.harness import Plan

from restproof.errors import ContractError
from restproof.oracle.verdict import Verdict

SENT = {"type": "object", "required": ["label"], "properties": {"label": TEXT, "note": TEXT, "size": NUMBER}}
BARE = {"description": "ok"}
OPEN = {"description": "ok", "content": {"application/json": {}}}


def silent(*codes: int, body: Document | None = None, answer: Document = BARE, **more: Any) -> Document:
    asked = (
        {} if body is None else {"requestBody": {"required": True, "content": {"application/json": {"schema": body}}}}
    )
    return {**asked, "responses": {str(code): answer if code < 400 else BARE for code in codes}, **more}


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


def owned(item: dict[str, Any]) -> Any:
    return {**{n: v for n, v in item.items() if n != "id"}, "owner": {"id": 7, "label": "Ann"}}


def under_another_name(item: dict[str, Any]) -> Any:
    return {"_id": item["id"], **{n: v for n, v in item.items() if n != "id"}, "__v": 0}


SERVICES: dict[str, Callable[[], Service]] = {
    "bare": lambda: Service(PLAIN.routes()),
    "wrapped": lambda: Service(replace(PLAIN, shown=lambda item: {"ok": True, "data": item}).routes()),
    "wrapped beside another id": lambda: Service(replace(PLAIN, shown=wrapped).routes()),
    "without an id, beside another's": lambda: Service(replace(PLAIN, shown=owned).routes()),
    "read in a list": lambda: Service(
        {**PLAIN.routes(), ("GET", PLAIN.one): replace(PLAIN, shown=lambda item: [item]).read}
    ),
    "under another name": lambda: Service(replace(PLAIN, shown=under_another_name).routes()),
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


ENDS_AT_DATA = content({"type": "object", "properties": {"code": NUMBER, "message": TEXT, "data": {}}})


def test_an_answer_that_ends_where_the_resource_begins_is_none(tmp_path: Path) -> None:
    """As swag writes ``data interface{}`` of a Go service, for all answers alike."""
    told = replace(PLAIN, shown=lambda item: {"code": 200, "message": "ok", "data": item})
    healthy = ran(tmp_path, paths(404, ENDS_AT_DATA), Service(told.routes()), "ci")
    assert wrong(healthy) == []
    passed = {r.requirement for r in healthy.results if r.outcome == "pass"}
    assert passed >= {"create.answers-created", "read.answers-ok", "update.answers-ok", "delete.answers"}

    def keep(service: Service, request: Request) -> tuple[int, Any]:
        return 200, told.shown(told.found(service, request))

    spoilt = Service({**told.routes(), ("DELETE", told.one): keep})
    assert any("delete" in said for said in wrong(ran(tmp_path, paths(404, ENDS_AT_DATA), spoilt)))


@pytest.mark.parametrize("more", [{"items": {"type": "array", "items": TEXT}}, {"meta": {}}], ids=["a list", "two"])
def test_what_else_an_answer_holds_may_be_the_resource(more: Document, tmp_path: Path) -> None:
    answer = content({"type": "object", "properties": {"code": NUMBER, "data": {}, **more}})
    with pytest.raises(ContractError, match="no path of this document"):
        contract(tmp_path, paths(answer=answer))


def test_a_path_that_holds_a_text_does_not_say_that_the_id_is_no_number(tmp_path: Path) -> None:
    said = paths(404)
    said["/boxes/{id}"]["parameters"] = [{"name": "id", "in": "path", "required": True, "schema": TEXT}]
    assert wrong(ran(tmp_path, said, SERVICES["bare"]())) == []
    assert contract(tmp_path, said).resources["box"].properties["id"] == {"readOnly": True}


@pytest.mark.parametrize("is_listed", [False, True])
def test_what_no_list_shows_bears_its_token_beside_hostile_text(is_listed: bool, tmp_path: Path) -> None:
    said = paths(404)
    if is_listed:
        said["/boxes"]["get"] = call({"type": "array", "items": SHOWN})
    plan = Plan.of(contract(tmp_path, said), "ci")
    cases = [c for i in plan.items if i.id == "robust.hostile-text[box-create]" for c in i.cases or ()]
    stored = [c for c in cases if not c["unstorable"]]
    assert stored
    assert all(("{run}" in c["value"]) is not is_listed for c in stored)


@pytest.mark.parametrize("is_listed", [False, True])
def test_what_no_list_shows_bears_its_token_beside_unusual_text(is_listed: bool, tmp_path: Path) -> None:
    said = paths(404)
    named = {name: {**TEXT, "examples": [name]} for name in ("label", "note")}
    said["/boxes"]["post"] = silent(201, 400, body={**SENT, "properties": named})
    if is_listed:
        said["/boxes"]["get"] = call({"type": "array", "items": SHOWN})
    plan = Plan.of(contract(tmp_path, said), "ci")
    made = [c["body"] for i in plan.items if i.id == "create.accepts-valid[box-create]" for c in i.cases or ()]
    assert made
    assert all("{run}" in str(body) for body in made) is not is_listed


@pytest.mark.parametrize("habit", ["bare", "under another name", "wrapped"])
def test_what_is_plain_is_proven(habit: str, tmp_path: Path) -> None:
    service = SERVICES[habit]()
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


SHOWN: Document = {
    **SENT,
    "required": ["id", "label"],
    "properties": {"id": NUMBER, "label": TEXT, "note": TEXT, "size": NUMBER},
}
DESCRIBED = content(SHOWN)


def beside(absent: int | None = None) -> Document:
    """Boxes whose answers are described, without a list, and mugs of which none is."""
    mugs = {path.replace("boxes", "mugs"): said for path, said in paths(absent).items()}
    described = paths(absent, answer=DESCRIBED)
    del described["/boxes"]["get"]
    return {**mugs, **described}


def both(**more: Any) -> Service:
    mugs = replace(PLAIN, name="mugs", path="/mugs", one="/mugs/{id}", made=numbers("mugs"), **more)
    return Service({**PLAIN.routes(), **mugs.routes()})


def test_beside_what_is_described_the_rest_is_supposed(tmp_path: Path) -> None:
    described = {path: said for path, said in beside().items() if "boxes" in path}
    alone, mixed = contract(tmp_path / "one", described), contract(tmp_path / "two", beside())
    assert mixed.resources.keys() == {"box", "mug"}
    box, place = mixed.resources["box"], alone.resources["box"]
    assert replace(box, schema_file=place.schema_file, line=place.line) == place
    assert "answers" in mixed.resources["mug"].open


def test_a_service_that_is_described_in_part_is_not_accused(tmp_path: Path) -> None:
    assert wrong(ran(tmp_path, beside(), both(shown=wrapped), "ci")) == []


def test_a_fault_of_what_is_not_described_is_told(tmp_path: Path) -> None:
    def read_any(service: Service, request: Request) -> tuple[int, Any]:
        try:
            return PLAIN.read(service, request)
        except Refused:
            return 500, {}

    service = Service({**both().routes, ("GET", "/mugs/{id}"): read_any})
    assert any("mug" in said for said in wrong(ran(tmp_path, beside(), service)))


def test_what_a_document_says_of_a_list_is_not_given_up_for_what_is_supposed(tmp_path: Path) -> None:
    listed = paths()
    listed["/boxes"]["get"] = call({"type": "array", "items": SHOWN})
    found = resource(tmp_path, "box", listed)
    assert found.supports("list")
    assert "answers" not in found.open


def test_what_cannot_be_read_costs_no_more_than_itself(tmp_path: Path) -> None:
    broken = {path.replace("boxes", "lids"): said for path, said in paths().items()}
    wrong_body: Document = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/None"}}}}
    broken["/lids"] = {**broken["/lids"], "post": {**silent(201), "requestBody": wrong_body}}
    assert read(tmp_path, {**broken, **beside()}).contract["resources"].keys() == {"box", "mug"}


@pytest.mark.parametrize("name", ["id", "box_id"])
def test_an_id_that_a_client_may_choose_is_not_supposed(name: str, tmp_path: Path) -> None:
    sent = {**SENT, "properties": {"label": TEXT, name: NUMBER}}
    said = paths()
    said["/boxes"]["post"] = silent(201, body=sent)
    if name != "id":
        said[f"/boxes/{{{name}}}"] = said.pop("/boxes/{id}")
    with pytest.raises(ContractError, match="no path of this document"):
        contract(tmp_path, said)


@pytest.mark.parametrize("shown", [PLAIN.shown, lambda item: {"ok": True, "data": item}], ids=["bare", "wrapped"])
def test_what_a_service_shows_as_it_was_sent_is_learned_and_a_lost_update_told_then(
    shown: Callable[[dict[str, Any]], Any], tmp_path: Path
) -> None:
    kind = replace(PLAIN, shown=shown)

    def lose(service: Service, request: Request) -> tuple[int, Any]:
        kind.valid(service, request, ())
        return kind.read(service, request)

    document = {"openapi": "3.0.3", "info": {"title": "Boxes", "version": "1"}, "paths": paths(404)}
    (tmp_path / "boxes.json").write_text(json.dumps(document), encoding="utf-8")
    subject = Subject("boxes", tmp_path / "boxes.json", lambda: Service(kind.routes()))
    promise = promised(subject, tmp_path)
    more = learned(subject, promise, tmp_path)
    assert "volatile: []" in more.text
    lost = Service({**kind.routes(), ("PATCH", PLAIN.one): lose})
    assert wrong(promise.run(lost, tmp_path / "document", "smoke")) == []
    assert any("update" in said for said in wrong(more.run(lost, tmp_path / "learned", "smoke")))
    assert wrong(more.run(subject.service(), tmp_path / "healthy", "smoke")) == []
