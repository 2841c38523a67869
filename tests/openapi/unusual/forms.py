"""The honest server behind ``forms.yaml``. ``faults`` names what it does wrong on purpose."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from urllib.parse import parse_qs, parse_qsl

from tests.openapi.honest import Json, Refused, Request, Service, numbered
from tests.openapi.unusual.common import Item, page_of


def forms(faults: frozenset[str]) -> Service:
    """Bodies are forms, an item is changed by a POST, and what a delete answers says so."""
    fields: Mapping[str, Callable[[str], Json]] = {
        "subject": lambda text: text if 1 <= len(text) <= 60 else None,
        "priority": lambda text: int(text) if re.fullmatch("[1-5]", text) else None,
        "urgent": lambda text: {"true": True, "false": False, "1": True, "0": False}.get(text.lower()),
    }

    def sent(service: Service, request: Request, known: tuple[str, ...]) -> Item:
        if request.headers.get("Content-Type", "").split(";")[0] != "application/x-www-form-urlencoded":
            raise Refused(400, "send a form")
        try:
            pairs = dict(parse_qsl(request.text.decode(), keep_blank_values=True, strict_parsing=bool(request.text)))
        except ValueError:
            raise Refused(400, "that is no form") from None
        found = {n: fields[n](v) for n, v in pairs.items() if n in known}
        if None in found.values() and "types" not in service.faults:
            raise Refused(400, "a field is wrong")
        return found

    def listed(service: Service, request: Request) -> tuple[int, Json]:
        first, limit = page_of(request, ("offset", "0"), ("limit", "20"), 100)
        some = list(service.store("ticket").values())
        return 200, {"total": len(some), "tickets": some[first : first + limit]}

    def create(service: Service, request: Request) -> tuple[int, Json]:
        body = sent(service, request, ("subject", "priority", "urgent"))
        if "subject" not in body:
            raise Refused(400, "subject is missing")
        item = {"id": service.number("ticket"), "priority": None, "urgent": False, "status": "open", **body}
        if "loses" in service.faults:
            item["priority"] = None
        service.store("ticket")[item["id"]] = item
        return 201, item

    def read(service: Service, request: Request) -> tuple[int, Json]:
        return 200, numbered(request, service.store("ticket"))

    def change(service: Service, request: Request) -> tuple[int, Json]:
        item = numbered(request, service.store("ticket"))
        item.update(sent(service, request, ("subject", "priority")))
        return 200, item

    def delete(service: Service, request: Request) -> tuple[int, Json]:
        item = numbered(request, service.store("ticket"))
        if "keeps" not in service.faults:
            del service.store("ticket")[item["id"]]
        return 200, {"deleted": True}

    def search(service: Service, request: Request) -> tuple[int, Json]:
        asked = parse_qs(request.text.decode(errors="replace")).get("q", [""])[0]
        return 200, [t for t in service.store("ticket").values() if asked in t["subject"]]

    base = "/legacy/tickets"
    return Service(
        {
            ("GET", base): listed,
            ("POST", base): create,
            ("POST", f"{base}/search"): search,
            ("GET", f"{base}/{{id}}"): read,
            ("POST", f"{base}/{{id}}"): change,
            ("DELETE", f"{base}/{{id}}"): delete,
        },
        faults,
    )
