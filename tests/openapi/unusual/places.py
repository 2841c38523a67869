"""The honest server behind ``places.yaml``. ``faults`` names what it does wrong on purpose."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from tests.openapi.honest import Field, Handler, Json, Refused, Request, Service, Text, When, whole
from tests.openapi.unusual.common import Item, allow, known, page_of


def places(faults: frozenset[str]) -> Service:
    """A guest has to be named, by an e-mail address as well, and the place must be there: no document says so."""
    of_place: Mapping[str, Field] = {"name": Text(80, 1), "street": Text(80, 1)}
    of_visit: Mapping[str, Field] = {
        "guest": When(lambda v: isinstance(v, str) and v.strip() != ""),
        "email": When(lambda v: isinstance(v, str) and "@" in v),
        "stars": whole(1, 5),
        "placeId": whole(1, 10**12),
    }

    def numbered(service: Service, request: Request, name: str) -> Item:
        text = request.path["id"]
        number = int(text) if text.isascii() and text.isdecimal() and len(text) < 15 else 0
        if number not in service.store(name):
            raise Refused(404, "there is none")
        return service.store(name)[number]

    def stored(service: Service, name: str, fields: Item) -> Item:
        item = {"id": service.number(name), **fields}
        service.store(name)[item["id"]] = item
        return item

    def listed(service: Service, request: Request) -> tuple[int, Json]:
        offset, limit = page_of(request, ("offset", "0"), ("limit", "10"), 100)
        some = list(service.store("place").values())
        page = some[allow(service, "skips", offset, 0) :][:limit]
        return 200, {"places": page, "total": len(some)}

    def inner(service: Service, request: Request) -> Item:
        body = request.body()
        if not isinstance(body.get("place"), dict):
            raise Refused(400, "a place is needed")
        return known(service, replace(request, text=json.dumps(body["place"]).encode()), of_place, ("name", "street"))

    def create(service: Service, request: Request) -> tuple[int, Json]:
        fields = inner(service, request)
        made = stored(service, "place", {**fields, "street": allow(service, "loses", fields["street"], "")})
        return 201, {"placeId": made["id"]}

    def read(service: Service, request: Request) -> tuple[int, Json]:
        return 200, {"place": numbered(service, request, "place")}

    def put(service: Service, request: Request) -> tuple[int, Json]:
        place, fields = numbered(service, request, "place"), inner(service, request)
        place.update(allow(service, "put-lost", fields, {}))
        return 200, None

    def delete(name: str, status: int) -> Handler:
        def deleted(service: Service, request: Request) -> tuple[int, Json]:
            item = numbered(service, request, name)
            if "keeps" not in service.faults:
                del service.store(name)[item["id"]]
            return status, None

        return deleted

    def shown(service: Service, visit: Item) -> Item:
        place = service.store("place").get(visit["placeId"])
        return {**visit, "place": place} if place else visit

    def visit(service: Service, request: Request) -> tuple[int, Json]:
        fields = known(service, request, of_visit, tuple(of_visit))
        if fields["placeId"] not in service.store("place"):
            raise Refused(400, "there is no such place")
        made = stored(service, "visit", {**fields, "stars": allow(service, "stars", fields["stars"], 1)})
        return 201, {"message": "thanks", "visit": shown(service, made), "successful": True}

    return Service(
        {
            ("GET", "/places"): listed,
            ("POST", "/places"): create,
            ("GET", "/places/{id}"): read,
            ("PUT", "/places/{id}"): put,
            ("DELETE", "/places/{id}"): delete("place", 200),
            ("GET", "/visits/v1"): lambda s, r: (200, [shown(s, v) for v in s.store("visit").values()]),
            ("POST", "/visits/v1"): visit,
            ("GET", "/visits/v1/{id}"): lambda s, r: (200, shown(s, numbered(s, r, "visit"))),
            ("DELETE", "/visits/v1/{id}"): delete("visit", 204),
        },
        faults,
    )
