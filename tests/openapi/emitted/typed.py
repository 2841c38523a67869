"""Documents of frameworks in languages with types: Java, Kotlin, C#, Go."""

from __future__ import annotations

import re
import uuid

from tests.openapi.emitted.common import Item, Kind, numbers, window
from tests.openapi.emitted.parts import day, maybe, now, number, one_of, secured
from tests.openapi.honest import Answer, Handler, Json, Of, Refused, Request, Service, Text, When, whole
from tests.openapi.running import TOKEN


def held(item: Item) -> Item:
    """An item without what is null, as Jackson and Go's ``omitempty`` show it."""
    return {n: v for n, v in item.items() if v is not None}


def quarkus() -> Service:
    """Quarkus: one class for what is sent and shown, whose id a client must not send; 201 with nothing but Location."""

    def page(request: Request, items: list[Item]) -> Json:
        number, size = window(request, "page", "size", 20, 100)
        start = max(0, number) * size
        return {"items": [held(i) for i in items[start : start + size]], "total": len(items)}

    kind = Kind(
        "fruit",
        "/fruits",
        "/fruits/{id}",
        {
            "name": When(lambda v: Text(40).fits(v) and bool(re.search(r"\S", v))),
            "grams": whole(1, 5000, null=True),
            "season": When(lambda v: v is None or one_of("SPRING", "SUMMER", "AUTUMN").fits(v)),
            "picked": When(day, null=True),
        },
        ("name",),
        lambda service, body: {"id": str(uuid.uuid4()), "created": now()},
        methods=("PUT",),
        replaces=("PUT",),
        page=page,
        shown=held,
        defaults={"grams": None, "season": None, "picked": None},
    )

    def create(service: Service, request: Request) -> tuple[int, Json]:
        if request.body().get("id") is not None:
            raise Refused(400, "Id was invalidly set on request.")
        status, answer = kind.create(service, request)
        return status, Answer(None, headers={"Location": f"http://localhost/fruits/{answer.body['id']}"})

    return Service(secured({**kind.routes(), ("POST", "/fruits"): create}))


