"""The honest server behind ``rooms.yaml``. ``faults`` names what it does wrong on purpose."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tests.openapi.honest import Answer, Field, Json, Refused, Request, Service, Text, When, whole
from tests.openapi.unusual.common import allow, known, named


def rooms(faults: frozenset[str]) -> Service:
    """The slug is made of the name; kinds and floors are filters of several values; a room can be closed."""
    a_tag = Text(12, 1)
    fields: Mapping[str, Field] = {
        "floor": whole(-3, 40),
        "note": When(lambda v: isinstance(v, str) and len(v) <= 200, null=True),
        "tags": When(
            lambda v: isinstance(v, list) and len(v) <= 5 and all(map(a_tag.fits, v)) and len(set(v)) == len(v)
        ),
    }
    name = When(lambda v: isinstance(v, str) and 3 <= len(v) <= 30 and bool(re.fullmatch("[A-Za-z][A-Za-z0-9 ]*", v)))
    media = "application/json; charset=utf-8"

    def listed(service: Service, request: Request) -> tuple[int, Json]:
        some = list(service.store("room").values())
        kinds = [k for k in request.query.get("kind", "").split(",") if k]
        if kinds:
            some = [r for r in some if ("large" if r["floor"] > 10 else "small") in kinds]
        return 200, Answer({"rooms": allow(service, "forgets", some, some[:-1])}, media)

    def create(service: Service, request: Request) -> tuple[int, Json]:
        body = known(service, request, {**fields, "name": name}, ("name", "floor"))
        slug = re.sub("[^a-z0-9]+", "-", body["name"].lower()).strip("-") or "room"
        if slug in service.store("room"):
            raise Refused(409, "it is taken")
        item = {"slug": slug, "note": None, "tags": [], "open": True, **body}
        service.store("room")[slug] = item
        place = {} if "no-location" in service.faults else {"Location": f"/rooms/{slug}/"}
        return 201, Answer(item, media, place)

    def read(service: Service, request: Request) -> tuple[int, Json]:
        item = named(request, service.store("room"), "slug")
        return 200, {**item, "open": allow(service, "odd-open", item["open"], "yes")}

    def change(service: Service, request: Request) -> tuple[int, Json]:
        item = named(request, service.store("room"), "slug")
        if request.headers.get("Content-Type", "").split(";")[0] != "application/merge-patch+json":
            raise Refused(415, "send a merge patch")
        body = known(service, request, fields)
        item.update(body)
        if "clears" in service.faults:
            item["tags"] = body.get("tags", [])
        return 200, item

    def delete(service: Service, request: Request) -> tuple[int, Json]:
        del service.store("room")[named(request, service.store("room"), "slug")["slug"]]
        return 204, None

    def close(service: Service, request: Request) -> tuple[int, Json]:
        named(request, service.store("room"), "slug")["open"] = False
        return 204, None

    return Service(
        {
            ("GET", "/rooms/"): listed,
            ("POST", "/rooms/"): create,
            ("GET", "/rooms/{slug}/"): read,
            ("PATCH", "/rooms/{slug}/"): change,
            ("DELETE", "/rooms/{slug}/"): delete,
            ("POST", "/rooms/{slug}/close/"): close,
        },
        faults,
    )
