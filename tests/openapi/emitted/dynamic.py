"""Documents of frameworks in languages without types: Laravel, Ruby, PHP, Node.js."""

from __future__ import annotations

import re
import uuid

from tests.openapi.emitted.common import Item, Kind, numbers, window
from tests.openapi.emitted.parts import day, maybe, now, number, one_of, secured
from tests.openapi.honest import Answer, Handler, Json, Of, Refused, Request, Service, Text, When, whole


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
            "body": maybe(Text(1000)),
            "status": one_of("draft", "published"),
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

    return Service(secured(routes), refusal=refusal)


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
            "born_on": When(day),
            "litres": number(0, 60),
            "color": one_of("brown", "black"),
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
        {"title": Text(90, 1), "pages": whole(1, 9999, null=True), "isbn": maybe(Text(20))},
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
            "price": number(-1e300, 1e300),
            "course": one_of("starter", "main"),
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

    return Service(secured({**kind.routes(), ("DELETE", "/api/dishes/{id}"): delete}), refusal=refusal)
