"""The honest server behind ``orders.yaml``. ``faults`` names what it does wrong on purpose."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping

from tests.openapi.honest import Answer, Field, Handler, Json, Refused, Request, Service, Text, When, whole
from tests.openapi.unusual.common import Item, allow, known, named, one_of


def orders(faults: frozenset[str]) -> Service:
    """Orders are looked for by POST, in pages with a cursor; what is paid does not change; a line may hold a gift."""

    def a_gift(value: Json) -> bool:
        if not isinstance(value, dict):
            return False
        if value.get("kind") == "card":
            return Text(80).fits(value.get("text"))
        return value.get("kind") == "wrap" and value.get("colour") in ("red", "green")

    def a_line(value: Json) -> bool:
        return (
            isinstance(value, dict)
            and Text(20, 1).fits(value.get("sku"))
            and whole(1, 99).fits(value.get("quantity"))
            and ("gift" not in value or a_gift(value["gift"]))
        )

    fields: Mapping[str, Field] = {
        "note": Text(100),
        "lines": When(lambda v: isinstance(v, list) and 1 <= len(v) <= 10 and all(map(a_line, v))),
    }
    problem = "application/problem+json"

    def refusing(handler: Handler) -> Handler:
        def asked(service: Service, request: Request) -> tuple[int, Json]:
            try:
                return handler(service, request)
            except Refused as error:
                return error.status, Answer({"title": str(error), "status": error.status}, problem)

        return asked

    def counted(item: Item) -> Item:
        return {**item, "total": sum(line["quantity"] for line in item["lines"])}

    def create(service: Service, request: Request) -> tuple[int, Json]:
        body = known(service, request, fields, ("lines",), wrong=422)
        item = counted({"orderId": uuid.uuid4().hex, "state": "draft", **body})
        service.store("order")[item["orderId"]] = item
        return 201, item

    def read(service: Service, request: Request) -> tuple[int, Json]:
        return 200, named(request, service.store("order"), "orderId")

    def change(service: Service, request: Request) -> tuple[int, Json]:
        item = named(request, service.store("order"), "orderId")
        body = known(service, request, fields, wrong=422)
        if item["state"] != "draft":
            raise Refused(409, "it is no draft any more")
        if "update-lost" in service.faults:
            return 200, counted({**item, **body})
        service.store("order")[item["orderId"]] = counted({**item, **body})
        return 200, service.store("order")[item["orderId"]]

    def search(service: Service, request: Request) -> tuple[int, Json]:
        body = request.body() if request.text else {}
        asked: Mapping[str, Field] = {
            "state": one_of("draft", "paid", "sent"),
            "limit": whole(1, 100),
            "cursor": When(lambda v: isinstance(v, str) and bool(re.fullmatch("[0-9]{1,9}", v))),
        }
        if any(n in body and not f.fits(body[n]) for n, f in asked.items()):
            raise Refused(422, "that cannot be looked for")
        some = [o for o in service.store("order").values() if body.get("state", o["state"]) == o["state"]]
        first, size = int(body.get("cursor", 0)), body.get("limit", 25)
        left = first + size < len(some)
        shown = some[first : first + size - allow(service, "skips", 0, int(left))]
        return 200, {"items": shown, "next_cursor": str(first + size) if left else None}

    def pay(service: Service, request: Request) -> tuple[int, Json]:
        item = named(request, service.store("order"), "orderId")
        item["state"] = "paid"
        return 200, item

    one = "/orders/{orderId}"
    routes: dict[tuple[str, str], Handler] = {
        ("POST", "/orders"): create,
        ("POST", "/orders/search"): search,
        ("GET", one): read,
        ("PATCH", one): change,
        ("POST", f"{one}/pay"): pay,
    }
    return Service({place: refusing(handler) for place, handler in routes.items()}, faults)
