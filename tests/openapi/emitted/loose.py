"""Documents of Rails, Django, Laravel and Phoenix, which are made of examples and of what is seen."""

from __future__ import annotations

import re

from tests.openapi.emitted.common import Item, Kind, numbers
from tests.openapi.emitted.parts import bearer, day, maybe, now, one_of, secured
from tests.openapi.honest import Answer, Handler, Json, Of, Refused, Request, Service, Text, When
from tests.openapi.running import TOKEN


def rswag() -> Service:
    """Rails: what is sent stands in ``blog``, and a body without it is 400; ids of paths are called texts."""

    def changed(service: Service, item: Item) -> None:
        item["updated_at"] = now()

    kind = Kind(
        "blog",
        "/blogs",
        "/blogs/{id}",
        {"title": Text(80, 1), "content": maybe(Text(1000)), "status": one_of("draft", "published")},
        ("title",),
        lambda service, body: {
            "id": service.number("blog"),
            "published_at": None,
            "created_at": now(),
            "updated_at": now(),
        },
        changed=changed,
        sent=lambda body: body.get("blog"),
        wrong=422,
        defaults={"content": None, "status": "draft"},
    )

    def refusal(status: int, message: str) -> Json:
        return {"errors": {"title": [message]}} if status == 422 else {"status": status, "error": message}

    def parameters(handler: Handler) -> Handler:
        def asked(service: Service, request: Request) -> tuple[int, Json]:
            if not request.body().get("blog") or not isinstance(request.body()["blog"], dict):
                raise Refused(400, "param is missing or the value is empty: blog")
            return handler(service, request)

        return asked

    routes = kind.routes()
    for place in (("POST", "/blogs"), ("PATCH", "/blogs/{id}")):
        routes[place] = parameters(routes[place])
    return Service(secured(routes), refusal=refusal)


