"""The honest server behind ``albums.yaml``. ``faults`` names what it does wrong on purpose."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tests.openapi.honest import (
    Answer,
    Field,
    Handler,
    Json,
    Refused,
    Request,
    Service,
    Text,
    When,
    checked,
    numbered,
)
from tests.openapi.running import TOKEN
from tests.openapi.unusual.common import a_date, allow


def albums(faults: frozenset[str]) -> Service:
    """Reads are public; a note is taken and never shown; covers and tracks are no JSON; a delete is 202."""
    fields: Mapping[str, Field] = {
        "title": Text(100, 1),
        "released": When(a_date),
        "rating": When(lambda v: isinstance(v, int | float) and not isinstance(v, bool) and 0 <= v <= 5, null=True),
    }
    note: Mapping[str, Field] = {"secretNote": Text(100)}

    def guarded(handler: Handler) -> Handler:
        def asked(service: Service, request: Request) -> tuple[int, Json]:
            if request.headers.get("Authorization") != f"Bearer {TOKEN}" and "open" not in service.faults:
                raise Refused(401, "who are you?")
            return handler(service, request)

        return asked

    def listed(service: Service, request: Request) -> tuple[int, Json]:
        page, size = request.query.get("page", "1"), request.query.get("size", "10")
        if not (re.fullmatch("[0-9]{1,9}", page) and re.fullmatch("[0-9]{1,9}", size)):
            raise Refused(400, "that is no page")
        if int(page) < 1 or not 1 <= int(size) <= 50:
            raise Refused(400, "that is no page")
        some = list(service.store("album").values())
        first = (int(page) - 1) * int(size) + allow(service, "skips", 0, int(page) - 1)
        return 200, Answer(some[first : first + int(size)], headers={"X-Total-Count": str(len(some))})

    def create(service: Service, request: Request) -> tuple[int, Json]:
        body = request.body()
        checked(service, body, {**fields, **note}, ("title", "released"))
        item = {"id": service.number("album"), "rating": None, "tracks": 0}
        item |= {n: body[n] for n in fields if n in body}
        if "leaks" in service.faults and "secretNote" in body:
            item["secretNote"] = body["secretNote"]
        service.store("album")[item["id"]] = item
        return 201, item

    def read(service: Service, request: Request) -> tuple[int, Json]:
        return 200, numbered(request, service.store("album"), "album")

    def change(service: Service, request: Request) -> tuple[int, Json]:
        item, body = numbered(request, service.store("album"), "album"), request.body()
        if not body and "empty" not in service.faults:
            raise Refused(400, "there is nothing to change")
        checked(service, body, fields)
        item.update({n: body[n] for n in fields if n in body})
        return 200, item

    def delete(service: Service, request: Request) -> tuple[int, Json]:
        del service.store("album")[numbered(request, service.store("album"), "album")["id"]]
        return 202, None

    def tracks(service: Service, request: Request) -> tuple[int, Json]:
        numbered(request, service.store("album"), "album")
        return 200, []

    one = "/albums/{album}"
    return Service(
        {
            ("GET", "/albums"): listed,
            ("POST", "/albums"): guarded(create),
            ("GET", one): read,
            ("PATCH", one): guarded(change),
            ("DELETE", one): guarded(delete),
            ("GET", f"{one}/tracks"): tracks,
        },
        faults,
    )
