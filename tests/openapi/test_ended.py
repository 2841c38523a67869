"""A DELETE that is called something else than a delete (a booking is cancelled, a token revoked) is the delete of its
resource; whether what it names is gone then, is left open."""

from __future__ import annotations

from pathlib import Path

import pytest

from .honest import Json, Refused, Request, Service, Text, numbered, serving
from .running import run_document
from .services import crud
from .test_embedded import object_of
from .test_meant import ITEM, NO, written
from .unsaid import NUMBER, TEXT, call


def bookings(*faults: str, stays: bool) -> Service:
    """``stays``: whether what is cancelled can be read and listed still, and is changed no more."""
    fields = {"name": Text(40, 1), "note": Text(40)}
    usual = "list create read update delete"
    routes = crud(
        "booking", "/bookings", fields, required=("name",), operations=usual, made=lambda s, b: {"state": "new"}
    )
    change, remove = routes["PATCH", "/bookings/{id}"], routes["DELETE", "/bookings/{id}"]

    def cancel(service: Service, request: Request) -> tuple[int, Json]:
        if "invents" in service.faults and request.path["id"] not in map(str, service.store("booking")):
            return 204, None
        item = numbered(request, service.store("booking"))
        if item["state"] == "cancelled":
            raise Refused(409, "it is cancelled already")
        item["state"] = "cancelled"
        for other in service.store("booking").values() if "all" in service.faults else ():
            other["name"] = item["name"]
        return (204, None) if stays else remove(service, request)

    def update(service: Service, request: Request) -> tuple[int, Json]:
        if numbered(request, service.store("booking"))["state"] == "cancelled":
            raise Refused(409, "it is cancelled")
        return change(service, request)

    routes |= {("DELETE", "/bookings/{id}"): cancel, ("PATCH", "/bookings/{id}"): update}
    return Service(routes, frozenset(faults))


def document(folder: Path, words: dict[str, str]) -> Path:
    state = {"type": "string", "readOnly": True}
    texts = {"name": {**TEXT, "minLength": 1, "maxLength": 40}, "note": {**TEXT, "maxLength": 40}}
    shown = object_of(["id", "name", "state"], id={**NUMBER, "readOnly": True}, state=state, **texts)
    sent, change = object_of(["name"], **texts), object_of([], **texts)
    refused = {"400": NO["400"], "404": NO["404"], "409": {"description": "it is cancelled"}}
    gone = {**words, "responses": {"204": {"description": "done"}, "404": NO["404"], "409": {"description": "it was"}}}
    paths = {
        "/bookings": {
            "get": call({"type": "array", "items": shown}),
            "post": call(shown, sent, 201, others={"400": NO["400"]}),
        },
        "/bookings/{id}": {
            "parameters": [ITEM],
            "get": call(shown, others={"404": NO["404"]}),
            "patch": call(shown, change, others=refused),
            "delete": gone,
        },
    }
    return written(folder, paths)


CALLED = {"operationId": "withdrawBooking", "summary": "Cancel a booking"}


@pytest.mark.parametrize("profile", ["smoke", "ci"])
@pytest.mark.parametrize("stays", [True, False], ids=["stays", "goes"])
def test_who_ends_a_booking_may_show_it_still(stays: bool, profile: str, tmp_path: Path) -> None:
    service = bookings(stays=stays)
    with serving(service) as url:
        ended = run_document(document(tmp_path, CALLED), url, tmp_path / "run", "--profile", profile)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert all(item["state"] == "cancelled" for item in service.store("booking").values())
    assert bool(service.store("booking")) is stays


@pytest.mark.parametrize(("fault", "told"), [("invents", "identity."), ("all", "delete.siblings")])
def test_what_such_a_delete_does_wrong_is_told(fault: str, told: str, tmp_path: Path) -> None:
    with serving(bookings(fault, stays=True)) as url:
        ended = run_document(document(tmp_path, CALLED), url, tmp_path / "run", "--profile", "smoke")
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert told in ended.stdout


def test_what_is_deleted_is_gone(tmp_path: Path) -> None:
    words = {"operationId": "deleteBooking", "summary": "Delete a booking"}
    with serving(bookings(stays=True)) as url:
        ended = run_document(
            document(tmp_path, words), url, tmp_path / "run", "--profile", "smoke", "--only", "delete.is-gone"
        )
    assert ended.returncode == 1, ended.stdout + ended.stderr
