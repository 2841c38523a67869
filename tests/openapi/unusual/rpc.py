"""The honest server behind ``rpc.yaml``. ``faults`` names what it does wrong on purpose."""

from __future__ import annotations

import re
import uuid

from tests.openapi.honest import Json, Of, Refused, Request, Service, Text, checked
from tests.openapi.unusual.common import Item, allow


def rpc(faults: frozenset[str]) -> Service:
    """Paths that are verbs, and ids that stand in the query."""

    def users(service: Service, request: Request) -> tuple[int, Json]:
        found = list(service.store("user").values())
        return 200, allow(service, "user-shape", found, [{"userId": "one"}])

    def user(service: Service, request: Request) -> tuple[int, Json]:
        number = request.query.get("userId", "")
        if not number.isdecimal() or int(number) not in service.store("user"):
            raise Refused(404, "there is none")
        return 200, service.store("user")[int(number)]

    def user_new(service: Service, request: Request) -> tuple[int, Json]:
        body = request.body()
        checked(service, body, {"name": Text(40)}, ("name",))
        number = service.number("user")
        service.store("user")[number] = {"userId": number, "name": body["name"]}
        return 200, service.store("user")[number]

    def user_gone(service: Service, request: Request) -> tuple[int, Json]:
        number = request.body().get("userId")
        if not Of(int).fits(number) or service.store("user").pop(number, None) is None:
            raise Refused(404, "there is none")
        return 200, None

    def items(service: Service, request: Request) -> tuple[int, Json]:
        found = list(service.store("item").values())
        return 200, allow(service, "item-shape", {"items": found}, {"items": {}})

    def item_of(service: Service, request: Request) -> Item:
        asked = request.query.get("id", "")
        if not re.fullmatch("[0-9a-fA-F-]{36}", asked):
            raise Refused(400, "that is no id")
        if asked not in service.store("item"):
            raise Refused(404, "there is none")
        return service.store("item")[asked]

    def item(service: Service, request: Request) -> tuple[int, Json]:
        return 200, item_of(service, request)

    def item_new(service: Service, request: Request) -> tuple[int, Json]:
        body = request.body()
        checked(service, body, {"title": Text(40)}, ("title",))
        made = {"id": str(uuid.uuid4()), "title": body["title"]}
        service.store("item")[made["id"]] = made
        return 201, made

    def item_gone(service: Service, request: Request) -> tuple[int, Json]:
        del service.store("item")[item_of(service, request)["id"]]
        return 204, None

    return Service(
        {
            ("GET", "/listUsers"): users,
            ("GET", "/getUser"): user,
            ("POST", "/createUser"): user_new,
            ("POST", "/deleteUser"): user_gone,
            ("GET", "/items"): items,
            ("GET", "/item"): item,
            ("POST", "/item"): item_new,
            ("DELETE", "/item"): item_gone,
            ("GET", "/health"): lambda service, request: (200, {"status": allow(service, "health", "up", "fine")}),
        },
        faults,
    )
