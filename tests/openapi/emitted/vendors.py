"""Documents by the rules of one vendor: OData, Azure, Google."""

from __future__ import annotations

import re
import uuid

from tests.openapi.emitted.common import Item, Kind
from tests.openapi.emitted.parts import now, number, one_of, secured
from tests.openapi.honest import Handler, Json, Of, Refused, Request, Service, Text, When, whole


def odata() -> Service:
    """OData: keys in brackets, 204 for an update, a count only where it is asked for."""

    def page(request: Request, items: list[Item]) -> Json:
        found = {"@odata.context": "$metadata#Products"}
        if request.query.get("$count") == "true":
            found["@odata.count"] = str(len(items))
        top, skip = request.query.get("$top", "1000"), request.query.get("$skip", "0")
        if not (re.fullmatch("[0-9]{1,9}", top) and re.fullmatch("[0-9]{1,9}", skip)):
            raise Refused(400, "that is no page")
        if set(request.query) - {"$top", "$skip", "$count"}:
            raise Refused(400, "that option is not supported with this value")
        return {**found, "value": items[int(skip) :][: int(top)]}

    def price(value: Json) -> bool:
        return number(0, 9999).fits(value) and abs(value * 100 - round(value * 100)) < 1e-6

    kind = Kind(
        "product",
        "/odata/Products",
        "/odata/Products({ID})",
        {"Name": Text(40), "Price": When(price, null=True), "Stock": whole(0, 32767, null=True)},
        ("Name",),
        lambda service, body: {"ID": service.number("product")},
        key="ID",
        page=page,
        updated=204,
        defaults={"Price": None, "Stock": None},
    )
    return Service(kind.routes(), refusal=lambda status, message: {"error": {"code": str(status), "message": message}})


def azure() -> Service:
    """Azure: a version in every query, PUT makes or replaces, a delete of what is not there is 204."""

    def properties(value: Json) -> bool:
        return isinstance(value, dict) and ("size" not in value or whole(1, 10).fits(value["size"]))

    def tags(value: Json) -> bool:
        return isinstance(value, dict) and all(map(Text(50).fits, value.values()))

    base = "/providers/Example.Widgets/widgets"
    kind = Kind(
        "widget",
        base,
        f"{base}/{{name}}",
        {"location": one_of("westeurope", "eastus"), "tags": When(tags), "properties": When(properties)},
        ("location",),
        lambda service, body: {},
        page=lambda request, items: {"value": items},
    )

    def named(request: Request) -> str:
        if not re.fullmatch("[a-z0-9]{3,24}", request.path["name"]):
            raise Refused(400, "the name is wrong")
        return request.path["name"]

    def put(service: Service, request: Request) -> tuple[int, Json]:
        name, store = named(request), service.store("widget")
        body, before = kind.valid(service, request, kind.required), store.get(name)
        if before is not None and before["location"] != body["location"]:
            raise Refused(409, "a widget does not move")
        size = {n: v for n, v in body.get("properties", {}).items() if n == "size"}
        fixed = {"id": f"{base}/{name}", "name": name, "type": "Example.Widgets/widgets"}
        store[name] = {**body, **fixed, "properties": {**size, "provisioningState": "Succeeded"}}
        return 201 if before is None else 200, store[name]

    def patch(service: Service, request: Request) -> tuple[int, Json]:
        item = kind.found(service, request)
        body = kind.valid(service, request, ())
        item.update({n: v for n, v in body.items() if n == "tags"})
        return 200, item

    def delete(service: Service, request: Request) -> tuple[int, Json]:
        return (200 if service.store("widget").pop(request.path["name"], None) else 204), None

    def versioned(handler: Handler) -> Handler:
        def asked(service: Service, request: Request) -> tuple[int, Json]:
            if request.query.get("api-version") != "2024-05-01":
                raise Refused(400, "the api-version is missing or unknown")
            return handler(service, request)

        return asked

    routes = {
        ("GET", base): kind.list,
        ("GET", f"{base}/{{name}}"): kind.read,
        ("PUT", f"{base}/{{name}}"): put,
        ("PATCH", f"{base}/{{name}}"): patch,
        ("DELETE", f"{base}/{{name}}"): delete,
    }
    return Service(
        secured({place: versioned(handler) for place, handler in routes.items()}),
        refusal=lambda status, message: {"error": {"code": f"E{status}", "message": message}},
    )


def discovery() -> Service:
    """A Google API: all is optional, numbers are texts, pages by token, ``kind`` and ``etag`` are the server's."""

    def page(request: Request, items: list[Item]) -> Json:
        size, token = request.query.get("maxResults", "30"), request.query.get("pageToken", "0")
        if not re.fullmatch("[0-9]{1,9}", size) or not 1 <= int(size) <= 100 or not re.fullmatch("[0-9]{1,9}", token):
            raise Refused(400, "that is no page")
        end = int(token) + int(size)
        on = {"nextPageToken": str(end)} if end < len(items) else {}
        return {"kind": "shelf#notes", "items": items[int(token) : end], **on}

    def changed(service: Service, item: Item) -> None:
        item |= {"updated": now(), "etag": uuid.uuid4().hex[:12], "size": str(len(item.get("title", "")))}

    def made(service: Service, body: Item) -> Item:
        item = {"kind": "shelf#note", "id": uuid.uuid4().hex[:16], "title": body.get("title", "")}
        changed(service, item)
        return item

    kind = Kind(
        "note",
        "/v1/notes",
        "/v1/notes/{id}",
        {"title": Text(10**5), "starred": Of(bool)},
        (),
        made,
        changed=changed,
        page=page,
        created=200,
        defaults={"starred": False},
    )

    def refusal(status: int, message: str) -> Json:
        return {"error": {"code": status, "message": message, "status": "INVALID_ARGUMENT"}}

    return Service(secured(kind.routes()), refusal=refusal)
