"""The honest server behind ``notebooks.yaml``. ``faults`` names what it does wrong on purpose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.openapi.honest import Field, Json, Request, Service, Text, numbered, whole
from tests.openapi.unusual.common import Item, known


def notebooks(faults: frozenset[str]) -> Service:
    """A PUT replaces; the numbers of pages begin anew in each notebook; who edited it and when the server knows."""
    fields: Mapping[str, Field] = {"title": Text(60), "colour": Text(60)}
    page: Mapping[str, Field] = {"text": Text(2000), "position": whole(0, 10000)}
    blank = {"title": "", "colour": ""}

    def pages_of(service: Service, request: Request) -> dict[Any, Item]:
        return service.store(f"pages of {numbered(request, service.store('notebook'))['id']}")

    def listed(service: Service, request: Request) -> tuple[int, Json]:
        return 200, list(service.store("notebook").values())

    def create(service: Service, request: Request) -> tuple[int, Json]:
        if not request.text:
            request.text = b"{}"
        sent = known(service, request, fields)
        item = {"id": service.number("notebook"), "version": 0, **blank, **sent}
        service.store("notebook")[item["id"]] = {**item, **blank} if "loses" in service.faults else item
        return 200, item

    def read(service: Service, request: Request) -> tuple[int, Json]:
        return 200, numbered(request, service.store("notebook"))

    def put(service: Service, request: Request) -> tuple[int, Json]:
        item = numbered(request, service.store("notebook"))
        new = known(service, request, fields)
        if "put-lost" not in service.faults:
            item.update({**blank, **new, "version": item["version"] + 1})
        return 204, None

    def delete(service: Service, request: Request) -> tuple[int, Json]:
        item = numbered(request, service.store("notebook"))
        if "keeps" not in service.faults:
            del service.store("notebook")[item["id"]]
        return 204, None

    def pages(service: Service, request: Request) -> tuple[int, Json]:
        own = list(pages_of(service, request).values())
        everyone = [p for name in service.stores if name.startswith("pages") for p in service.store(name).values()]
        return 200, everyone if "foreign" in service.faults else own

    def page_new(service: Service, request: Request) -> tuple[int, Json]:
        store = pages_of(service, request)
        sent = known(service, request, page, ("text",), wrong=422)
        item = {"id": max(store, default=0) + 1, "position": 0, **sent}
        store[item["id"]] = item
        return 201, item

    def page_read(service: Service, request: Request) -> tuple[int, Json]:
        return 200, numbered(request, pages_of(service, request), "page")

    def page_gone(service: Service, request: Request) -> tuple[int, Json]:
        store = pages_of(service, request)
        del store[numbered(request, store, "page")["id"]]
        return 200, None

    one, below = "/notebooks/{id}", "/notebooks/{id}/pages"
    return Service(
        {
            ("GET", "/notebooks"): listed,
            ("POST", "/notebooks"): create,
            ("GET", one): read,
            ("PUT", one): put,
            ("DELETE", one): delete,
            ("GET", below): pages,
            ("POST", below): page_new,
            ("GET", f"{below}/{{page}}"): page_read,
            ("DELETE", f"{below}/{{page}}"): page_gone,
        },
        faults,
    )
