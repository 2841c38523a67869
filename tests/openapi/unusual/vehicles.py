"""The honest server behind ``vehicles.yaml``. ``faults`` names what it does wrong on purpose."""

from __future__ import annotations

from collections.abc import Mapping

from tests.openapi.honest import Field, Json, Request, Service, Text, When, numbered, whole
from tests.openapi.unusual.common import a_date, allow, known, one_of, page_of


def vehicles(faults: frozenset[str]) -> Service:
    """What its document means, though hardly a line of it is valid."""
    fields: Mapping[str, Field] = {
        "plate": Text(10, 1),
        "seats": whole(1, 9),
        "color": one_of("red", "green", "blue"),
        "notes": Text(10**6),
        "bought": When(a_date),
    }

    def listed(service: Service, request: Request) -> tuple[int, Json]:
        offset, limit = page_of(request, ("offset", "0"), ("limit", "50"), 10**9)
        some = list(service.store("vehicle").values())
        some = allow(service, "skips", some, some[:-1] if len(some) > 1 else some)
        return 200, some[offset : offset + min(limit, 200)]

    def create(service: Service, request: Request) -> tuple[int, Json]:
        item = {"id": service.number("vehicle"), **known(service, request, fields, ("plate",))}
        service.store("vehicle")[item["id"]] = {**item, "plate": allow(service, "loses", item["plate"], "?")}
        return 200, item

    def read(service: Service, request: Request) -> tuple[int, Json]:
        return 200, numbered(request, service.store("vehicle"), "vehicleId")

    def delete(service: Service, request: Request) -> tuple[int, Json]:
        item = numbered(request, service.store("vehicle"), "vehicleId")
        if "keeps" not in service.faults:
            del service.store("vehicle")[item["id"]]
        return 200, {"ok": True}

    return Service(
        {
            ("GET", "/vehicle/list"): listed,
            ("POST", "/vehicle"): create,
            ("GET", "/vehicle/{vehicleId}"): read,
            ("DELETE", "/vehicle/{vehicleId}"): delete,
        },
        faults,
    )
