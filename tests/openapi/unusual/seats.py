"""The honest server behind ``seats.yaml``. ``faults`` names what it does wrong on purpose."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from typing import Any

from tests.openapi.honest import Field, Json, Refused, Request, Service, Text, When, whole
from tests.openapi.unusual.common import Item, allow, known, named, one_of


def seats(faults: frozenset[str]) -> Service:
    """Everything is below a version; seats are named by two parameters, and are always there; guests are put."""
    hall: Mapping[str, Field] = {"title": Text(50, 1), "seats": whole(1, 60)}

    def halls(service: Service, request: Request) -> dict[Any, Item]:
        if request.path["version"] not in ("v1", "v2"):
            raise Refused(404, "there is no such version")
        return service.store("hall")

    def hall_of(service: Service, request: Request) -> Item:
        return named(request, halls(service, request), "hall_id")

    def shown(item: Item) -> Item:
        return {n: v for n, v in item.items() if n not in ("guests", "holders")}

    def listed(service: Service, request: Request) -> tuple[int, Json]:
        return 200, list(map(shown, halls(service, request).values()))

    def create(service: Service, request: Request) -> tuple[int, Json]:
        store = halls(service, request)
        body = known(service, request, hall, ("title",), wrong=422)
        item = {
            "id": str(uuid.uuid4()),
            "seats": allow(service, "default", 20, 10),
            **body,
            "guests": {},
            "holders": {},
        }
        store[item["id"]] = item
        return 201, shown(item)

    def read(service: Service, request: Request) -> tuple[int, Json]:
        return 200, shown(hall_of(service, request))

    def delete(service: Service, request: Request) -> tuple[int, Json]:
        del halls(service, request)[hall_of(service, request)["id"]]
        return 204, None

    def seat_of(service: Service, request: Request) -> tuple[Item, Item]:
        found = hall_of(service, request)
        row, number = request.path["row"], request.path["number"]
        if row not in "ABC" or len(row) != 1 or not re.fullmatch("[0-9]{1,2}", number) or not 1 <= int(number) <= 20:
            raise Refused(404, "there is no such seat")
        return found, {"row": row, "number": int(number), "holder": found["holders"].get((row, int(number)))}

    def seat(service: Service, request: Request) -> tuple[int, Json]:
        return 200, seat_of(service, request)[1]

    def sit(service: Service, request: Request) -> tuple[int, Json]:
        found, at = seat_of(service, request)
        body = known(service, request, {"holder": When(Text(40).fits, null=True)}, ("holder",), wrong=422)
        found["holders"][at["row"], at["number"]] = body["holder"]
        return 200, {**at, **body}

    def guest_put(service: Service, request: Request) -> tuple[int, Json]:
        found, guest = hall_of(service, request)["guests"], request.path["guest"]
        body = known(service, request, {"role": one_of("host", "guest")}, ("role",), wrong=422)
        is_new = guest not in found
        found[guest] = {"guest": guest, **body}
        return (201 if is_new else 200), found[guest]

    def guest(service: Service, request: Request) -> tuple[int, Json]:
        return 200, named(request, hall_of(service, request)["guests"], "guest")

    def guest_delete(service: Service, request: Request) -> tuple[int, Json]:
        found = hall_of(service, request)["guests"]
        if "keeps" not in service.faults:
            found.pop(request.path["guest"], None)
        return 204, None

    one = "/{version}/halls/{hall_id}"
    return Service(
        {
            ("GET", "/{version}/halls"): listed,
            ("POST", "/{version}/halls"): create,
            ("GET", one): read,
            ("DELETE", one): delete,
            ("GET", f"{one}/seats/{{row}}/{{number}}"): seat,
            ("PUT", f"{one}/seats/{{row}}/{{number}}"): sit,
            ("PUT", f"{one}/guests/{{guest}}"): guest_put,
            ("GET", f"{one}/guests/{{guest}}"): guest,
            ("DELETE", f"{one}/guests/{{guest}}"): guest_delete,
        },
        faults,
    )
