"""What requests call ``displayName`` and answers ``display_name`` is one member, as of many a service in Go; so is an
empty list that is null, where the document has it so. And what an envelope holds may be found below a parent."""

from __future__ import annotations

from pathlib import Path

import pytest

from restproof.contract.envelope import Envelope
from restproof.contract.openapi.respelled import respelled
from restproof.contract.shapes import SHOWN

from .honest import Answer, Json, Refused, Request, Service, numbered, serving
from .running import run_document
from .test_embedded import object_of
from .test_meant import ITEM, NO, written
from .unsaid import NUMBER, TEXT, Document, call, contract, read

SHOWN_ITEM = object_of([], id=NUMBER, display_name=TEXT, unit_price=NUMBER)
PRICE = {**NUMBER, "minimum": 0, "maximum": 1000}
SENT_ITEM = object_of(["displayName"], displayName={**TEXT, "maxLength": 60, "minLength": 1}, unitPrice=PRICE)
ENTRIES = {"type": "array", "items": SHOWN_ITEM, "nullable": True}
TOLD: Document = {"description": "made", "headers": {"Location": {"schema": TEXT}}}


def items() -> Document:
    """Items, whose creates answer the place of what they have made, and nothing else."""
    create = call(SHOWN_ITEM, SENT_ITEM, 201, others={"201": TOLD, "400": NO["400"]})
    replace = call(SHOWN_ITEM, SENT_ITEM, others={"400": NO["400"], "404": NO["404"]})
    delete = {"responses": {"204": {"description": "gone"}, "404": NO["404"]}}
    one = {"parameters": [ITEM], "get": call(SHOWN_ITEM, others={"404": NO["404"]}), "put": replace, "delete": delete}
    return {"/items": {"get": call(object_of([], items=ENTRIES)), "post": create}, "/items/{id}": one}


def serve_items(*faults: str) -> Service:
    """Keeps them, and answers null for none."""

    def checked(request: Request) -> dict[str, Json]:
        body = request.body()
        name, price = body.get("displayName"), body.get("unitPrice", 0)
        if not isinstance(name, str) or not 1 <= len(name) <= 60:
            raise Refused(400, "the name is none")
        if not isinstance(price, int) or isinstance(price, bool) or not 0 <= price <= 1000:
            raise Refused(400, "the price is none")
        return {"display_name": name, "unit_price": price}

    def listed(service: Service, request: Request) -> tuple[int, Json]:
        return 200, {"items": [*service.store("item").values()] or None}

    def create(service: Service, request: Request) -> tuple[int, Json]:
        item = {"id": service.number("item"), **checked(request)}
        service.store("item")[item["id"]] = item
        return 201, Answer(None, headers={"Location": f"/items/{item['id']}"})

    def one(service: Service, request: Request) -> tuple[int, Json]:
        return 200, numbered(request, service.store("item"))

    def replace(service: Service, request: Request) -> tuple[int, Json]:
        item = numbered(request, service.store("item"))
        changed = checked(request)
        if "lost" in service.faults:
            del changed["unit_price"]
        item.update(changed)
        return 200, item

    def delete(service: Service, request: Request) -> tuple[int, Json]:
        del service.store("item")[numbered(request, service.store("item"))["id"]]
        return 204, None

    routes = {
        ("GET", "/items"): listed,
        ("POST", "/items"): create,
        ("GET", "/items/{id}"): one,
        ("PUT", "/items/{id}"): replace,
        ("DELETE", "/items/{id}"): delete,
    }
    return Service(routes, frozenset(faults))


@pytest.mark.parametrize("fault", ["", "lost"])
def test_what_is_spelled_otherwise_is_compared_and_tells_whose_it_is(fault: str, tmp_path: Path) -> None:
    service = serve_items(*filter(None, [fault]))
    rules = [word for rule in ("replace.answers", "create", "list", "delete.is-gone") for word in ("--only", rule)]
    with serving(service) as url:
        ended = run_document(written(tmp_path, items()), url, tmp_path / "run", "--profile", "ci", *rules)
    assert ended.returncode == bool(fault), ended.stdout + ended.stderr
    assert not service.store("item")


