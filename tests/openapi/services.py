"""The honest servers behind the small documents of ``../shared/cases/openapi``, each with faults that can be seeded."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .emitted.parts import now
from .honest import Field, Handler, Json, Of, Refused, Request, Service, Text, checked, numbered
from .running import TOKEN


def crud(
    name: str,
    path: str,
    fields: Mapping[str, Field],
    *,
    required: tuple[str, ...] = (),
    operations: str = "list create read delete",
    made: Callable[[Service, dict[str, Json]], dict[str, Json]] = lambda service, body: {},
    changed: Callable[[Service, dict[str, Json]], None] = lambda service, item: None,
) -> dict[tuple[str, str], Handler]:
    """The usual routes of a resource. ``made``: what the server adds to a new item; ``changed``: what it does to one
    that is updated."""

    def listed(service: Service, request: Request) -> tuple[int, Json]:
        entries = list(service.store(name).values())
        return 200, entries[:-1] if "list-forgets" in service.faults and len(entries) > 1 else entries

    def create(service: Service, request: Request) -> tuple[int, Json]:
        body = request.body()
        checked(service, body, fields, required)
        item = {"id": service.number(name), **made(service, body), **{n: body[n] for n in fields if n in body}}
        if "create-loses" in service.faults:
            item |= {n: "" for n in fields if isinstance(item.get(n), str)}
        if "create-not-stored" not in service.faults:
            service.store(name)[item["id"]] = item
        return 200 if "create-200" in service.faults else 201, item

    def read(service: Service, request: Request) -> tuple[int, Json]:
        item = numbered(request, service.store(name))
        if "read-wrong-type" in service.faults:
            item = {**item, "id": str(item["id"])}
        if "read-forgets" in service.faults:
            item = {n: v for n, v in item.items() if n not in required}
        return 200, item

    def update(service: Service, request: Request) -> tuple[int, Json]:
        item = numbered(request, service.store(name))
        body = request.body()
        checked(service, body, fields)
        if "update-lost" in service.faults:
            return 200, {**item, **{n: body[n] for n in fields if n in body}}
        item.update({n: body[n] for n in fields if n in body})
        changed(service, item)
        return 200, item

    def delete(service: Service, request: Request) -> tuple[int, Json]:
        item = numbered(request, service.store(name))
        if "delete-keeps" not in service.faults:
            del service.store(name)[item["id"]]
        return 204, None

    handlers = {
        "list": (("GET", path), listed),
        "create": (("POST", path), create),
        "read": (("GET", f"{path}/{{id}}"), read),
        "update": (("PATCH", f"{path}/{{id}}"), update),
        "delete": (("DELETE", f"{path}/{{id}}"), delete),
    }
    return dict(handlers[operation] for operation in operations.split())


def docs(faults: frozenset[str]) -> Service:
    """``updated_at`` and ``revision`` move with each PATCH."""

    def changed(service: Service, item: dict[str, Json]) -> None:
        item["updated_at"] = now()
        item["revision"] += 1

    fields = {"title": Text(), "note": Text()}
    return Service(
        crud(
            "doc",
            "/docs",
            fields,
            required=("title",),
            operations="list create read update delete",
            made=lambda service, body: {"updated_at": now(), "revision": 1, "note": ""},
            changed=changed,
        ),
        faults,
    )


def member(faults: frozenset[str]) -> Service:
    """The list requires ``team_id``; read and delete take none."""
    teams = crud("team", "/teams", {"name": Text()}, required=("name",), operations="list create read")
    fields: dict[str, Field] = {"team_id": Of(int), "name": Text()}
    members = crud("member", "/members", fields, required=("team_id", "name"), operations="read delete")
    usual = crud("member", "/members", fields, required=("team_id", "name"), operations="create")

    def listed(service: Service, request: Request) -> tuple[int, Json]:
        if not request.query.get("team_id", "").isdecimal():
            raise Refused(400, "team_id is missing")
        team = int(request.query["team_id"])
        everyone = service.store("member").values()
        return 200, [m for m in everyone if m["team_id"] == team or "list-foreign" in service.faults]

    def create(service: Service, request: Request) -> tuple[int, Json]:
        body = request.body()
        checked(service, body, fields, ("team_id", "name"))
        if body.get("team_id") not in service.store("team"):
            raise Refused(404, "there is no such team")
        return usual["POST", "/members"](service, request)

    return Service(
        {**teams, **members, ("GET", "/members"): listed, ("POST", "/members"): create},
        faults,
    )


def trips(faults: frozenset[str]) -> Service:
    """The list answers 400 without ``origin``."""

    def listed(service: Service, request: Request) -> tuple[int, Json]:
        if "origin" not in request.query and "required" not in service.faults:
            raise Refused(400, "origin is missing")
        if "list-shape" in service.faults:
            return 200, [{"id": "one"}]
        return 200, [{"id": 1, "origin": request.query.get("origin", "")}]

    return Service({("GET", "/trips"): listed}, faults)


def settings(faults: frozenset[str]) -> Service:
    """PUT of an unknown key is 404."""

    def listed(service: Service, request: Request) -> tuple[int, Json]:
        return 200, list(service.store("setting").values())

    def found(service: Service, request: Request) -> dict[str, Json]:
        if request.path["key"] not in service.store("setting"):
            raise Refused(404, "there is none")
        return service.store("setting")[request.path["key"]]

    def read(service: Service, request: Request) -> tuple[int, Json]:
        return 200, found(service, request)

    def put(service: Service, request: Request) -> tuple[int, Json]:
        item = found(service, request)
        body = request.body()
        checked(service, body, {"value": Text(10**6)}, ("value",))
        item["value"] = body["value"]
        return 200, item

    service = Service(
        {("GET", "/settings"): listed, ("GET", "/settings/{key}"): read, ("PUT", "/settings/{key}"): put}, faults
    )
    service.stores["setting"] = {k: {"key": k, "value": "plain"} for k in ("colour", "size")}
    return service


def notes(faults: frozenset[str]) -> Service:
    """Reads are public, writes need the token."""
    routes = crud("note", "/notes", {"text": Text()}, required=("text",))

    def guarded(handler: Handler) -> Handler:
        def asked(service: Service, request: Request) -> tuple[int, Json]:
            if request.headers.get("Authorization") != f"Bearer {TOKEN}" and "open" not in service.faults:
                raise Refused(401, "who are you?")
            return handler(service, request)

        return asked

    return Service({r: guarded(h) if r[0] in ("POST", "DELETE") else h for r, h in routes.items()}, faults)


def owners(faults: frozenset[str]) -> Service:
    """``lastName`` filters by prefix."""
    routes = crud("owner", "/owners", {"lastName": Text(80, 1)}, required=("lastName",))
    usual = routes["GET", "/owners"]

    def listed(service: Service, request: Request) -> tuple[int, Json]:
        status, entries = usual(service, request)
        return status, [e for e in entries if e["lastName"].startswith(request.query.get("lastName", ""))]

    return Service({**routes, ("GET", "/owners"): listed}, faults)


def active(faults: frozenset[str]) -> Service:
    """The server's own ``active`` is always true."""

    def made(service: Service, body: dict[str, Json]) -> dict[str, Json]:
        return {"active": body.get("active", True) if "server-set" in service.faults else True}

    return Service(crud("u", "/u", {"name": Text()}, required=("name",), made=made), faults)


def payload(faults: frozenset[str]) -> Service:
    """``payload`` must be an object."""
    return Service(crud("u", "/u", {"name": Text(), "payload": Of(dict)}, required=("name", "payload")), faults)


def hours(faults: frozenset[str]) -> Service:
    """Entries have no id."""

    def listed(service: Service, request: Request) -> tuple[int, Json]:
        return 200, [{"day": "monday", "open": 9 if "list-shape" in service.faults else "09:00"}]

    return Service({("GET", "/hours"): listed}, faults)


SERVICES: Mapping[str, Callable[[frozenset[str]], Service]] = {
    "docs": docs,
    "member": member,
    "trips": trips,
    "settings": settings,
    "notes": notes,
    "owners": owners,
    "active": active,
    "payload": payload,
    "hours": hours,
}
