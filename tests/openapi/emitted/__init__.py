"""Documents as tools emit them, and beside each an honest server of that tool's convention: it keeps the document, and
does what programs of that kind do where the document is silent."""

from __future__ import annotations

import itertools
import re
import time
import uuid
from collections.abc import Callable, Mapping
from datetime import date

from tests.openapi.emitted.common import Item, Kind, numbers, window
from tests.openapi.honest import Answer, Handler, Json, Of, Refused, Request, Service, Text, When, whole
from tests.openapi.running import TOKEN

_SECONDS = itertools.count()


def now() -> str:
    """Each time a second later, so that nobody has to wait for it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(1_790_000_000 + next(_SECONDS)))


def _number(least: float, most: float, *, null: bool = False) -> When:
    return When(lambda v: isinstance(v, int | float) and not isinstance(v, bool) and least <= v <= most, null)


def _day(value: Json) -> bool:
    try:
        return isinstance(value, str) and len(value) == 10 and bool(date.fromisoformat(value))
    except ValueError:
        return False


def _one_of(*values: Json) -> When:
    return When(lambda v: isinstance(v, str) and v in values)


def _maybe(field: Text) -> When:
    return When(field.fits, null=True)


def _bearer(handler: Handler) -> Handler:
    def asked(service: Service, request: Request) -> tuple[int, Json]:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            raise Refused(401, "who are you?")
        return handler(service, request)

    return asked


def _secured(routes: Mapping[tuple[str, str], Handler]) -> dict[tuple[str, str], Handler]:
    return {place: _bearer(handler) for place, handler in routes.items()}


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
            "flavor": _one_of(*flavors),
            "grams": whole(1, 5000),
            "note": _maybe(Text(200)),
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
            "amount": _number(0, 100000),
            "dueDate": When(_day, null=True),
            "status": _one_of("OPEN", "PAID"),
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
            "priority": _one_of("Low", "High"),
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


def scramble() -> Service:
    """Laravel: everything in ``data``, a slug that stands once only, texts without spaces around them."""

    def page(request: Request, items: list[Item]) -> Json:
        number, size = window(request, "page", "per_page", 15, 50, status=422)
        number = max(number, 1)
        last = max(1, -(-len(items) // size))

        def at(page: int) -> str:
            return f"http://localhost/api/posts?page={page}"

        return {
            "data": items[(number - 1) * size : number * size],
            "links": {
                "first": at(1),
                "last": at(last),
                "prev": at(number - 1) if number > 1 else None,
                "next": at(number + 1) if number < last else None,
            },
            "meta": {"current_page": number, "last_page": last, "per_page": size, "total": len(items)},
        }

    def changed(service: Service, item: Item) -> None:
        item["updated_at"] = now()

    kind = Kind(
        "post",
        "/api/posts",
        "/api/posts/{post}",
        {
            "title": When(lambda v: isinstance(v, str) and len(v.strip()) >= 1 and len(v) <= 120),
            "slug": When(lambda v: isinstance(v, str) and bool(re.fullmatch("[a-z0-9-]{3,60}", v))),
            "body": _maybe(Text(1000)),
            "status": _one_of("draft", "published"),
        },
        ("title", "slug"),
        lambda service, body: {"id": service.number("post"), "created_at": now(), "updated_at": now()},
        methods=("PUT",),
        changed=changed,
        page=page,
        shown=lambda item: {"data": item},
        wrong=422,
        defaults={"body": None, "status": "draft"},
    )

    def alone(handler: Handler) -> Handler:
        def asked(service: Service, request: Request) -> tuple[int, Json]:
            own = request.path.get("post")
            slug = request.body().get("slug")
            if own is not None:
                kind.found(service, request)
            if any(i["slug"] == slug and str(i["id"]) != own for i in service.store("post").values()):
                raise Refused(422, "The slug has already been taken.")
            return handler(service, request)

        return asked

    routes = kind.routes()
    for place in (("POST", "/api/posts"), ("PUT", "/api/posts/{post}")):
        routes[place] = alone(routes[place])

    def refusal(status: int, message: str) -> Json:
        return {"message": message, **({"errors": {"field": [message]}} if status == 422 else {})}

    return Service(_secured(routes), refusal=refusal)


def grape() -> Service:
    """Grape: a default in the document, an update that takes less than a create, a delete that shows what is gone."""

    def page(request: Request, items: list[Item]) -> Json:
        number, size = window(request, "page", "per_page", 20, 10**9)
        number = max(1, number)
        return items[(number - 1) * size : number * size]

    kind = Kind(
        "cow",
        "/api/v1/cows",
        "/api/v1/cows/{id}",
        {
            "name": Text(40),
            "born_on": When(_day),
            "litres": _number(0, 60),
            "color": _one_of("brown", "black"),
        },
        ("name", "born_on"),
        numbers("cow"),
        methods=("PUT",),
        page=page,
        deleted=200,
        defaults={"color": "brown"},
    )

    def put(service: Service, request: Request) -> tuple[int, Json]:
        item = kind.found(service, request)
        body = kind.valid(service, request, ())
        item.update({n: v for n, v in body.items() if n != "born_on"})
        return 200, item

    return Service(
        {**kind.routes(), ("PUT", "/api/v1/cows/{id}"): put}, refusal=lambda status, message: {"error": message}
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
        {"room": Text(30, 1), "width": whole(50, 300), "isStanding": Of(bool), "comment": _maybe(Text(100))},
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


def hydra() -> Service:
    """API Platform: JSON-LD, pages of thirty that nobody can size, a filter by part of a title, merge patches."""

    def entry(item: Item) -> Item:
        return {"@id": f"/books/{item['id']}", "@type": "Book", **{n: v for n, v in item.items() if v is not None}}

    def page(request: Request, items: list[Item]) -> Json:
        text = request.query.get("page", "1")
        if not re.fullmatch("[0-9]{1,9}", text) or int(text) < 1:
            raise Refused(400, "Page should not be less than 1")
        number, title = int(text), request.query.get("title", "")
        items = [i for i in items if title.lower() in i["title"].lower()]
        last = max(1, -(-len(items) // 30))
        view = {"@id": f"/books?page={number}", "@type": "hydra:PartialCollectionView"}
        ends = {"hydra:first": "/books?page=1", "hydra:last": f"/books?page={last}"}
        on = {"hydra:next": f"/books?page={number + 1}"} if number < last else {}
        return {
            "@context": "/contexts/Book",
            "@id": "/books",
            "@type": "hydra:Collection",
            "hydra:totalItems": len(items),
            "hydra:member": [*map(entry, items[number * 30 - 30 : number * 30])],
            "hydra:view": {**view, **(ends | on if last > 1 else {})},
        }

    kind = Kind(
        "book",
        "/books",
        "/books/{id}",
        {"title": Text(90, 1), "pages": whole(1, 9999, null=True), "isbn": _maybe(Text(20))},
        ("title",),
        numbers("book"),
        page=page,
        shown=lambda item: {"@context": "/contexts/Book", **entry(item)},
        wrong=422,
        media="application/ld+json",
        location=True,
    )
    media = {"POST": "application/ld+json", "PATCH": "application/merge-patch+json"}

    def typed(method: str, handler: Handler) -> Handler:
        def asked(service: Service, request: Request) -> tuple[int, Json]:
            if method in media and (request.headers.get("Content-Type") or "").partition(";")[0] != media[method]:
                raise Refused(415, "that is not taken")
            return handler(service, request)

        return asked

    def refusal(status: int, message: str) -> Json:
        return Answer({"@type": "hydra:Error", "title": "error", "detail": message, "status": status}, kind.media)

    return Service({(m, p): typed(m, h) for (m, p), h in kind.routes().items()}, refusal=refusal)


def strapi() -> Service:
    """Strapi: ``data`` around both, a PUT that changes only what it holds, and needs a name."""

    def page(request: Request, items: list[Item]) -> Json:
        number, size = window(request, "pagination[page]", "pagination[pageSize]", 25, 10**9)
        number, size = max(number, 1), min(size, 100)
        pages = {"page": number, "pageSize": size, "pageCount": -(-len(items) // size), "total": len(items)}
        return {"data": items[number * size - size : number * size], "meta": {"pagination": pages}}

    def changed(service: Service, item: Item) -> None:
        item["updatedAt"] = now()

    def made(service: Service, body: Item) -> Item:
        id = service.number("dish")
        return {"id": id, "documentId": uuid.uuid4().hex[:24], "createdAt": now(), "updatedAt": now()}

    kind = Kind(
        "dish",
        "/api/dishes",
        "/api/dishes/{id}",
        {
            "name": When(lambda v: isinstance(v, str) and 1 <= len(v) <= 255),
            "price": _number(-1e300, 1e300),
            "course": _one_of("starter", "main"),
            "vegan": Of(bool),
        },
        ("name",),
        made,
        needs=("name",),
        methods=("PUT",),
        changed=changed,
        page=page,
        shown=lambda item: {"data": item, "meta": {}},
        sent=lambda body: body.get("data"),
        created=200,
    )

    def delete(service: Service, request: Request) -> tuple[int, Json]:
        item = kind.found(service, request)
        kind.delete(service, request)
        return 200, item["id"]

    names = {400: "ValidationError", 401: "UnauthorizedError", 404: "NotFoundError"}

    def refusal(status: int, message: str) -> Json:
        named = {"status": status, "name": names.get(status, "Error"), "message": message, "details": {}}
        return {"data": None, "error": named}

    return Service(_secured({**kind.routes(), ("DELETE", "/api/dishes/{id}"): delete}), refusal=refusal)


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
        return _number(0, 9999).fits(value) and abs(value * 100 - round(value * 100)) < 1e-6

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
        {"location": _one_of("westeurope", "eastus"), "tags": When(tags), "properties": When(properties)},
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
        _secured({place: versioned(handler) for place, handler in routes.items()}),
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

    return Service(_secured(kind.routes()), refusal=refusal)


EMITTED: Mapping[str, Callable[[], Service]] = {
    "tsoa": tsoa,
    "springdoc": springdoc,
    "goa": goa,
    "utoipa": utoipa,
    "scramble": scramble,
    "grape": grape,
    "minimal": minimal,
    "hydra": hydra,
    "strapi": strapi,
    "odata": odata,
    "azure": azure,
    "discovery": discovery,
}
"""Document → its service, healthy."""
