"""The honest server behind ``volumes.yaml``. ``faults`` names what it does wrong on purpose."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tests.openapi.honest import Field, Json, Request, Service, Text, When, numbered, whole
from tests.openapi.unusual.common import Item, allow, known


def volumes(faults: frozenset[str]) -> Service:
    """As Spring's annotations make one: the pattern is that of the whole text, bad pages are those by default, an id in
    a body is passed over, and what is null is not shown."""
    fields: Mapping[str, Field] = {
        "isbn": When(lambda v: isinstance(v, str) and bool(re.fullmatch("[0-9]{13}", v))),
        "title": Text(100, 1),
        "pages": whole(1, 2**31 - 1, null=True),
    }
    needed = ("isbn", "title")

    def shown(item: Item) -> Item:
        return {n: v for n, v in item.items() if v is not None}

    def number(request: Request, name: str, usual: int, least: int) -> int:
        text = request.query.get(name, "")
        return int(text) if re.fullmatch("[0-9]{1,9}", text) and int(text) >= least else usual

    def listed(service: Service, request: Request) -> tuple[int, Json]:
        page, size = number(request, "page", 0, 0), min(number(request, "size", 20, 1), 2000)
        some = list(map(shown, service.store("volume").values()))
        some = allow(service, "skips", some, some[:-1] if len(some) > 1 else some)
        part = some[page * size : page * size + size]
        pages = {"totalElements": len(some), "totalPages": -(-len(some) // size), "size": size, "number": page}
        ends = {"first": page == 0, "last": (page + 1) * size >= len(some), "empty": not part}
        return 200, {"content": part, "numberOfElements": len(part), **pages, **ends}

    def create(service: Service, request: Request) -> tuple[int, Json]:
        item = {"id": service.number("volume"), **known(service, request, fields, needed)}
        service.store("volume")[item["id"]] = {**item, "title": allow(service, "loses", item["title"], "?")}
        return 200, shown(item)

    def read(service: Service, request: Request) -> tuple[int, Json]:
        return 200, shown(numbered(request, service.store("volume")))

    def put(service: Service, request: Request) -> tuple[int, Json]:
        item = numbered(request, service.store("volume"))
        new = {"id": item["id"], **known(service, request, fields, needed)}
        if "put-lost" not in service.faults:
            service.store("volume")[item["id"]] = new
        return 200, shown(new)

    def delete(service: Service, request: Request) -> tuple[int, Json]:
        del service.store("volume")[numbered(request, service.store("volume"))["id"]]
        return 200, None

    base = "/api/volumes"
    return Service(
        {
            ("GET", base): listed,
            ("POST", base): create,
            ("GET", f"{base}/{{id}}"): read,
            ("PUT", f"{base}/{{id}}"): put,
            ("DELETE", f"{base}/{{id}}"): delete,
        },
        faults,
    )
