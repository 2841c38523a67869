"""APIs whose requests name the one that they are about elsewhere than in their path."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tests.miniatures.kinds import Items, Kind, item
from tests.miniatures.server import Answer, Refused, Row

from restproof.wire.message import Request


class Elsewhere(Items):
    """Others have records here too, which nobody may touch."""

    def __init__(self) -> None:
        super().__init__()
        for number in range(3):
            self.do_create("/items", {"title": f"of somebody else {number}"})

    def of_one(self, operation: str, id: Any, request: Request) -> Answer:
        if id is None or isinstance(id, bool | dict | list):
            raise Refused(400, "is missing", "id")
        arguments: list[Any] = ["/items", str(id)]
        if operation in ("update", "replace"):
            fields = self.body(request)
            fields.pop("id", None)
            arguments.append(fields)
        found: Answer = getattr(self, f"do_{operation}")(*arguments)
        return found

    def refused_method(self, *methods: str) -> Answer:
        return Answer(405, {"error": "not possible here"}, {"Allow": ", ".join(methods)})


class ByParameter(Elsewhere):
    """``/item?id=7``."""

    ONE: Mapping[str, str] = {"GET": "read", "HEAD": "read", "PATCH": "update", "DELETE": "delete"}

    def answer(self, request: Request, path: str, query: Mapping[str, str]) -> Answer:
        if path != "/item":
            return super().answer(request, path, query)
        if request.method not in self.ONE:
            return self.refused_method(*self.ONE)
        return self.of_one(self.ONE[request.method], self.named(request, query), request)

    def named(self, request: Request, query: Mapping[str, str]) -> Any:
        return query.get("id") or None


class ByAnyParameter(ByParameter):
    """A read of an id that it does not know shows the newest."""

    def do_read(self, path: str, id: str) -> Answer:
        known = id if id.isdecimal() and int(id) in self.rows[path] else str(max(self.rows[path], default=0))
        return super().do_read(path, known)


class Located(ByParameter):
    """``Location: /item?view=full&item[id]=7``: many servers leave brackets in a query as they are."""

    AT = "/item?view=full&item[id]={}"

    def named(self, request: Request, query: Mapping[str, str]) -> Any:
        return query.get("item[id]") or None

    def do_create(self, path: str, fields: Row) -> Answer:
        made = super().do_create(path, fields)
        return Answer(made.status, made.body, {"Location": self.AT.format(made.body["id"])})


class Mislocated(Located):
    AT = "/item?view={}&item[id]=1"


class ByHeader(ByParameter):
    """``X-Record-Id: 7``."""

    def named(self, request: Request, query: Mapping[str, str]) -> Any:
        return request.header("X-Record-Id")


class ByLostHeader(ByHeader):
    """Deletes nothing."""

    def do_delete(self, path: str, id: str) -> Answer:
        self.found(path, id)
        return Answer(self.STATUS["delete"])


class ByName(Elsewhere):
    """``POST /items.get`` with the id in the body."""

    VERBS: Mapping[str, Mapping[str, str]] = {"collection": {}, "item": {}}
    CALLS: Mapping[str, str] = {
        "list": "list",
        "create": "create",
        "get": "read",
        "update": "update",
        "delete": "delete",
    }

    def answer(self, request: Request, path: str, query: Mapping[str, str]) -> Answer:
        operation = self.CALLS.get(path.removeprefix("/items."))
        if operation is None:
            raise Refused(404, "there is no such path")
        if request.method != "POST":
            return self.refused_method("POST")
        if operation == "list":
            return self.do_list("/items", query)
        if operation == "create":
            return self.do_create("/items", self.body(request))
        try:
            whole = json.loads(request.body or b"null")
        except ValueError:
            raise Refused(400, "the body is no JSON") from None
        return self.of_one(operation, whole.get("id") if isinstance(whole, dict) else None, request)


class ByNameInPart(ByName):
    """An update takes the title alone."""

    def changed(self, path: str, row: Row, fields: Row) -> None:
        super().changed(path, row, {n: v for n, v in fields.items() if n == "title"})


class ByMember(Elsewhere):
    """``GET /items?id=7``, and ``PUT /items`` with the id beside the fields."""

    def answer(self, request: Request, path: str, query: Mapping[str, str]) -> Answer:
        if path != "/items":
            raise Refused(404, "there is no such path")
        if request.method in ("GET", "HEAD") and "id" not in query:
            return self.do_list(path, query)
        if request.method == "POST":
            return self.do_create(path, self.body(request))
        operation = {"GET": "read", "HEAD": "read", "PUT": "update", "DELETE": "delete"}.get(request.method)
        if operation is None:
            return self.refused_method("GET", "POST", "PUT", "DELETE")
        id = self.body(request).get("id") if operation == "update" else query.get("id") or None
        return self.of_one(operation, id, request)


class ByMemberAnew(ByMember):
    """A PUT of what is not there makes another one."""

    def do_update(self, path: str, id: str, fields: Row) -> Answer:
        if not id.isdecimal() or int(id) not in self.rows[path]:
            return Answer(200, self.do_create(path, fields).body)
        return super().do_update(path, id, fields)


def _in_body(path: str, method: str = "POST") -> dict[str, Any]:
    return {"method": method, "path": path, "envelope": {"constants": {"/id": "{id}"}}}


def kinds() -> Iterator[Kind]:
    by_parameter = item(item_path="/item?id={id}")
    yield Kind("a parameter names the id", *by_parameter, ByParameter, ByAnyParameter, ("identity",))
    bracketed = {"path": "/item", "query": {"item[id]": "{id}"}}
    located = item(
        contract={"policies": ["create.location"]},
        operations={"list": {}, "create": {}, **dict.fromkeys(("read", "update", "delete"), bracketed)},
    )
    yield Kind("a parameter in brackets names the id", *located, Located, Mislocated, ("create.location",))
    header = {"path": "/item", "headers": {"X-Record-Id": "{id}"}}
    by_header = item(operations={"list": {}, "create": {}, **dict.fromkeys(("read", "update", "delete"), header)})
    yield Kind("a header field names the id", *by_header, ByHeader, ByLostHeader, ("delete",))
    calls = {
        "list": {"method": "POST", "path": "/items.list"},
        "create": {"path": "/items.create"},
        "read": _in_body("/items.get"),
        **{name: _in_body(f"/items.{name}") for name in ("update", "delete")},
    }
    by_name = item(operations=calls)
    yield Kind("the body of a call names the id", *by_name, ByName, ByNameInPart, ("update",))
    named = {"query": {"id": "{id}"}}
    by_member = {"list": {}, "create": {}, "read": named, "update": _in_body("/items", "PUT"), "delete": named}
    yield Kind(
        "the id stands beside the fields", *item(operations=by_member), ByMember, ByMemberAnew, ("identity", "update")
    )
