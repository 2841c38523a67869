"""The honest server behind ``salons.yaml``. ``faults`` names what it does wrong on purpose."""

from __future__ import annotations

from collections.abc import Mapping

from tests.openapi.honest import Field, Handler, Json, Refused, Request, Service, Text, When, numbered
from tests.openapi.running import TOKEN
from tests.openapi.unusual.common import Item, allow, guarded, known

_TEXT = When(lambda v: isinstance(v, str))
_NUMBER = When(lambda v: isinstance(v, int) and not isinstance(v, bool))
_TRUTH = When(lambda v: isinstance(v, bool))


def salons(faults: frozenset[str]) -> Service:
    """As a mapper of objects makes one: one model for both directions, whose records stand inside of others. A visit is
    of the client that ``client_id`` names; a client inside of a visit is shown, and is passed over where it is sent."""

    a_client: Mapping[str, Field] = {"name": _TEXT, "phone": _TEXT}
    a_visit: Mapping[str, Field] = {"note": _TEXT, "paid": _TRUTH, "client_id": _NUMBER}
    a_change: Mapping[str, Field] = {"note": Text(10_000, 1), "paid": _TRUTH}

    def shown(service: Service, visit: Item) -> Item:
        client = service.store("client").get(visit.get("client_id"))
        return visit if client is None else {**visit, "client": client}

    def clients(service: Service, request: Request) -> tuple[int, Json]:
        return 200, list(service.store("client").values())

    def enrol(service: Service, request: Request) -> tuple[int, Json]:
        item = {"id": service.number("client"), **known(service, request, a_client)}
        service.store("client")[item["id"]] = item
        return 201, item

    def client(service: Service, request: Request) -> tuple[int, Json]:
        return 200, numbered(request, service.store("client"))

    def change(service: Service, request: Request) -> tuple[int, Json]:
        item = numbered(request, service.store("client"))
        body = known(service, request, a_client)
        if "put-lost" not in service.faults:
            item.update(body)
        return 200, {"message": "changed"}

    def visits(service: Service, request: Request) -> tuple[int, Json]:
        return 200, [shown(service, v) for v in service.store("visit").values()]

    def come(service: Service, request: Request) -> tuple[int, Json]:
        body = known(service, request, a_visit)
        if body.get("client_id", 0) and body["client_id"] not in service.store("client"):
            raise Refused(400, "there is no such client")
        body |= allow(service, "loses", {}, {"note": "?"})
        item = {"id": service.number("visit"), **body}
        service.store("visit")[item["id"]] = item
        return 201, shown(service, item)

    def visit(service: Service, request: Request) -> tuple[int, Json]:
        return 200, shown(service, numbered(request, service.store("visit")))

    def note(service: Service, request: Request) -> tuple[int, Json]:
        item = numbered(request, service.store("visit"))
        item.update(known(service, request, a_change, ("note",)))
        if "clears" in service.faults:
            item["paid"] = False
        return 200, shown(service, item)

    def photos(service: Service, request: Request) -> tuple[int, Json]:
        return 200, []

    def remarks(service: Service, request: Request) -> tuple[int, Json]:
        return 200, list(service.store("remark").values())

    def remark(service: Service, request: Request) -> tuple[int, Json]:
        body = request.body()
        if "photo_id" in body:
            raise Refused(404, "there is no such photo")
        body = known(service, request, {"text": _TEXT}, ("text",))
        item = {"id": service.number("remark"), "photo_id": None, **body}
        service.store("remark")[item["id"]] = item
        return 201, item

    def one_remark(service: Service, request: Request) -> tuple[int, Json]:
        return 200, numbered(request, service.store("remark"))

    def remove(kind: str) -> Handler:
        def removed(service: Service, request: Request) -> tuple[int, Json]:
            item = numbered(request, service.store(kind))
            if not (kind == "remark" and "keeps" in service.faults):
                del service.store(kind)[item["id"]]
            return 204, None

        return removed

    def live(service: Service, request: Request) -> tuple[int, Json]:
        raise Refused(400, "this is a WebSocket")

    routes: dict[tuple[str, str], Handler] = {
        ("GET", "/clients"): clients,
        ("POST", "/clients"): enrol,
        ("GET", "/clients/{id}"): client,
        ("PUT", "/clients/{id}"): change,
        ("DELETE", "/clients/{id}"): remove("client"),
        ("GET", "/visits"): visits,
        ("POST", "/visits"): come,
        ("GET", "/visits/{id}"): visit,
        ("PATCH", "/visits/{id}"): note,
        ("DELETE", "/visits/{id}"): remove("visit"),
        ("GET", "/photos"): photos,
        ("GET", "/remarks"): remarks,
        ("POST", "/remarks"): remark,
        ("GET", "/remarks/{id}"): one_remark,
        ("DELETE", "/remarks/{id}"): remove("remark"),
        ("GET", "/live"): live,
    }
    return Service({place: guarded(handler, "X-Salon", TOKEN) for place, handler in routes.items()}, faults)
