"""The honest server behind ``depots.yaml``. ``faults`` names what it does wrong on purpose."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping

from tests.openapi.honest import Field, Json, Request, Service, Text, When, numbered, whole
from tests.openapi.unusual.common import Item, allow, known, named, one_of


def depots(faults: frozenset[str]) -> Service:
    """A PUT merges: the members that its body leaves out stay, since the document requires none but the name."""
    fields: Mapping[str, Field] = {
        "name": Text(60, 1),
        "city": When(lambda v: isinstance(v, str) and len(v) <= 60, null=True),
        "docks": whole(0, 1000, null=True),
    }
    parcel: Mapping[str, Field] = {
        "label": Text(40),
        "grams": whole(0, 1000),
        "state": one_of("waiting", "moving", "lost"),
    }

    def shown(item: Item) -> Item:
        return {n: v for n, v in item.items() if n != "parcels"}

    def listed(service: Service, request: Request) -> tuple[int, Json]:
        some = list(service.store("depot").values())
        return 200, [shown(d) for d in some if request.query.get("city", d["city"]) == d["city"]]

    def create(service: Service, request: Request) -> tuple[int, Json]:
        sent = known(service, request, fields, ("name",))
        made = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        item = {"id": service.number("depot"), "createdAt": made, "city": None, "docks": None, **sent}
        service.store("depot")[item["id"]] = {
            **item,
            "docks": allow(service, "loses", item["docks"], None),
            "parcels": {},
        }
        return 201, item

    def read(service: Service, request: Request) -> tuple[int, Json]:
        return 200, shown(numbered(request, service.store("depot"), "depotId"))

    def put(service: Service, request: Request) -> tuple[int, Json]:
        item = numbered(request, service.store("depot"), "depotId")
        new = known(service, request, fields, ("name",))
        if "put-lost" in service.faults:
            return 200, shown({**item, **new})
        item.update(new)
        return 200, shown(item)

    def delete(service: Service, request: Request) -> tuple[int, Json]:
        item = numbered(request, service.store("depot"), "depotId")
        if "keeps" not in service.faults:
            del service.store("depot")[item["id"]]
        return 204, None

    def parcels(service: Service, request: Request) -> tuple[int, Json]:
        everyone = [p for d in service.store("depot").values() for p in d["parcels"].values()]
        own = list(numbered(request, service.store("depot"), "depotId")["parcels"].values())
        return 200, allow(service, "foreign", own, everyone)

    def parcel_new(service: Service, request: Request) -> tuple[int, Json]:
        depot = numbered(request, service.store("depot"), "depotId")
        sent = known(service, request, parcel, ("label",))
        item = {"id": uuid.uuid4().hex, "depotId": depot["id"], "state": "waiting", **sent}
        depot["parcels"][item["id"]] = item
        return 201, item

    def parcel_of(service: Service, request: Request) -> Item:
        return named(request, numbered(request, service.store("depot"), "depotId")["parcels"], "parcelId")

    def parcel_read(service: Service, request: Request) -> tuple[int, Json]:
        item = parcel_of(service, request)
        return 200, {**item, "state": allow(service, "odd-state", item["state"], "nowhere")}

    def parcel_change(service: Service, request: Request) -> tuple[int, Json]:
        item = parcel_of(service, request)
        item.update(known(service, request, parcel))
        return 200, item

    base = "/live/v1/depots"
    return Service(
        {
            ("GET", base): listed,
            ("POST", base): create,
            ("GET", f"{base}/{{depotId}}"): read,
            ("PUT", f"{base}/{{depotId}}"): put,
            ("DELETE", f"{base}/{{depotId}}"): delete,
            ("GET", f"{base}/{{depotId}}/parcels"): parcels,
            ("POST", f"{base}/{{depotId}}/parcels"): parcel_new,
            ("GET", f"{base}/{{depotId}}/parcels/{{parcelId}}"): parcel_read,
            ("PATCH", f"{base}/{{depotId}}/parcels/{{parcelId}}"): parcel_change,
        },
        faults,
    )
