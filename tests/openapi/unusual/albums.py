"""The honest server behind ``albums.yaml``. ``faults`` names what it does wrong on purpose."""

from __future__ import annotations

from collections.abc import Mapping

from tests.openapi.honest import Answer, Field, Json, Refused, Request, Service, Text, When, numbered
from tests.openapi.running import TOKEN
from tests.openapi.unusual.common import a_date, allow, between, guarded, known, page_of


def albums(faults: frozenset[str]) -> Service:
    """Reads are public; a note is taken and never shown; covers and tracks are no JSON; a delete is 202."""
    fields: Mapping[str, Field] = {
        "title": Text(100, 1),
        "released": When(a_date),
        "rating": between(0, 5, null=True),
    }
    note: Mapping[str, Field] = {"secretNote": Text(100)}

    def listed(service: Service, request: Request) -> tuple[int, Json]:
        page, size = page_of(request, ("page", "1"), ("size", "10"), 50)
        if page < 1:
            raise Refused(400, "that is no page")
        some = list(service.store("album").values())
        first = (page - 1) * size + allow(service, "skips", 0, page - 1)
        return 200, Answer(some[first : first + size], headers={"X-Total-Count": str(len(some))})

    def create(service: Service, request: Request) -> tuple[int, Json]:
        sent = known(service, request, {**fields, **note}, ("title", "released"))
        item = {"id": service.number("album"), "rating": None, "tracks": 0, **sent}
        if "leaks" not in service.faults:
            item.pop("secretNote", None)
        service.store("album")[item["id"]] = item
        return 201, item

    def read(service: Service, request: Request) -> tuple[int, Json]:
        return 200, numbered(request, service.store("album"), "album")

    def change(service: Service, request: Request) -> tuple[int, Json]:
        item = numbered(request, service.store("album"), "album")
        if not request.body():
            raise Refused(400, "there is nothing to change")
        item.update(known(service, request, fields))
        return 200, item

    def delete(service: Service, request: Request) -> tuple[int, Json]:
        del service.store("album")[numbered(request, service.store("album"), "album")["id"]]
        return 202, None

    def tracks(service: Service, request: Request) -> tuple[int, Json]:
        numbered(request, service.store("album"), "album")
        return 200, []

    one, own = "/albums/{album}", ("Authorization", f"Bearer {TOKEN}")
    return Service(
        {
            ("GET", "/albums"): listed,
            ("POST", "/albums"): guarded(create, *own),
            ("GET", one): read,
            ("PATCH", one): guarded(change, *own),
            ("DELETE", one): guarded(delete, *own),
            ("GET", f"{one}/tracks"): tracks,
        },
        faults,
    )
