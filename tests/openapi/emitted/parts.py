"""Fields, clocks and credentials that the services of several tools have."""

from __future__ import annotations

import itertools
import time
from collections.abc import Mapping
from datetime import date

from tests.openapi.honest import Handler, Json, Refused, Request, Service, Text, When
from tests.openapi.running import TOKEN

_SECONDS = itertools.count()


def now() -> str:
    """Each time a second later, so that nobody has to wait for it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(1_790_000_000 + next(_SECONDS)))


def number(least: float, most: float, *, null: bool = False) -> When:
    return When(lambda v: isinstance(v, int | float) and not isinstance(v, bool) and least <= v <= most, null)


def day(value: Json) -> bool:
    try:
        return isinstance(value, str) and len(value) == 10 and bool(date.fromisoformat(value))
    except ValueError:
        return False


def one_of(*values: Json) -> When:
    return When(lambda v: isinstance(v, str) and v in values)


def maybe(field: Text) -> When:
    return When(field.fits, null=True)


def bearer(handler: Handler) -> Handler:
    def asked(service: Service, request: Request) -> tuple[int, Json]:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            raise Refused(401, "who are you?")
        return handler(service, request)

    return asked


def secured(routes: Mapping[tuple[str, str], Handler]) -> dict[tuple[str, str], Handler]:
    return {place: bearer(handler) for place, handler in routes.items()}
