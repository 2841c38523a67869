"""The honest server behind ``products.yaml``. ``faults`` names what it does wrong on purpose."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from tests.openapi.honest import Answer, Field, Handler, Json, Refused, Request, Service, Text, When, whole
from tests.openapi.unusual.common import Item, allow, known, named, page_of


def products(faults: frozenset[str]) -> Service:
    """As a template of ASP.NET makes one: what changes names itself in its body as well, and is not answered."""
    fields: Mapping[str, Field] = {
        "name": Text(50, 1),
        "stock": whole(-(2**31), 2**31 - 1),
        "category": whole(0, 2),
    }
    usual = {"stock": 0, "category": 0}

    def listed(service: Service, request: Request) -> tuple[int, Json]:
        page, size = page_of(request, ("PageNumber", "1"), ("PageSize", "10"), 100)
        if page < 1:
            raise Refused(400, "there is no such page")
        some = list(service.store("product").values())
        count = allow(service, "total", len(some), len(some) + 1)
        return 200, {"items": some[(page - 1) * size : page * size], "pageNumber": page, "totalCount": count}

    def create(service: Service, request: Request) -> tuple[int, Json]:
        item = {"id": str(uuid.uuid4()), **usual, **known(service, request, fields, ("name",))}
        service.store("product")[item["id"]] = {**item, "stock": allow(service, "loses", item["stock"], 0)}
        return 201, Answer(item, headers={"Location": f"/api/v1/Products/{item['id']}"})

    def read(service: Service, request: Request) -> tuple[int, Json]:
        return 200, named(request, service.store("product"), "id")

    def put(service: Service, request: Request) -> tuple[int, Json]:
        item: Item = named(request, service.store("product"), "id")
        itself: Mapping[str, Field] = {"id": When(lambda v: isinstance(v, str) and v.lower() == item["id"])}
        new = known(service, request, {**fields, **itself}, ("id", "name"))
        if "put-lost" not in service.faults:
            item.update({**usual, **new, "id": item["id"]})
        return 204, None

    def delete(service: Service, request: Request) -> tuple[int, Json]:
        del service.store("product")[named(request, service.store("product"), "id")["id"]]
        return 204, None

    def refusing(handler: Handler) -> Handler:
        def asked(service: Service, request: Request) -> tuple[int, Json]:
            try:
                return handler(service, request)
            except Refused as error:
                problem = {"title": str(error), "status": error.status}
                return error.status, Answer(problem, "application/problem+json; charset=utf-8")

        return asked

    base = "/api/v1/Products"
    routes: dict[tuple[str, str], Handler] = {
        ("GET", base): listed,
        ("POST", base): create,
        ("GET", f"{base}/{{id}}"): read,
        ("PUT", f"{base}/{{id}}"): put,
        ("DELETE", f"{base}/{{id}}"): delete,
    }
    return Service({place: refusing(handler) for place, handler in routes.items()}, faults)
