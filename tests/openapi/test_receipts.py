"""Creates that answer a receipt: the id of what was made, with a word or two about it, and nothing of what a read
shows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from .honest import Json, Request, Service, Text, serving
from .running import run_document
from .services import crud
from .test_embedded import object_of
from .test_meant import ITEM, NO, written
from .unsaid import NUMBER, TEXT, Document, call, resource

RECEIPTS: dict[str, dict[str, Any]] = {
    "id": {"id": 7},
    "message": {"message": "created", "id": 7},
    "inserted": {"ok": True, "insertedId": 7},
}
KINDS: dict[type, Document] = {bool: {"type": "boolean"}, int: NUMBER, str: TEXT}


def paths(receipt: dict[str, Any]) -> Document:
    texts = {"label": {**TEXT, "maxLength": 40}, "note": {**TEXT, "maxLength": 40}}
    shown = object_of(["id", "label"], id={**NUMBER, "readOnly": True}, **texts)
    told = object_of([], **{name: KINDS[type(value)] for name, value in receipt.items()})
    item = {
        "parameters": [ITEM],
        "get": call(shown, others={"404": NO["404"]}),
        "patch": call(told, object_of([], **texts), others={"400": NO["400"], "404": NO["404"]}),
        "delete": {"responses": {"204": {"description": "gone"}, "404": NO["404"]}},
    }
    made = call(told, object_of(["label"], **texts), 201, others={"400": NO["400"]})
    return {"/boxes": {"get": call({"type": "array", "items": shown}), "post": made}, "/boxes/{id}": item}


def shop(receipt: dict[str, Any], *faults: str) -> Service:
    fields, usual = {"label": Text(40), "note": Text(40)}, "list create read update delete"
    routes = crud("box", "/boxes", fields, required=("label",), operations=usual)

    def told(handler: Any) -> Any:
        def answer(service: Service, request: Request) -> tuple[int, Json]:
            status, item = handler(service, request)
            wrong = "another" in service.faults and status == 201
            return status, {n: item["id"] - wrong if value == 7 else value for n, value in receipt.items()}

        return answer

    writes = {way: told(handler) for way, handler in routes.items() if way[0] in ("POST", "PATCH")}
    return Service({**routes, **writes}, frozenset(faults))


@pytest.mark.parametrize("name", RECEIPTS)
def test_a_receipt_says_nothing_of_what_a_read_shows(name: str, tmp_path: Path) -> None:
    box = resource(tmp_path, "box", paths(RECEIPTS[name]))
    assert box.operation("create").returns == "minimal"
    assert "id" not in box.open
    assert "label" in box.shapes.response["required"]
    assert not {"message", "ok"} & box.properties.keys()


@pytest.mark.parametrize("name", RECEIPTS)
@pytest.mark.parametrize("fault", ["", "read-forgets", "create-loses", "another"])
def test_who_answers_so_is_judged_by_its_reads(name: str, fault: str, tmp_path: Path) -> None:
    with serving(shop(RECEIPTS[name], *filter(None, [fault]))) as url:
        ended = run_document(written(tmp_path, paths(RECEIPTS[name])), url, tmp_path / "run", "--profile", "smoke")
    assert (ended.returncode == 1) is bool(fault), ended.stdout + ended.stderr


def of_two_kinds(written_as: type, *faults: str) -> tuple[Document, Service]:
    """Boxes whose answers to writes show the id as a text where reads and lists show it as a number, or the other way
    round, as their document says."""
    documented = paths(RECEIPTS["id"])
    shown = object_of(["id", "label"], id=KINDS[written_as], label=TEXT, note=TEXT)
    if written_as is int:
        documented = json.loads(
            json.dumps(documented).replace(json.dumps({**NUMBER, "readOnly": True}), json.dumps(TEXT))
        )
    for write in (documented["/boxes"]["post"], documented["/boxes/{id}"]["patch"]):
        (answer,) = (a for status, a in write["responses"].items() if status.startswith("2"))
        answer["content"]["application/json"]["schema"] = shown
    fields, usual = {"label": Text(40), "note": Text(40)}, "list create read update delete"
    routes = crud("box", "/boxes", fields, required=("label",), operations=usual)

    read_as = int if written_as is str else str

    def told(way: tuple[str, str], handler: Any) -> Any:
        def answer(service: Service, request: Request) -> tuple[int, Json]:
            status, item = handler(service, request)
            if way[0] in ("POST", "PATCH"):
                return status, {**item, "id": written_as(item["id"])}
            if isinstance(item, list):
                return status, [{**one, "id": read_as(one["id"])} for one in item]
            return status, {**item, "id": read_as(item["id"])} if isinstance(item, dict) else item

        return answer

    return documented, Service({way: told(way, handler) for way, handler in routes.items()}, frozenset(faults))


@pytest.mark.parametrize("written_as", [str, int])
@pytest.mark.parametrize("fault", ["", "read-forgets", "create-loses", "list-forgets"])
def test_an_id_that_only_writes_show_as_another_type_is_that_of_a_read(
    written_as: type, fault: str, tmp_path: Path
) -> None:
    documented, service = of_two_kinds(written_as, *filter(None, [fault]))
    with serving(service) as url:
        ended = run_document(written(tmp_path, documented), url, tmp_path / "run", "--profile", "smoke")
    assert (ended.returncode == 1) is bool(fault), ended.stdout + ended.stderr
