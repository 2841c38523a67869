"""Documents that are made of the types and annotations in the code of a service."""

from __future__ import annotations

import re
import uuid

from tests.openapi.emitted.common import Item, Kind, window
from tests.openapi.emitted.parts import day, maybe, now, number, one_of
from tests.openapi.honest import Answer, Json, Of, Refused, Request, Service, Text, When, whole
from tests.openapi.running import TOKEN


def tsoa() -> Service:
    """Express with tsoa: unknown members are left out of what is stored, and 422 has its own body."""
    flavors = ("sweet", "sour", "salty")

    def page(request: Request, items: list[Item]) -> Json:
        skip, flavor = request.query.get("skip", "0"), request.query.get("flavor")
        if not re.fullmatch(r"-?[0-9]{1,9}(\.[0-9]+)?", skip) or flavor not in (*flavors, None):
            raise Refused(422, "the query is wrong")
        return [i for i in items if flavor in (i["flavor"], None)][max(0, int(float(skip))) :]

    kind = Kind(
        "snack",
        "/snacks",
        "/snacks/{id}",
        {
            "name": Text(60, 1),
            "flavor": one_of(*flavors),
            "grams": whole(1, 5000),
            "note": maybe(Text(200)),
        },
        ("name", "flavor", "grams", "note"),
        lambda service, body: {"id": service.number("snack"), "createdAt": now()},
        page=page,
        wrong=422,
    )

    def refusal(status: int, message: str) -> Json:
        if status == 422:
            return {"message": "Validation failed", "details": {"it": {"message": message}}}
        return {"reason": message}

    return Service(kind.routes(), refusal=refusal)


