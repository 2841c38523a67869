"""The honest server behind ``deeds.yaml``, whose paths are called after what they do. ``faults`` names what it does
wrong on purpose."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.openapi.honest import Field, Handler, Json, Of, Refused, Request, Service, Text, whole
from tests.openapi.unusual.common import Item, allow, known


@dataclass(frozen=True)
class Kind:
    """What is kept in one store: its fields, those that a create needs, what the path calls its id, and of which form
    that is."""

    fields: Mapping[str, Field]
    required: tuple[str, ...]
    parameter: str
    form: str = "-?[0-9]{1,18}"
    usual: Mapping[str, Json] | None = None

    def store(self, service: Service, request: Request) -> dict[Json, Item]:
        return service.store(self.parameter)

    def item(self, service: Service, request: Request) -> Item:
        id = request.path[self.parameter]
        store = self.store(service, request)
        key = int(id) if re.fullmatch("-?[0-9]{1,18}", id) else id
        if not re.fullmatch(self.form, id) or key not in store:
            raise Refused(404, "there is none")
        return store[key]

    def listed(self, service: Service, request: Request) -> tuple[int, Json]:
        return 200, list(self.store(service, request).values())

    def read(self, service: Service, request: Request) -> tuple[int, Json]:
        return 200, self.item(service, request)

    def creating(self, status: int, new_id: Callable[[Service], Json]) -> Handler:
        def create(service: Service, request: Request) -> tuple[int, Json]:
            store = self.store(service, request)
            item = {"id": new_id(service), **(self.usual or {}), **known(service, request, self.fields, self.required)}
            store[item["id"]] = item
            return status, item

        return create

    def changing(self, required: tuple[str, ...] = ()) -> Handler:
        def change(service: Service, request: Request) -> tuple[int, Json]:
            item = self.item(service, request)
            changed = {**item, **known(service, request, self.fields, required)}
            self.store(service, request)[item["id"]] = allow(service, "put-lost", changed, item)
            return 200, changed

        return change

    def deleted(self, service: Service, request: Request) -> tuple[int, Json]:
        item = self.item(service, request)
        if "keeps" not in service.faults:
            del self.store(service, request)[item["id"]]
        return 204, None


class Notes(Kind):
    """Each user has notes of its own."""

    def store(self, service: Service, request: Request) -> dict[Json, Item]:
        user = USERS.item(service, Request(request.method, {"id": request.path["userId"]}, {}, request.headers, b""))
        return service.store(f"notes of {user['id']}")


USERS = Kind({"name": Text(60, 1), "is_admin": Of(bool)}, ("name",), "id", usual={"is_admin": False})
BOOKS = Kind({"title": Text(60, 1), "pages": whole(1, 5000)}, ("title", "pages"), "bookId", "[0-9a-f-]{36}")
TAGS = Kind({"label": Text(60, 1), "weight": whole(0, 9)}, ("label",), "tagId", usual={"weight": 0})
NOTES = Notes({"text": Text(60, 1)}, ("text",), "noteId")


class Authors(Kind):
    """Some requests name them in the query or the body."""

    def item(self, service: Service, request: Request) -> Item:
        id = request.query.get("id") if request.method == "DELETE" else request.path.get("id")
        id = request.body().get("id") if id is None else id
        if isinstance(id, bool) or not re.fullmatch("-?[0-9]{1,18}", str(id)):
            raise Refused(400, "which one?")
        request.path["authorId"] = str(id)
        return super().item(service, request)


AUTHORS = Authors({"name": Text(60, 1)}, ("name",), "authorId")


def password(service: Service, request: Request) -> tuple[int, Json]:
    USERS.item(service, request)
    return 204, None


def deeds(faults: frozenset[str]) -> Service:
    routes = {
        ("GET", "/v1/users/list"): USERS.listed,
        ("POST", "/v1/users/create"): USERS.creating(201, lambda service: service.number("user")),
        ("GET", "/v1/users/{id}"): USERS.read,
        ("POST", "/v1/users/{id}/update"): USERS.changing(),
        ("POST", "/v1/users/{id}/change"): password,
        ("POST", "/v1/users/{id}/delete"): USERS.deleted,
        ("GET", "/v1/Books/GetAll"): BOOKS.listed,
        ("GET", "/v1/Books/GetById/{bookId}"): BOOKS.read,
        ("POST", "/v1/Books/Create"): BOOKS.creating(200, lambda service: str(uuid.uuid4())),
        ("PUT", "/v1/Books/Update/{bookId}"): BOOKS.changing(BOOKS.required),
        ("DELETE", "/v1/Books/Delete/{bookId}"): BOOKS.deleted,
        ("GET", "/v1/Authors/GetAll"): AUTHORS.listed,
        ("GET", "/v1/Authors/GetById/{id}"): AUTHORS.read,
        ("POST", "/v1/Authors/Create"): AUTHORS.creating(200, lambda service: service.number("author")),
        ("PUT", "/v1/Authors/Update"): AUTHORS.changing(AUTHORS.required),
        ("DELETE", "/v1/Authors/Delete"): AUTHORS.deleted,
        ("GET", "/v1/getAllTags"): TAGS.listed,
        ("GET", "/v1/getTag/{tagId}"): TAGS.read,
        ("POST", "/v1/createTag"): TAGS.creating(201, lambda service: service.number("tag")),
        ("PATCH", "/v1/updateTag/{tagId}"): TAGS.changing(),
        ("DELETE", "/v1/deleteTag/{tagId}"): TAGS.deleted,
        ("GET", "/v1/users/{userId}/notes"): NOTES.listed,
        ("POST", "/v1/users/{userId}/notes/add"): NOTES.creating(201, lambda service: service.number("note")),
        ("GET", "/v1/users/{userId}/notes/{noteId}"): NOTES.read,
        ("PATCH", "/v1/users/{userId}/notes/edit/{noteId}"): NOTES.changing(),
        ("DELETE", "/v1/users/{userId}/notes/{noteId}/remove"): NOTES.deleted,
    }
    return Service(routes, faults)
