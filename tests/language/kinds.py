"""A server of things whose schema has all kinds of parts inside: closed, computed, merged, with ruled names."""

from __future__ import annotations

import re
from typing import Any

from tests.openapi.honest import Handler, Json, Refused, Request, Service, numbered

NAME = re.compile(r"[^/%&><]{1,100}")
LABEL = re.compile(r"[a-z]{1,8}")
STATUSES = ("draft", "open", "closed")
KINDS = ("reader", "writer", "root")
FIELDS = ("name", "owner", "price", "labels", "address", "status", "kind")


def _text(value: Json) -> bool:
    return isinstance(value, str)


def _number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _owner(service: Service, value: Json) -> bool:
    if not isinstance(value, dict) or not all(map(_text, [value.get("first", "")])):
        return False
    return "closed-ignored" in service.faults or value.keys() <= {"first"}


def _price(service: Service, value: Json) -> bool:
    return isinstance(value, dict) and _number(value.get("amount"))


def _labels(service: Service, value: Json) -> bool:
    if not isinstance(value, dict) or not all(map(_text, value.values())):
        return False
    return "names-unchecked" in service.faults or all(LABEL.fullmatch(name) for name in value)


def _address(service: Service, value: Json) -> bool:
    if not isinstance(value, dict) or not _text(value.get("street")):
        return "street-optional" in service.faults and isinstance(value, dict)
    return _text(value.get("zip", ""))


CHECKS: dict[str, Any] = {
    "name": lambda service, value: _text(value) and NAME.fullmatch(value) is not None,
    "owner": _owner,
    "price": _price,
    "labels": _labels,
    "address": _address,
    "status": lambda service, value: value in STATUSES if _text(value) else False,
    "kind": lambda service, value: value in KINDS if _text(value) else False,
}


def _checked(service: Service, body: dict[str, Json], before: dict[str, Json] | None) -> dict[str, Json]:
    """What is stored of a body. Raises 400, 422 and 409."""
    for name, check in CHECKS.items():
        if name in body and not check(service, body[name]):
            raise Refused(400, f"{name} is wrong")
    if before is None and "name" not in body:
        raise Refused(400, "name is missing")
    found = {name: body[name] for name in FIELDS if name in body}
    if found.get("kind") == "root" and "root-allowed" not in service.faults:
        raise Refused(422, "kind must not be root")
    closes = before is not None and before["status"] == "draft" and found.get("status") == "closed"
    if closes and "closes-drafts" not in service.faults:
        raise Refused(422, "status must not go from draft to closed")
    if any(t["name"] == found.get("name") and t is not before for t in service.store("thing").values()):
        raise Refused(409, "name has been taken")
    if "price" in found:
        found["price"] = {"amount": found["price"]["amount"], "formatted": f"€ {found['price']['amount']}"}
    if "owner" in found:
        found["owner"] = {n: v for n, v in found["owner"].items() if n == "first"}
    if "address" in found:
        kept = ("street",) if "zip-lost" in service.faults else ("street", "zip")
        found["address"] = {n: v for n, v in found["address"].items() if n in kept}
    return found


def _create(service: Service, request: Request) -> tuple[int, Json]:
    made = _checked(service, request.body(), None)
    usual = {"owner": {}, "price": {"amount": 0, "formatted": "€ 0"}, "labels": {}, "address": {"street": ""}}
    item = {"id": service.number("thing"), "x": True, "status": "draft", "kind": "reader", **usual, **made}
    service.store("thing")[item["id"]] = item
    return 201, item


def _update(service: Service, request: Request) -> tuple[int, Json]:
    item = numbered(request, service.store("thing"))
    body = request.body()
    item.update(_checked(service, body, item))
    if "x-written" in service.faults and isinstance(body.get("x"), bool):
        item["x"] = body["x"]
    return 200, item


def _delete(service: Service, request: Request) -> tuple[int, Json]:
    del service.store("thing")[numbered(request, service.store("thing"))["id"]]
    return 204, None


ROUTES: dict[tuple[str, str], Handler] = {
    ("GET", "/things"): lambda service, request: (200, list(service.store("thing").values())),
    ("POST", "/things"): _create,
    ("GET", "/things/{id}"): lambda service, request: (200, numbered(request, service.store("thing"))),
    ("PATCH", "/things/{id}"): _update,
    ("DELETE", "/things/{id}"): _delete,
}