def test_what_differs_in_more_than_its_spelling_is_something_else() -> None:
    text: Document = {"type": "string"}
    number: Document = {"type": "integer"}
    sent: Document = {SHOWN: "open", "writeOnly": True}
    shown: Document = {"readOnly": True}
    assert respelled({"unitPrice": {**number, **sent}, "unit_price": {"type": "number", **shown}}, "id") == {
        "unitPrice": "unit_price"
    }
    apart: tuple[dict[str, Document], ...] = (
        {"unitPrice": {**number, **sent}, "unit_price": {**text, **shown}},
        {"unitPrice": {**number, **sent}, "price": {**number, **shown}},
        {"unitPrice": {**number, **sent}, "unit_price": number},
        {"unitPrice": {**number, "writeOnly": True}, "unit_price": {**number, **shown}},
        {"ownerId": {**number, **sent}, "owner_id": {**number, **shown}},
        {"ID": {**text, **sent}, "id": {**text, **shown}},
    )
    for properties in apart:
        assert respelled(properties, "id") == {}


@pytest.mark.parametrize(
    ("said", "held", "entries"),
    [("nullable", None, []), ("nullable", {}, None), ("absent", None, None), ("present", None, None)],
)
def test_an_empty_list_is_null_only_where_that_is_said(said: str, held: Json, entries: list[Json] | None) -> None:
    assert Envelope(list="items", empty_list=said).listed({"items": held}) == entries


def test_what_an_envelope_holds_is_known_below_a_parent_and_by_itself(tmp_path: Path) -> None:
    note = {"$ref": "#/paths/~1notes~1{id}/x-note"}
    above = {"name": "boxId", "in": "path", "required": True, "schema": NUMBER}
    sent = object_of(["text"], text=TEXT)
    paths = {
        "/boxes/{boxId}/notes": {
            "parameters": [above],
            "get": call(object_of([], success={"type": "boolean"}, data={"type": "array", "items": note})),
            "post": call(object_of([], success={"type": "boolean"}, data=note), sent, 201),
        },
        "/notes/{id}": {
            "x-note": object_of(["id", "text"], id=NUMBER, text=TEXT),
            "parameters": [ITEM],
            "get": call(object_of([], success={"type": "boolean"}, data=note)),
            "delete": {"responses": {"204": {"description": "gone"}}},
        },
    }
    note_of = read(tmp_path, paths).contract["resources"]["note"]
    assert (note_of["path"], note_of["item_path"]) == ("/boxes/{box}/notes", "/notes/{id}")


@pytest.mark.parametrize(
    ("values", "longer"), [([], []), (["node12", "node14"], []), (["node12"], ["node12.18"]), ([], ["node12.18"])]
)
def test_what_answers_show_of_some_words_is_sent_of_these(values: list[str], longer: list[str], tmp_path: Path) -> None:
    """Refusing others is not asserted: no word of the requests says it. ``longer``: words that requests do not take."""
    told = [*values, *longer]
    shown = object_of([], id=NUMBER, run_time={**TEXT, "enum": told} if told else TEXT)
    sent = object_of(["RunTime"], RunTime={**TEXT, "maxLength": 6})
    one = {"parameters": [ITEM], "get": call(shown), "delete": {"responses": {"204": {"description": "gone"}}}}
    paths = {
        "/builds": {"get": call({"type": "array", "items": shown}), "post": call(shown, sent, 201)},
        "/builds/{id}": one,
    }
    build = contract(tmp_path, paths).resources["build"]
    assert build.shapes.create["properties"]["RunTime"].get("enum", []) == values
    assert ("RunTime" in build.lenient) == bool(values)
