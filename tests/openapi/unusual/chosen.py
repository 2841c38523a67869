"""The honest server behind ``chosen.yaml``, whose creates name the id that they choose in the path or the query.
``faults`` names what it does wrong on purpose."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from tests.openapi.honest import Field, Handler, Json, Of, Refused, Request, Service, Text, whole
from tests.openapi.unusual.common import Item, allow, known, named

USER: Mapping[str, Field] = {"admin": Of(bool), "full_name": Text(60)}
BOOK: Mapping[str, Field] = {"title": Text(60, 1), "pages": whole(1, 5000)}


def creating(
    kind: str, id_of: Callable[[Request], str], status: int, usual: Item, fields: Mapping[str, Field], *needed: str
) -> Handler:
    """Makes the item that a request names; ``usual``: what it holds where the request does not say it."""
    identity = "name" if kind == "user" else "id"

    def create(service: Service, request: Request) -> tuple[int, Json]:
        id = id_of(request)
        if not re.fullmatch("[a-z][a-z0-9]{2,40}", id):
            raise Refused(400, "that is no id")
        made = {identity: id, **usual, **known(service, request, fields, needed)}
        if id in service.store(kind):
            raise Refused(409, "there is one")
        kept = allow(service, "elsewhere", id, f"{id}x")
        service.store(kind)[kept] = {**made, identity: kept}
        return status, made

    return create


def routes_of(kind: str, path: str, parameter: str, fields: Mapping[str, Field]) -> Mapping[tuple[str, str], Handler]:
    """Those that are about one item."""

    def change(service: Service, request: Request) -> tuple[int, Json]:
        item = named(request, service.store(kind), parameter)
        changed = {**item, **known(service, request, fields)}
        service.store(kind)[request.path[parameter]] = allow(service, "put-lost", changed, item)
        return 200, changed

    def delete(service: Service, request: Request) -> tuple[int, Json]:
        named(request, service.store(kind), parameter)
        if "keeps" not in service.faults:
            del service.store(kind)[request.path[parameter]]
        return 204, None

    return {
        ("GET", path): lambda service, request: (200, named(request, service.store(kind), parameter)),
        ("PATCH", path): change,
        ("DELETE", path): delete,
    }


def chosen(faults: frozenset[str]) -> Service:
    user = creating("user", lambda request: request.path["name"], 201, {"admin": False, "full_name": ""}, USER)
    book = creating("book", lambda request: request.query.get("bookId", ""), 200, {"pages": 1}, BOOK, "title")
    routes = {
        ("GET", "/users"): lambda service, request: (200, list(service.store("user").values())),
        ("POST", "/users/{name}"): user,
        **routes_of("user", "/users/{name}", "name", USER),
        ("GET", "/books"): lambda service, request: (200, {"books": list(service.store("book").values())}),
        ("POST", "/books"): book,
        **routes_of("book", "/books/{book}", "book", BOOK),
    }
    return Service(routes, faults)
