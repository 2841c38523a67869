"""What the services of this folder share."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from tests.openapi.honest import (
    Field,
    Json,
    Refused,
    Request,
    Service,
    When,
    checked,
)

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


def invalid_as_422(
    service: Service, request: Request, fields: Mapping[str, Field], required: tuple[str, ...]
) -> dict[str, Json]:
    """The known members of a body; what is wrong with one is 422."""
    body = request.body()
    try:
        checked(service, body, fields, required)
    except Refused as error:
        raise Refused(422, str(error)) from None
    return {n: body[n] for n in fields if n in body}
