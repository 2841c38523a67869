"""A flag that one of a collection has alone is not taken from who has it, and is judged below what the run has made."""

from __future__ import annotations

from pathlib import Path

import pytest

from restproof.contract.given import with_given
from restproof.plan.bodies import Bodies
from restproof.session.given import with_flags_down

from .honest import Field, Json, Of, Refused, Request, Service, Text, serving
from .running import run_document
from .services import crud
from .test_embedded import object_of
from .test_meant import ITEM, NO, written
from .unsaid import NUMBER, TEXT, Document, call, contract

FLAG: Document = {"type": "boolean", "default": False}
FIELDS: Document = {"name": {**TEXT, "maxLength": 40}, "is_default": FLAG}


def addresses(*faults: str) -> Service:
    """One of the addresses is the default: who creates or changes one to be it takes that from the other."""
    fields: dict[str, Field] = {"name": Text(40), "is_default": Of(bool)}

    def lowered(service: Service) -> None:
        for row in service.store("address").values():
            row["is_default"] = False

    def made(service: Service, body: dict[str, Json]) -> dict[str, Json]:
        if body.get("is_default"):
            lowered(service)
        return {"is_default": "starts-up" in service.faults}

    routes = crud(
        "address", "/addresses", fields, required=("name",), operations="list create read update delete", made=made
    )
    change = routes["PATCH", "/addresses/{id}"]

    def update(service: Service, request: Request) -> tuple[int, Json]:
        body = request.body()
        if body.keys() & {"id"}:
            raise Refused(400, "an id stays")
        if body.get("is_default") is True:
            lowered(service)
        return change(service, request)

    service = Service({**routes, ("PATCH", "/addresses/{id}"): update}, frozenset(faults))
    id = service.number("address")
    service.store("address")[id] = {"id": id, "name": "of a colleague", "is_default": True}
    return service


def paths() -> Document:
    shown = object_of(["id", "name"], id={**NUMBER, "readOnly": True}, **FIELDS)
    refused: Document = {"400": NO["400"]}
    one = {
        "parameters": [ITEM],
        "get": call(shown, others={"404": NO["404"]}),
        "patch": call(shown, object_of([], **FIELDS), others={**refused, "404": NO["404"]}),
        "delete": {"responses": {"204": {"description": "gone"}, "404": NO["404"]}},
    }
    made = call(shown, object_of(["name"], **FIELDS), 201, others=refused)
    return {"/addresses": {"get": call({"type": "array", "items": shown}), "post": made}, "/addresses/{id}": one}


@pytest.mark.parametrize(("fault", "code"), [("", 0), ("starts-up", 1)])
def test_the_flag_of_a_colleague_stays(fault: str, code: int, tmp_path: Path) -> None:
    service = addresses(fault)
    with serving(service) as url:
        ended = run_document(written(tmp_path, paths()), url, tmp_path / "run", "--profile", "ci")
    assert ended.returncode == code, ended.stdout + ended.stderr
    assert [row["is_default"] for row in service.store("address").values()] == [True]


def test_below_what_the_run_has_made_it_is_raised(tmp_path: Path) -> None:
    room = {"name": "user_id", "in": "path", "required": True, "schema": NUMBER}
    below = {f"/users/{{user_id}}{path}": {**told} for path, told in paths().items()}
    for told in below.values():
        told["parameters"] = [room, *told.get("parameters", ())]
    name: Document = {"name": TEXT}
    shown, sent = object_of(["id", "name"], id={**NUMBER, "readOnly": True}, **name), object_of(["name"], **name)
    users: Document = {
        "/users": {"get": call({"type": "array", "items": shown}), "post": call(shown, sent, 201)},
        "/users/{user_id}": {"parameters": [room], "get": call(shown, others={"404": NO["404"]})},
    }
    found = contract(tmp_path, {**users, **below})
    given = with_flags_down({}, found)
    assert given == {}
    top = contract(tmp_path / "top", paths())
    down = with_flags_down({}, top)
    assert down == {"address": {"is_default": [False]}}
    kept = with_given(top, down)
    assert Bodies(kept, kept.resources["address"]).full()["is_default"] is False
    assert with_flags_down(down, kept) == down


@pytest.mark.parametrize("up", [{"const": True}, {"enum": [True]}])
def test_a_flag_that_can_be_nothing_but_up_is_sent_so(up: Document, tmp_path: Path) -> None:
    told = paths()
    for call_ in (told["/addresses"]["post"], told["/addresses/{id}"]["patch"]):
        body = call_["requestBody"]["content"]["application/json"]["schema"]
        body["properties"] = {**body["properties"], "is_default": {"type": "boolean", **up}}
    found = contract(tmp_path, told)
    assert with_flags_down({}, found).get("address", {}) == {}
