"""What the services of this folder share."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from tests.openapi.honest import Field, Handler, Json, Refused, Request, Service, When, checked

Item = dict[str, Json]


def named(request: Request, store: dict[Any, Item], parameter: str) -> Item:
    """The item that the path names by a text. Raises 404."""
    if request.path[parameter] not in store:
        raise Refused(404, "there is none")
    return store[request.path[parameter]]


def one_of(*values: Json) -> When:
    return When(lambda value: value in values)


def a_date(value: Json) -> bool:
    try:
        return isinstance(value, str) and len(value) == 10 and bool(date.fromisoformat(value))
    except ValueError:
        return False


def allow(service: Service, fault: str, right: Json, wrong: Json) -> Json:
    """What is right, or what is wrong where the service has this fault."""
    return wrong if fault in service.faults else right


def between(least: float, most: float, *, null: bool = False) -> When:
    """A number within bounds."""
    return When(lambda v: isinstance(v, int | float) and not isinstance(v, bool) and least <= v <= most, null)


def guarded(handler: Handler, header: str, secret: str) -> Handler:
    """Answers only whoever knows the secret. The fault ``open``: anybody."""

    def asked(service: Service, request: Request) -> tuple[int, Json]:
        if request.headers.get(header) != secret and "open" not in service.faults:
            raise Refused(401, "who are you?")
        return handler(service, request)

    return asked


def page_of(request: Request, first: tuple[str, str], size: tuple[str, str], most: int) -> tuple[int, int]:
    """The place and the size that the query names, each with its usual value; ``most``: of the size. Raises 400."""
    place, count = (request.query.get(name, usual) for name, usual in (first, size))
    if not all(re.fullmatch("[0-9]{1,9}", text) for text in (place, count)) or not 1 <= int(count) <= most:
        raise Refused(400, "that is no page")
    return int(place), int(count)


def known(
    service: Service, request: Request, fields: Mapping[str, Field], required: tuple[str, ...] = (), *, wrong: int = 400
) -> Item:
    """The known members of a body. Raises 400 for what is no object, and ``wrong`` for what is wrong with a member."""
    body = request.body()
    try:
        checked(service, body, fields, required)
    except Refused as error:
        raise Refused(wrong, str(error)) from None
    return {n: body[n] for n in fields if n in body}
