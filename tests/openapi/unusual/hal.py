"""The honest server behind ``hal.yaml``. ``faults`` names what it does wrong on purpose."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tests.openapi.honest import Answer, Field, Handler, Json, Refused, Request, Service, Text, When, checked, numbered
from tests.openapi.running import TOKEN
from tests.openapi.unusual.common import Item, allow, between, guarded, page_of


def hal(faults: frozenset[str]) -> Service:
    """Entries are embedded, links are added, an author must exist, and an ISBN may stand once only."""
    fields: Mapping[str, Field] = {
        "title": Text(80, 1),
        "isbn": When(lambda v: isinstance(v, str) and bool(re.fullmatch("[0-9]{13}", v))),
        "price": between(0, 10000),
        "authorIds": When(lambda v: v == []),
    }
    media = "application/hal+json"

    def shown(item: Item) -> Item:
        return {
            **{n: v for n, v in item.items() if v is not None},
            "_links": {"self": {"href": f"/books/{item['id']}"}},
        }

    def listed(service: Service, request: Request) -> tuple[int, Json]:
        page, size = page_of(request, ("page", "0"), ("size", "20"), 100)
        some = list(service.store("book").values())
        found = {"books": list(map(shown, some[page * size : page * size + size]))}
        pages = {"size": size, "totalElements": len(some), "totalPages": -(-len(some) // size), "number": page}
        return 200, Answer({"_embedded": found, "_links": {}, "page": pages}, media)

    def taken(service: Service, request: Request, but: Json = None) -> Item:
        body = request.body()
        checked(service, body, fields, ("title", "isbn"))
        if any(b["isbn"] == body["isbn"] and b["id"] != but for b in service.store("book").values()):
            raise Refused(400, "the ISBN is taken")
        return {n: body.get(n) for n in fields}

    def create(service: Service, request: Request) -> tuple[int, Json]:
        item = {"id": service.number("book"), **taken(service, request)}
        service.store("book")[item["id"]] = {**item, "price": allow(service, "loses", item["price"], None)}
        return 201, Answer(shown(item), media)

    def read(service: Service, request: Request) -> tuple[int, Json]:
        return 200, Answer(shown(numbered(request, service.store("book"))), media)

    def put(service: Service, request: Request) -> tuple[int, Json]:
        item = numbered(request, service.store("book"))
        new = taken(service, request, item["id"])
        if "put-lost" not in service.faults:
            item.update(new)
        return 200, Answer(shown({**item, **new}), media)

    def delete(service: Service, request: Request) -> tuple[int, Json]:
        del service.store("book")[numbered(request, service.store("book"))["id"]]
        return 204, None

    routes: dict[tuple[str, str], Handler] = {
        ("GET", "/books"): listed,
        ("POST", "/books"): create,
        ("GET", "/books/{id}"): read,
        ("PUT", "/books/{id}"): put,
        ("DELETE", "/books/{id}"): delete,
    }
    return Service({place: guarded(handler, "X-Api-Key", TOKEN) for place, handler in routes.items()}, faults)
