"""Accounts as services have them: a log-in beside who is logged in, and what only the answer to a create shows: a
password, or the id."""

from __future__ import annotations

from pathlib import Path

import pytest

from .honest import Json, Request, Service, Text, serving
from .running import run_document
from .services import crud
from .test_embedded import object_of
from .test_meant import ITEM, NO, RULES, only, written
from .unsaid import NUMBER, SENT, TEXT, Document, call, read

WALLET = object_of(["id"], id=TEXT, name=TEXT)
USER = object_of(["id"], id=TEXT, name=TEXT, admin={"type": "boolean"}, wallets={"type": "array", "items": WALLET})
PROVIDER = [{"name": "provider", "in": "path", "required": True, "schema": TEXT}]
LOG_IN = object_of([], username=TEXT, password=TEXT)


def signed_in(summary: str, body: Document, shown: Document = USER) -> Document:
    """Who is logged in, and beside that a POST; others may be asked for the same below."""
    post = call({}, body, 200, summary=summary)
    return {
        "/auth": {"get": call(shown), "post": post},
        "/auth/{provider}": {"parameters": PROVIDER, "get": call({})},
    }


def test_who_is_logged_in_is_no_list_of_what_he_has(tmp_path: Path) -> None:
    item = {"parameters": [ITEM], "get": call(WALLET)}
    found = read(tmp_path / "1", {**signed_in("Login", LOG_IN), "/wallets/{id}": item})
    assert found.contract["resources"].keys() == {"wallet"}
    assert any("POST /auth: by its words it is a log-in" in left.what for left in found.left_out)
    group = object_of(["id"], id=TEXT, name=TEXT, size=NUMBER, members={"type": "array", "items": WALLET})
    for number, member in enumerate(("members", "items")):
        answer = {**group, "properties": {member if n == "members" else n: s for n, s in group["properties"].items()}}
        listed = read(tmp_path / f"{number + 2}", {"/members": {"get": call(answer)}, "/members/{id}": item})
        assert listed.contract["resources"]["member"]["envelope"]["list"] == member


@pytest.mark.parametrize(
    ("summary", "body", "makes"),
    [
        ("Login", LOG_IN, False),
        ("User login", LOG_IN, False),
        ("Sign in with a password", LOG_IN, False),
        ("authenticateUser", LOG_IN, False),
        ("Create a login", LOG_IN, True),
        ("Sign in a visitor", SENT, True),
        ("Login attempts are kept", SENT, True),
    ],
)
def test_a_log_in_makes_nothing(summary: str, body: Document, makes: bool, tmp_path: Path) -> None:
    shown = object_of(["id"], id=NUMBER, **body["properties"])
    item = {"parameters": [ITEM], "get": call(shown)}
    found = read(tmp_path, {"/visits": {"post": call(shown, body, 201, summary=summary)}, "/visits/{id}": item})
    assert makes == ("create" in found.contract["resources"]["visit"]["operations"])


def accounts(*faults: str) -> Service:
    """The answer to a create shows what was sent, and a read what is kept of it: not the password."""
    fields = {"name": Text(), "password": Text()}
    routes = crud("account", "/accounts", fields, required=("name", "password"))

    def shown(service: Service, body: dict[str, Json]) -> dict[str, Json]:
        return {n: v for n, v in body.items() if n != "password"}

    reading = routes["GET", "/accounts/{id}"]
    routes["GET", "/accounts/{id}"] = lambda service, request: (200, shown(service, reading(service, request)[1]))
    return Service(routes, frozenset(faults))


@pytest.mark.parametrize(("fault", "code"), [("", 0), ("read-forgets", 1), ("create-loses", 1)])
def test_what_only_the_answer_to_a_create_shows_is_not_asked_of_a_read(fault: str, code: int, tmp_path: Path) -> None:
    sent = object_of(["name", "password"], name=TEXT, password=TEXT)
    echo, shown = object_of([], id=NUMBER, name=TEXT, password=TEXT), object_of(["id", "name"], id=NUMBER, name=TEXT)
    gone = {"responses": {"204": {"description": "gone"}, "404": NO["404"]}}
    item = {"parameters": [ITEM], "get": call(shown, others={"404": NO["404"]}), "delete": gone}
    paths = {"/accounts": {"post": call(echo, sent, 201, others={"400": NO["400"]})}, "/accounts/{id}": item}
    with serving(accounts(*filter(None, [fault]))) as url:
        ended = run_document(written(tmp_path, paths), url, tmp_path / "run", "--profile", "smoke", *only(*RULES))
    assert ended.returncode == code, ended.stdout + ended.stderr


def receipts(*faults: str) -> Service:
    """The answer to a create says how it went and under which id, and a read shows what was sent."""
    routes = crud("box", "/boxes", {"label": Text()}, required=("label",))
    making, reading = routes["POST", "/boxes"], routes["GET", "/boxes/{id}"]

    def create(service: Service, request: Request) -> tuple[int, Json]:
        status, made = making(service, request)
        return status, {"state": "DONE", "id": made["id"]}

    def read_one(service: Service, request: Request) -> tuple[int, Json]:
        status, shown = reading(service, request)
        return status, {n: v for n, v in shown.items() if n != "id"}

    routes["POST", "/boxes"], routes["GET", "/boxes/{id}"] = create, read_one
    return Service(routes, frozenset(faults))


@pytest.mark.parametrize(("fault", "code"), [("", 0), ("create-loses", 1)])
def test_an_id_that_only_the_answer_to_a_create_shows_is_not_asked_of_a_read(
    fault: str, code: int, tmp_path: Path
) -> None:
    receipt = object_of(["state", "id"], state=TEXT, id=NUMBER)
    gone = {"responses": {"204": {"description": "gone"}, "404": NO["404"]}}
    item = {"parameters": [ITEM], "get": call(object_of([], label=TEXT), others={"404": NO["404"]}), "delete": gone}
    create = call(receipt, SENT, 201, others={"400": NO["400"]})
    listed = call({"type": "object", "additionalProperties": object_of([], label=TEXT)})
    paths = {"/boxes": {"get": listed, "post": create}, "/boxes/{id}": item}
    with serving(receipts(*filter(None, [fault]))) as url:
        ended = run_document(written(tmp_path, paths), url, tmp_path / "run", "--profile", "smoke", *only(*RULES))
    assert ended.returncode == code, ended.stdout + ended.stderr
