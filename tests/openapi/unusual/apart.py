"""The honest servers behind ``calls.yaml``, ``asked.yaml`` and ``verbs.yaml``, whose ids stand in no path. ``faults``
names what they do wrong on purpose."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping

from tests.openapi.honest import Field, Handler, Json, Of, Refused, Request, Service, Text
from tests.openapi.unusual.common import Item, allow, known, page_of

FIELDS: Mapping[str, Field] = {"title": Text(80, 1), "done": Of(bool)}
Named = Callable[[Service, Request], Item]


def calls(faults: frozenset[str]) -> Service:
    """All is a call by POST, and its body names the task."""

    def named(service: Service, request: Request) -> Item:
        id = request.body().get("id")
        if not isinstance(id, int) or isinstance(id, bool):
            raise Refused(400, "which one?")
        return kept(service, id)

    def listed(service: Service, request: Request) -> tuple[int, Json]:
        limit = request.body().get("limit", 100) if request.text else 100
        if not isinstance(limit, int) or isinstance(limit, bool) or not 1 <= limit <= 200:
            raise Refused(400, "that is no limit")
        return 200, {"items": list(service.store("item").values())[:limit]}

    routes = {
        ("POST", "/api/tasks.list"): listed,
        ("POST", "/api/tasks.create"): creating(200, lambda service: service.number("item")),
        ("POST", "/api/tasks.get"): reading(named),
        ("POST", "/api/tasks.update"): changing(named),
        ("POST", "/api/tasks.delete"): deleting(named, 200),
    }
    return Service(routes, faults)


def asked(faults: frozenset[str]) -> Service:
    """A query names the note that is read or deleted, and its body the one that is changed."""

    def named(service: Service, request: Request) -> Item:
        if not request.query.get("noteId"):
            raise Refused(400, "which one?")
        return kept(service, request.query["noteId"])

    def in_body(service: Service, request: Request) -> Item:
        body = request.body()
        if not isinstance(body.get("id"), str) or not FIELDS.keys() <= body.keys():
            raise Refused(400, "all of it is needed")
        return kept(service, body["id"])

    def listed(service: Service, request: Request) -> tuple[int, Json]:
        return 200, list(service.store("item").values())

    routes = {
        ("GET", "/notes"): listed,
        ("POST", "/notes"): creating(201, lambda service: uuid.uuid4().hex),
        ("PUT", "/notes"): changing(in_body),
        ("GET", "/note"): reading(named),
        ("DELETE", "/note"): deleting(named, 204),
    }
    return Service(routes, faults)


def verbs(faults: frozenset[str]) -> Service:
    """Each path ends with a verb, and a query names the member."""

    def named(service: Service, request: Request) -> Item:
        if not re.fullmatch("-?[0-9]{1,18}", request.query.get("id", "")):
            raise Refused(400, "which one?")
        return kept(service, int(request.query["id"]))

    def listed(service: Service, request: Request) -> tuple[int, Json]:
        offset, limit = page_of(request, ("offset", "0"), ("limit", "100"), 100)
        return 200, list(service.store("item").values())[offset : offset + limit]

    routes = {
        ("GET", "/v2/team/members/list"): listed,
        ("POST", "/v2/team/members/create"): creating(201, lambda service: service.number("item")),
        ("GET", "/v2/team/members/get"): reading(named),
        ("PATCH", "/v2/team/members/update"): changing(named),
        ("DELETE", "/v2/team/members/delete"): deleting(named, 204),
    }
    return Service(routes, faults)


def kept(service: Service, id: Json) -> Item:
    """Raises 404."""
    if id not in service.store("item"):
        raise Refused(404, "there is none")
    return service.store("item")[id]


def creating(status: int, new_id: Callable[[Service], Json]) -> Handler:
    def create(service: Service, request: Request) -> tuple[int, Json]:
        item = {"id": new_id(service), "done": False, **known(service, request, FIELDS, ("title",))}
        service.store("item")[item["id"]] = {**item, "title": allow(service, "loses", item["title"], "?")}
        return status, item

    return create


def reading(named: Named) -> Handler:
    return lambda service, request: (200, named(service, request))


def changing(named: Named) -> Handler:
    def change(service: Service, request: Request) -> tuple[int, Json]:
        item = named(service, request)
        changed = {**item, **known(service, request, FIELDS)}
        if "put-lost" not in service.faults:
            service.store("item")[item["id"]] = changed
        return 200, changed

    return change


def deleting(named: Named, status: int) -> Handler:
    def delete(service: Service, request: Request) -> tuple[int, Json]:
        item = named(service, request)
        if "keeps" not in service.faults:
            del service.store("item")[item["id"]]
        return status, {"ok": True} if status == 200 else None

    return delete
