"""A server that takes every write at once and shows it 30 ms later; and 60 ms after that in lists that are filtered,
and in their number."""

from __future__ import annotations

import time
from collections.abc import Callable

from tests.openapi.honest import Handler, Json, Refused, Request, Service, numbered

LATE = 0.03
LATER = 0.06
FIELDS = {"name": str, "urgent": bool}
Write = tuple[float, Callable[[], None]]


class Late(Service):
    """A service with writes that are under way."""

    under_way: list[Write]
    index: list[tuple[float, list[Json]]]
    """What the list held, and when."""

    def after(self, write: Callable[[], object]) -> None:
        """Do ``write`` later."""
        pending = self.__dict__.setdefault("under_way", [])
        pending.append((time.monotonic() + LATE, write))

    def settle(self) -> dict[int, dict[str, Json]]:
        """Do what is due, and return what is shown then."""
        pending: list[Write] = self.__dict__.setdefault("under_way", [])
        now = time.monotonic()
        due = [w for w in pending if w[0] <= now]
        pending[:] = [w for w in pending if w[0] > now]
        for _, write in due:
            write()
        return self.store("job")

    def searched(self, found: list[Json]) -> list[Json]:
        """What the index holds by now, where the list holds ``found``."""
        known, now = self.__dict__.setdefault("index", []), time.monotonic()
        if "never-indexed" not in self.faults or not known:
            known.append((now, found))
        old = [n for n, (since, _) in enumerate(known) if since <= now - LATER]
        del known[: old[-1] if old else 0]
        return list(known[0][1]) if old else []


def _checked(body: dict[str, Json], *, whole: bool) -> dict[str, Json]:
    found = {n: v for n, v in body.items() if n in FIELDS}
    if any(not isinstance(v, FIELDS[n]) for n, v in found.items()) or not 1 <= len(found.get("name", "x")) <= 80:
        raise Refused(400, "name or urgent is wrong")
    if whole and "name" not in found:
        raise Refused(400, "name is missing")
    return found


def _create(service: Service, request: Request) -> tuple[int, Json]:
    assert isinstance(service, Late)
    service.settle()
    item = {"id": service.number("job"), "urgent": False, **_checked(request.body(), whole=True)}
    if "never-stored" not in service.faults:
        service.after(lambda: service.store("job").update({item["id"]: item}))
    return 202, item


def _update(service: Service, request: Request) -> tuple[int, Json]:
    assert isinstance(service, Late)
    item = numbered(request, service.settle())
    changed = _checked(request.body(), whole=False)
    if "never-changed" not in service.faults:
        service.after(lambda: item.update(changed))
    return 202, {**item, **changed}


def _delete(service: Service, request: Request) -> tuple[int, Json]:
    assert isinstance(service, Late)
    item = numbered(request, service.settle())
    if "never-deleted" not in service.faults:
        service.after(lambda: service.store("job").pop(item["id"], None))
    return 202, None


def _list(service: Service, request: Request) -> tuple[int, Json]:
    assert isinstance(service, Late)
    found = [dict(item) for item in service.settle().values()]
    indexed = service.searched(found)
    name = request.query.get("name")
    shown = found if name is None else [item for item in indexed if item["name"] == name]
    return 200, {"jobs": shown, "count": len(shown if name is not None else indexed)}


def _read(service: Service, request: Request) -> tuple[int, Json]:
    assert isinstance(service, Late)
    return 200, numbered(request, service.settle())


ROUTES: dict[tuple[str, str], Handler] = {
    ("GET", "/jobs"): _list,
    ("POST", "/jobs"): _create,
    ("GET", "/jobs/{id}"): _read,
    ("PATCH", "/jobs/{id}"): _update,
    ("DELETE", "/jobs/{id}"): _delete,
}