def springdoc() -> Service:
    """Spring Data: pages from 0, sizes above 2000 are cut, what cannot be read as a page is the usual one."""

    def whole_or(text: str | None, usual: int) -> int:
        return int(text) if text is not None and re.fullmatch("[0-9]{1,9}", text) else usual

    def page(request: Request, items: list[Item]) -> Json:
        number, size = whole_or(request.query.get("page"), 0), whole_or(request.query.get("size"), 20) or 20
        size, status = min(size, 2000), request.query.get("status")
        if status not in ("OPEN", "PAID", None):
            raise Refused(400, "status is wrong")
        items = [i for i in items if status in (i["status"], None)]
        some, pages = items[number * size : number * size + size], -(-len(items) // size)
        order = {"empty": True, "sorted": False, "unsorted": True}
        return {
            "content": some,
            "pageable": {
                "pageNumber": number,
                "pageSize": size,
                "sort": order,
                "offset": number * size,
                "paged": True,
                "unpaged": False,
            },
            "totalPages": pages,
            "totalElements": len(items),
            "last": number >= pages - 1,
            "size": size,
            "number": number,
            "sort": order,
            "numberOfElements": len(some),
            "first": number == 0,
            "empty": not some,
        }

    def changed(service: Service, item: Item) -> None:
        item["version"] += 1

    kind = Kind(
        "invoice",
        "/api/invoices",
        "/api/invoices/{id}",
        {
            "number": Text(20, 1),
            "amount": number(0, 100000),
            "dueDate": When(day, null=True),
            "status": one_of("OPEN", "PAID"),
        },
        ("amount", "number"),
        lambda service, body: {"id": service.number("invoice"), "version": 0},
        methods=("PUT",),
        replaces=("PUT",),
        changed=changed,
        page=page,
        created=200,
        defaults={"status": "OPEN", "dueDate": None},
        shown=lambda item: {n: v for n, v in item.items() if v is not None},
    )
    routes = kind.routes()

    def delete(service: Service, request: Request) -> tuple[int, Json]:
        kind.delete(service, request)
        return 200, None

    def listed(service: Service, request: Request) -> tuple[int, Json]:
        return 200, page(request, [kind.shown(i) for i in service.store("invoice").values()])

    return Service(
        {**routes, ("DELETE", "/api/invoices/{id}"): delete, ("GET", "/api/invoices"): listed},
        refusal=lambda status, message: {"timestamp": now(), "status": status, "error": message, "path": "/"},
    )


def goa() -> Service:
    """Goa: errors have a media type of their own, a PUT answers nothing, what is not sent is not shown."""
    kind = Kind(
        "bottle",
        "/bottles",
        "/bottles/{id}",
        {
            "name": Text(100),
            "vintage": whole(1900, 2100),
            "rating": whole(1, 5),
            "description": Text(2000),
        },
        ("name", "vintage"),
        lambda service, body: {"id": f"b{service.number('bottle')}"},
        methods=("PUT",),
        updated=204,
        location=True,
        page=lambda request, items: [i for i in items if _vintage(request) in (i["vintage"], None)],
    )

    def put(service: Service, request: Request) -> tuple[int, Json]:
        item = kind.found(service, request)
        body = kind.valid(service, request, kind.required)
        service.store("bottle")[item["id"]] = {**body, "id": item["id"]}
        return 204, None

    def refusal(status: int, message: str) -> Json:
        flags = {"temporary": False, "timeout": False, "fault": False}
        name = "not_found" if status == 404 else "bad_request"
        return Answer({"name": name, "id": uuid.uuid4().hex[:8], "message": message, **flags}, _GOA)

    return Service({**kind.routes(), ("PUT", "/bottles/{id}"): put}, refusal=refusal)


_GOA = "application/vnd.goa.error"


def _vintage(request: Request) -> int | None:
    text = request.query.get("vintage")
    if text is None:
        return None
    if not re.fullmatch("-?[0-9]{1,18}", text):
        raise Refused(400, "vintage is no number")
    return int(text)


def utoipa() -> Service:
    """Axum: 422 in plain text, an optional object that may be null, a delete that shows what is gone."""

    def owner(value: Json) -> bool:
        if not isinstance(value, dict) or not Text(50).fits(value.get("name")):
            return False
        return whole(0, 150, null=True).fits(value.get("age"))

    def tags(value: Json) -> bool:
        return isinstance(value, list) and len(value) <= 5 and all(map(Text(20).fits, value))

    kind = Kind(
        "todo",
        "/todos",
        "/todos/{id}",
        {
            "value": Text(100),
            "priority": one_of("Low", "High"),
            "owner": When(owner, null=True),
            "tags": When(tags),
        },
        ("value", "priority"),
        lambda service, body: {"id": str(uuid.uuid4()), "done": False},
        methods=("PUT",),
        replaces=("PUT",),
        deleted=200,
        wrong=422,
        defaults={"owner": None, "tags": []},
    )

    def told(item: Item) -> Item:
        if isinstance(item["owner"], dict):
            item = {**item, "owner": {"name": item["owner"]["name"], "age": item["owner"].get("age")}}
        return item

    def deleting(service: Service, request: Request) -> tuple[int, Json]:
        if request.headers.get("todo_apikey") != TOKEN:
            raise Refused(401, "who are you?")
        return kind.delete(service, request)

    def created(service: Service, request: Request) -> tuple[int, Json]:
        status, answer = kind.create(service, request)
        service.store("todo")[answer.body["id"]] = told(answer.body)
        return status, told(answer.body)

    def replaced(service: Service, request: Request) -> tuple[int, Json]:
        status, answer = kind.routes()["PUT", "/todos/{id}"](service, request)
        service.store("todo")[answer.body["id"]] = told(answer.body)
        return status, told(answer.body)

    return Service(
        {
            **kind.routes(),
            ("POST", "/todos"): created,
            ("PUT", "/todos/{id}"): replaced,
            ("DELETE", "/todos/{id}"): deleting,
        },
        refusal=lambda status, message: Answer(message, "text/plain"),
    )


def minimal() -> Service:
    """.NET minimal APIs: problems, a PUT of the whole that answers nothing, unknown members refused."""

    def page(request: Request, items: list[Item]) -> Json:
        number, size = window(request, "pageIndex", "pageSize", 10, 10**9)
        number = max(0, number)
        some = items[number * size : number * size + size]
        return {"pageIndex": number, "pageSize": size, "count": len(items), "data": some}

    kind = Kind(
        "desk",
        "/desks",
        "/desks/{id}",
        {"room": Text(30, 1), "width": whole(50, 300), "isStanding": Of(bool), "comment": maybe(Text(100))},
        ("room", "width"),
        lambda service, body: {"id": str(uuid.uuid4()), "created": now()},
        methods=("PUT",),
        page=page,
        updated=204,
        location=True,
        closed=True,
        defaults={"isStanding": False, "comment": None},
    )

    def put(service: Service, request: Request) -> tuple[int, Json]:
        item = kind.found(service, request)
        item.update(kind.valid(service, request, ("room", "width", "isStanding", "comment")))
        return 204, None

    def refusal(status: int, message: str) -> Json:
        if status == 404:
            return None
        body = {"type": "about:blank", "title": message, "status": status, "errors": {"": [message]}}
        return Answer(body, "application/problem+json")

    return Service({**kind.routes(), ("PUT", "/desks/{id}"): put}, refusal=refusal)