def yasg() -> Service:
    """Django REST Framework behind drf-yasg: PATCH has the serializer of PUT, prices are texts, pages by link."""

    def page(request: Request, items: list[Item]) -> Json:
        text = request.query.get("page", "1")
        last = max(1, -(-len(items) // 10))
        if not re.fullmatch("[0-9]{1,9}", text) or not 1 <= int(text) <= last:
            raise Refused(404, "Invalid page.")
        number = int(text)

        def at(page: int) -> str:
            return f"http://localhost:8000/api/v1/snippets/?page={page}"

        return {
            "count": len(items),
            "next": at(number + 1) if number < last else None,
            "previous": at(number - 1) if number > 1 else None,
            "results": items[(number - 1) * 10 : number * 10],
        }

    def price(value: Json) -> bool:
        return isinstance(value, str) and bool(re.fullmatch(r"-?[0-9]{1,8}\.[0-9]{2}", value))

    kind = Kind(
        "snippet",
        "/api/v1/snippets/",
        "/api/v1/snippets/{id}/",
        {
            "title": Text(100),
            "code": When(lambda v: isinstance(v, str) and v.strip() != ""),
            "linenos": Of(bool),
            "language": one_of("python", "ruby", "go"),
            "price": When(price, null=True),
        },
        ("code",),
        lambda service, body: {"id": service.number("snippet"), "created": now(), "owner": "me"},
        methods=("PUT", "PATCH"),
        replaces=("PUT",),
        page=page,
        defaults={"title": "", "linenos": False, "language": "python", "price": None},
    )

    def known(handler: Handler) -> Handler:
        def asked(service: Service, request: Request) -> tuple[int, Json]:
            if request.headers.get("Authorization") != f"Bearer {TOKEN}":
                raise Refused(401, "Authentication credentials were not provided.")
            return handler(service, request)

        return asked

    return Service(
        {place: known(handler) for place, handler in kind.routes().items()},
        refusal=lambda status, message: {"detail": message},
    )


def scribe() -> Service:
    """Laravel behind Scribe: types are guessed from an example, so that what was null there is called a text."""

    def title(value: Json) -> bool:
        return isinstance(value, str) and len(value.strip()) >= 1 and len(value) <= 120

    kind = Kind(
        "post",
        "/api/posts",
        "/api/posts/{id}",
        {
            "title": When(title),
            "body": maybe(Text(5000)),
            "views": When(lambda v: isinstance(v, int) and not isinstance(v, bool) and 0 <= v < 2**31),
        },
        ("title",),
        lambda service, body: {"id": service.number("post"), "published_at": None, "created_at": now()},
        methods=("PUT",),
        shown=lambda item: {"data": item},
        page=lambda request, items: {"data": items},
        wrong=422,
        defaults={"body": None, "views": 0},
    )

    def refusal(status: int, message: str) -> Json:
        return {"message": message, **({"errors": {"title": [message]}} if status == 422 else {})}

    return Service(secured(kind.routes()), refusal=refusal)


def spex() -> Service:
    """Phoenix behind OpenApiSpex: what is sent stands in ``user``, what is shown in ``data``."""
    fields = {
        "name": When(lambda v: Text(60).fits(v) and bool(re.search("[a-zA-Z][a-zA-Z0-9_]+", v))),
        "email": When(lambda v: isinstance(v, str) and bool(re.fullmatch(r"[^@\s]+@[^@\s]+", v))),
        "birthday": When(day, null=True),
    }

    def changed(service: Service, item: Item) -> None:
        item["updated_at"] = now()

    kind = Kind(
        "user",
        "/api/users",
        "/api/users/{id}",
        fields,
        ("name", "email"),
        lambda service, body: {"id": service.number("user"), "inserted_at": now(), "updated_at": now()},
        methods=("PUT",),
        needs=("name", "email"),
        changed=changed,
        shown=lambda item: {"data": item},
        page=lambda request, items: {"data": items},
        sent=lambda body: body.get("user"),
        wrong=422,
        defaults={"birthday": None},
    )

    def refusal(status: int, message: str) -> Json:
        found = {"title": "Invalid value", "source": {"pointer": "/user"}, "detail": message}
        return {"errors": [found]} if status == 422 else {"errors": {"detail": message}}

    def positive(handler: Handler) -> Handler:
        def asked(service: Service, request: Request) -> tuple[int, Json]:
            if not re.fullmatch("[1-9][0-9]{0,17}", request.path.get("id", "1")):
                raise Refused(422, "Invalid integer")
            return handler(service, request)

        return bearer(asked)

    return Service({place: positive(handler) for place, handler in kind.routes().items()}, refusal=refusal)


def keyed(header: str, handler: Handler, status: int, message: str) -> Handler:
    def asked(service: Service, request: Request) -> tuple[int, Json]:
        if request.headers.get(header) != TOKEN and request.query.get("subscription-key") != TOKEN:
            raise Refused(status, message)
        return handler(service, request)

    return asked


def apim() -> Service:
    """Azure API Management before a small API: a key in a header or in the query, 404 for other methods."""

    def page(request: Request, items: list[Item]) -> Json:
        top, skip = request.query.get("$top", "20"), request.query.get("$skip", "0")
        if not (re.fullmatch("[0-9]{1,9}", top) and re.fullmatch("[0-9]{1,9}", skip)):
            raise Refused(400, "that is no page")
        return items[int(skip) :][: int(top)]

    kind = Kind(
        "order",
        "/orders/orders",
        "/orders/orders/{id}",
        {
            "customer": Text(60, 1),
            "amount": When(lambda v: isinstance(v, int | float) and not isinstance(v, bool) and 0 <= v <= 100000),
            "open": Of(bool),
        },
        ("customer",),
        numbers("order"),
        methods=("PUT",),
        replaces=("PUT",),
        page=page,
        defaults={"amount": 0, "open": False},
    )
    return Service(
        {
            place: keyed("Ocp-Apim-Subscription-Key", handler, 401, "Access denied due to missing subscription key.")
            for place, handler in kind.routes().items()
        },
        refusal=lambda status, message: {"statusCode": status, "message": message},
    )


def apigateway() -> Service:
    """AWS API Gateway before a function: 403 without a key, OPTIONS that is answered by the gateway itself."""

    def page(request: Request, items: list[Item]) -> Json:
        limit = request.query.get("limit", "")
        wanted = [i for i in items if i["type"] == request.query.get("type", i["type"])]
        return wanted[: int(limit)] if re.fullmatch("[1-9][0-9]{0,8}", limit) else wanted

    kind = Kind(
        "pet",
        "/prod/pets",
        "/prod/pets/{petId}",
        {
            "type": one_of("dog", "cat", "fish"),
            "name": Text(40, 1),
            "price": When(lambda v: isinstance(v, int | float) and not isinstance(v, bool) and 1 <= v <= 5000),
        },
        ("name", "type"),
        lambda service, body: {"id": f"p-{service.number('pet')}"},
        methods=("PUT",),
        replaces=("PUT",),
        page=page,
        created=200,
    )

    def options(service: Service, request: Request) -> tuple[int, Json]:
        return 200, Answer({}, headers={"Access-Control-Allow-Origin": "*"})

    routes = {place: keyed("x-api-key", handler, 403, "Forbidden") for place, handler in kind.routes().items()}
    for place in ("/prod/pets", "/prod/pets/{petId}"):
        routes["OPTIONS", place] = options
    return Service(routes, refusal=lambda status, message: {"message": message})