def micronaut() -> Service:
    """Micronaut Data: a page in a class of its own, a PUT on the collection that names the item in its body."""

    def page(request: Request, items: list[Item]) -> Json:
        number, size = window(request, "page", "size", 10, 10**9)
        number = max(0, number)
        some = [held(i) for i in items[number * size :][:size]]
        return {
            "content": some,
            "pageable": {"number": number, "size": size, "mode": "OFFSET", "sort": {}},
            "pageNumber": number,
            "offset": number * size,
            "size": size,
            "empty": not some,
            "numberOfElements": len(some),
            "totalSize": len(items),
            "totalPages": -(-len(items) // size),
        }

    kind = Kind(
        "owner",
        "/owners",
        "/owners/{id}",
        {"name": Text(60, 1), "age": whole(0, 130, null=True), "kind": When(_kind, null=True)},
        ("name",),
        numbers("owner"),
        page=page,
        shown=held,
        defaults={"age": None, "kind": None},
    )

    def put(service: Service, request: Request) -> tuple[int, Json]:
        body = request.body()
        item = service.store("owner").get(body.get("id"))
        if item is None or not Text(60, 1).fits(body.get("name")):
            raise Refused(400, "there is none, or its name is wrong")
        item["name"] = body["name"]
        return 204, None

    routes = {place: handler for place, handler in kind.routes().items() if place[0] != "PATCH"}
    return Service({**routes, ("PUT", "/owners"): put}, refusal=lambda status, message: {"message": message})


def _kind(value: Json) -> bool:
    return value in ("PRIVATE", "COMPANY")


def ktor() -> Service:
    """Ktor's tutorial: a name is the id, a create answers nothing, lookups stand beside the items."""
    kind = Kind(
        "task",
        "/tasks",
        "/tasks/{taskName}",
        {"name": Text(10**6), "description": Text(10**6), "priority": one_of("Low", "Medium", "High")},
        ("name", "description", "priority"),
        lambda service, body: {},
        key="name",
    )

    def create(service: Service, request: Request) -> tuple[int, Json]:
        if request.body().get("name") in service.store("task"):
            raise Refused(400, "Cannot duplicate task names!")
        kind.create(service, request)
        return 204, None

    def by_priority(service: Service, request: Request) -> tuple[int, Json]:
        if request.path["priority"] not in ("Low", "Medium", "High"):
            raise Refused(400, "no priority")
        return 200, [i for i in service.store("task").values() if i["priority"] == request.path["priority"]]

    routes = {place: handler for place, handler in kind.routes().items() if place[0] != "PATCH"}
    return Service(
        {
            ("GET", "/tasks/byName/{taskName}"): kind.read,
            ("GET", "/tasks/byPriority/{priority}"): by_priority,
            **routes,
            ("POST", "/tasks"): create,
        },
        refusal=lambda status, message: {},
    )


def nswag() -> Service:
    """ASP.NET Core behind NSwag: enumerations are numbers, ids are called ``guid``, a PUT answers nothing."""

    def reminder(value: Json) -> bool:
        return isinstance(value, dict) and set(value) == {"minutesBefore"} and _minutes.fits(value["minutesBefore"])

    state = When(lambda v: v in (0, 1, 2) and not isinstance(v, bool | float))
    kind = Kind(
        "todo",
        "/api/Todos",
        "/api/Todos/{id}",
        {
            "title": Text(80, 1),
            "status": state,
            "effort": number(0, 100, null=True),
            "reminder": When(reminder, null=True),
        },
        ("title",),
        lambda service, body: {"id": str(uuid.uuid4()), "dueAt": None},
        page=lambda request, items: [i for i in items if _wanted(request) in (None, i["status"])],
        location=True,
        closed=True,
        defaults={"status": 0, "effort": None, "reminder": None},
    )

    def put(service: Service, request: Request) -> tuple[int, Json]:
        item = kind.found(service, request)
        item.update({"effort": None, "reminder": None, **kind.valid(service, request, ("title", "status"))})
        return 204, None

    def refusal(status: int, message: str) -> Json:
        body = {"type": "https://tools.ietf.org/html/rfc9110", "title": message, "status": status, "traceId": "00-1"}
        return Answer(body, "application/problem+json")

    routes = {place: handler for place, handler in kind.routes().items() if place[0] != "PATCH"}
    return Service({**routes, ("PUT", "/api/Todos/{id}"): put}, refusal=refusal)


_minutes = whole(1, 1440)


def _wanted(request: Request) -> int | None:
    text = request.query.get("status")
    if text is None:
        return None
    if text not in ("0", "1", "2"):
        raise Refused(400, "status is wrong")
    return int(text)


def go_members(body: Item) -> Item:
    """Members as encoding/json fills a struct: null leaves a field as it is."""
    return {n: v for n, v in body.items() if v is not None}


def swaggo() -> Service:
    """Gin behind swag: null is passed over, 400 for an id that is no number, an API key in Authorization."""

    def page(request: Request, items: list[Item]) -> Json:
        number, size = window(request, "page", "page_size", 20, 100)
        if number == 0:
            raise Refused(400, "page is wrong")
        start = (max(1, number) - 1) * size
        return {"items": items[start : start + size], "total": len(items)}

    kind = Kind(
        "account",
        "/api/v1/accounts",
        "/api/v1/accounts/{id}",
        {"name": Text(50, 1), "type": one_of("personal", "business"), "limit": whole(0, 10000)},
        ("name",),
        lambda service, body: {"id": service.number("account"), "created_at": now()},
        page=page,
        sent=go_members,
        created=200,
        defaults={"type": "personal", "limit": 0},
    )

    def patch(service: Service, request: Request) -> tuple[int, Json]:
        item = kind.found(service, request)
        body = kind.valid(service, request, ())
        item.update({n: v for n, v in body.items() if n != "type"})
        return 200, item

    def numbered(handler: Handler) -> Handler:
        def asked(service: Service, request: Request) -> tuple[int, Json]:
            if request.headers.get("Authorization") != f"Bearer {TOKEN}":
                raise Refused(401, "who are you?")
            if not re.fullmatch("-?[0-9]{1,18}", request.path.get("id", "1")):
                raise Refused(400, "strconv.Atoi: parsing: invalid syntax")
            return handler(service, request)

        return asked

    routes = {**kind.routes(), ("PATCH", "/api/v1/accounts/{id}"): patch}
    return Service(
        {place: numbered(handler) for place, handler in routes.items()},
        refusal=lambda status, message: {"code": status, "message": message},
    )


def huma() -> Service:
    """Huma: ``$schema`` in every answer, which may be sent back; unknown members and null are refused with 422."""

    def tags(value: Json) -> bool:
        return isinstance(value, list) and len(value) <= 5 and all(map(Text(20).fits, value))

    def own(item: Item) -> Item:
        return {"$schema": "http://localhost/schemas/Note.json", **item}

    kind = Kind(
        "note",
        "/notes",
        "/notes/{note-id}".replace("-", "_"),
        {"$schema": Of(str), "text": Text(200, 1), "stars": whole(1, 5), "tags": When(tags, null=True)},
        ("text",),
        lambda service, body: {"id": f"n{service.number('note')}", "created": now()},
        methods=("PUT", "PATCH"),
        replaces=("PUT",),
        shown=own,
        sent=lambda body: {n: v for n, v in body.items() if n != "$schema"},
        page=lambda request, items: {"$schema": "http://localhost/schemas/NoteList.json", "items": items},
        wrong=422,
        location=True,
        closed=True,
        defaults={"stars": 3, "tags": None},
    )

    def refusal(status: int, message: str) -> Json:
        body = {"$schema": "http://localhost/schemas/ErrorModel.json", "title": message, "status": status}
        return Answer(body, "application/problem+json")

    return Service(secured(kind.routes()), refusal=refusal)


def encore() -> Service:
    """Encore: everything is 200, errors have a code in words, null and what is missing are empty."""
    kind = Kind(
        "site",
        "/site",
        "/site/{siteID}",
        {"url": Text(10**6), "note": Text(10**6)},
        (),
        numbers("site"),
        page=lambda request, items: {"sites": items},
        sent=go_members,
        created=200,
        defaults={"url": "", "note": ""},
    )

    def delete(service: Service, request: Request) -> tuple[int, Json]:
        kind.delete(service, request)
        return 200, None

    def refusal(status: int, message: str) -> Json:
        code = {404: "not_found", 400: "invalid_argument"}.get(status, "unknown")
        return {"code": code, "message": message, "details": {}}

    routes = {place: handler for place, handler in kind.routes().items() if place[0] != "PATCH"}
    return Service({**routes, ("DELETE", "/site/{siteID}"): delete}, refusal=refusal)


def typespec() -> Service:
    """TypeSpec: one model whose id only the server sets, an open enumeration, merge patches."""
    kind = Kind(
        "widget",
        "/widgets",
        "/widgets/{id}",
        {"weight": whole(1, 1000), "color": Text(10**6), "label": maybe(Text(30))},
        ("weight", "color"),
        lambda service, body: {"id": str(uuid.uuid4())},
        page=lambda request, items: {"items": items},
        defaults={"label": None},
    )
    return Service(kind.routes(), refusal=lambda status, message: {"code": status, "message": message})
