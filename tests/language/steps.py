"""A server of tickets: opened with a subject, changed with a reason, and listed in lines."""

from __future__ import annotations

from collections.abc import Callable

from tests.openapi.honest import Handler, Json, Refused, Request, Service, numbered

STATES, CHANNELS = ("open", "waiting", "done"), ("mail", "phone")


def _text(least: int, most: int) -> Callable[[Json], bool]:
    return lambda value: isinstance(value, str) and least <= len(value) <= most


OPENED: dict[str, Callable[[Json], bool]] = {
    "subject": _text(1, 80),
    "text": _text(0, 400),
    "channel": lambda value: value in CHANNELS if isinstance(value, str) else False,
    "room": _text(1, 20),
}
CHANGED: dict[str, Callable[[Json], bool]] = {
    "reason": _text(3, 200),
    "subject": OPENED["subject"],
    "text": OPENED["text"],
    "state": lambda value: value in STATES if isinstance(value, str) else False,
    "room": lambda value: value is None or OPENED["room"](value),
}


def _checked(body: dict[str, Json], known: dict[str, Callable[[Json], bool]], needed: str) -> dict[str, Json]:
    for name, fits in known.items():
        if name in body and not fits(body[name]):
            raise Refused(400, f"{name} is wrong")
    if needed and needed not in body:
        raise Refused(400, f"{needed} is missing")
    return {name: body[name] for name in known if name in body}


def _create(service: Service, request: Request) -> tuple[int, Json]:
    known = {**OPENED, "room": CHANGED["room"]} if "room-null" in service.faults else OPENED
    made = _checked(request.body(), known, "subject")
    item = {"id": service.number("ticket"), "text": "", "channel": "mail", "room": "none", "state": "open", **made}
    service.store("ticket")[item["id"]] = {**item, "tags": []}
    return 201, service.store("ticket")[item["id"]]


def _update(service: Service, request: Request) -> tuple[int, Json]:
    item, body = numbered(request, service.store("ticket")), request.body()
    if len(body) < 2 and "one-will-do" not in service.faults:
        raise Refused(400, "nothing to change")
    found = _checked(body, CHANGED, "" if "no-reason" in service.faults else "reason")
    if "room-kept" in service.faults and found.get("room", "") is None:
        del found["room"]
    item.update({name: value for name, value in found.items() if name != "reason"})
    return 200, item


def _list(service: Service, request: Request) -> tuple[int, Json]:
    shown = ("id", "subject", "state", "room")
    lines = [{n: t[n] for n in shown} | {"tags": len(t["tags"])} for t in service.store("ticket").values()]
    return 200, [line | {"tags": []} for line in lines] if "long-lines" in service.faults else lines


def _delete(service: Service, request: Request) -> tuple[int, Json]:
    del service.store("ticket")[numbered(request, service.store("ticket"))["id"]]
    return 204, None


ROUTES: dict[tuple[str, str], Handler] = {
    ("GET", "/tickets"): _list,
    ("POST", "/tickets"): _create,
    ("GET", "/tickets/{id}"): lambda service, request: (200, numbered(request, service.store("ticket"))),
    ("PATCH", "/tickets/{id}"): _update,
    ("DELETE", "/tickets/{id}"): _delete,
}
