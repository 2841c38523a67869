"""An honest API over one or more collections, as a function of a request. What is unusual about a miniature overrides
one of its methods. It shares no code with restproof but the form of a request."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

import jsonschema

from restproof.wire.message import Request

JSON = "application/json"
Schema = Mapping[str, Any]
Row = dict[str, Any]


@dataclass
class Answer:
    """A status with a body: JSON, or bytes of another ``media`` type. Raised as a refusal too."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    media: str = JSON

    @property
    def wire(self) -> tuple[int, bytes, tuple[tuple[str, str], ...]]:
        """Status, content and header fields as they are sent."""
        data = (
            self.body if isinstance(self.body, bytes) else b"" if self.body is None else json.dumps(self.body).encode()
        )
        media = (("Content-Type", self.media),) if data or self.media != JSON else ()
        return self.status, data, (("Date", "Sat, 28 Nov 2026 05:00:00 GMT"), *media, *self.headers.items())


class Refused(Exception):
    """A request is not answered as it asks."""

    def __init__(self, status: int, message: str, name: str = "") -> None:
        super().__init__(message)
        self.status, self.message, self.name = status, message, name


class Shop:
    """Collections by their path. Subclasses change what they need; each instance starts empty.

    ``SCHEMAS``: path → JSON Schema of the resource (``readOnly``, ``writeOnly`` and ``default`` as a contract means
    them). ``STATUS``: what an operation answers. ``VERBS``: method → operation, on a collection and on an item."""

    SCHEMAS: Mapping[str, Schema] = {}
    STATUS: Mapping[str, int] = {"list": 200, "create": 201, "read": 200, "update": 200, "replace": 200, "delete": 204}
    VERBS: Mapping[str, Mapping[str, str]] = {
        "collection": {"GET": "list", "POST": "create"},
        "item": {"GET": "read", "PATCH": "update", "DELETE": "delete"},
    }
    INVALID = 400
    UNIQUE: tuple[str, ...] = ()
    CONFLICT = 409

    def __init__(self) -> None:
        self.rows: dict[str, dict[Any, Row]] = {path: {} for path in self.SCHEMAS}
        self.last = 0

    # ------------------------------------------------------------------ one request

    def __call__(self, request: Request) -> tuple[int, bytes, tuple[tuple[str, str], ...]]:
        path, _, query = request.target.partition("?")
        try:
            self.admit(request)
            answer = self.answer(request, path, dict(parse_qsl(query, keep_blank_values=True)))
        except Refused as refusal:
            answer = self.refusal(refusal)
        if request.method == "HEAD":
            answer = Answer(answer.status, None, answer.headers)
        return answer.wire

    def admit(self, request: Request) -> None:
        """Raises ``Refused`` for who may not."""

    def answer(self, request: Request, path: str, query: Mapping[str, str]) -> Answer:
        collection, rest = next((p, path.removeprefix(p)) for p in (*self.SCHEMAS, "") if path.startswith(p))
        place = "collection" if rest == "" else "item"
        if not collection or not re.fullmatch(r"(/[^/]+)?", rest):
            raise Refused(404, "there is no such path")
        verbs = self.VERBS[place]
        method = "GET" if request.method == "HEAD" and "GET" in verbs else request.method
        if method not in verbs:
            return Answer(405, {"error": "not possible here"}, {"Allow": ", ".join([*verbs, "HEAD"])})
        call: Callable[..., Answer] = getattr(self, f"do_{verbs[method]}")
        arguments: list[Any] = [collection]
        if place == "item":
            arguments.append(unquote(rest[1:]))
        if method in ("POST", "PATCH", "PUT"):
            arguments.append(self.body(request))
        elif place == "collection":
            arguments.append(query)
        return call(*arguments)

    def body(self, request: Request) -> Row:
        """The fields that a request holds."""
        media = (request.header("Content-Type") or JSON).partition(";")[0].strip().lower()
        if media != JSON:
            raise Refused(415, "send JSON")

        def refuse(text: str) -> Any:
            raise ValueError(text)

        try:
            text = (request.body or b"").decode()
            found = json.loads(text, parse_constant=refuse)
            if "e400" in text:
                raise ValueError("a number beyond every float")
        except (ValueError, RecursionError):
            raise Refused(400, "the body is no JSON") from None
        if not isinstance(found, dict):
            raise Refused(400, "the body is no object")
        return self.unwrapped(found)

    def unwrapped(self, found: Row) -> Row:
        return found

    def refusal(self, refusal: Refused) -> Answer:
        """What a client is told."""
        return Answer(refusal.status, {"error": f"{refusal.name} {refusal.message}".strip()})

    # ------------------------------------------------------------------- operations

    def do_list(self, path: str, query: Mapping[str, str]) -> Answer:
        return self.answered("list", [self.entry(path, row) for row in self.listed(path, query)])

    def do_create(self, path: str, fields: Row) -> Answer:
        row = self.made(path, self.valid(path, fields, None))
        self.rows[path][row["id"]] = row
        return self.answered("create", self.show(path, row))

    def do_read(self, path: str, id: str) -> Answer:
        return self.answered("read", self.show(path, self.found(path, id)))

    def do_update(self, path: str, id: str, fields: Row) -> Answer:
        row = self.found(path, id)
        self.changed(path, row, self.valid(path, fields, row))
        return self.answered("update", self.show(path, row))

    def do_replace(self, path: str, id: str, fields: Row) -> Answer:
        row = self.found(path, id)
        kept = {n: row[n] for n, p in self.properties(path).items() if p.get("readOnly") and n in row}
        row.update({**self.blank(path), **self.valid(path, fields, None), **kept})
        return self.answered("replace", self.show(path, row))

    def do_delete(self, path: str, id: str) -> Answer:
        self.removed(path, self.found(path, id))
        return Answer(self.STATUS["delete"])

    # ------------------------------------------------------------ what may be unusual

    def answered(self, operation: str, body: Any) -> Answer:
        status = self.STATUS[operation]
        return Answer(status, None if status == 204 else body)

    def listed(self, path: str, query: Mapping[str, str]) -> list[Row]:
        return list(self.rows[path].values())

    def found(self, path: str, id: str) -> Row:
        key: Any = int(id) if re.fullmatch(r"[1-9]\d{0,17}", id) else id
        if key not in self.rows[path]:
            raise Refused(404, "there is none")
        return self.rows[path][key]

    def new_id(self, path: str, fields: Row) -> Any:
        self.last += 1
        return self.last

    def made(self, path: str, fields: Row) -> Row:
        return {**self.blank(path), "id": self.new_id(path, fields), **copy.deepcopy(fields)}

    def changed(self, path: str, row: Row, fields: Row) -> None:
        row.update(copy.deepcopy(fields))

    def removed(self, path: str, row: Row) -> None:
        del self.rows[path][row["id"]]

    def show(self, path: str, row: Row) -> Any:
        hidden = {n for n, p in self.properties(path).items() if p.get("writeOnly")}
        return {n: v for n, v in row.items() if n not in hidden}

    def entry(self, path: str, row: Row) -> Any:
        return self.show(path, row)

    def valid(self, path: str, fields: Row, row: Row | None) -> Row:
        """The known fields of a body, which are valid; ``row``: what an update changes."""
        known = {n: p for n, p in self.properties(path).items() if not p.get("readOnly")}
        for name in self.SCHEMAS[path].get("required", ()) if row is None else ():
            if name in known and name not in fields:
                raise Refused(self.INVALID, "is missing", name)
        for name, value in fields.items():
            if name not in known:
                self.unknown(path, name)
            elif not self.fits(known[name], value):
                raise Refused(self.INVALID, "is not valid", name)
        found = {n: v for n, v in fields.items() if n in known}
        self.unique(path, found, row)
        self.rule(path, {**(row or self.blank(path)), **found}, found, row)
        return found

    def fits(self, schema: Schema, value: Any) -> bool:
        checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
        # Python's $ matches before a line break at the end, that of JSON Schema does not.
        exact = json.loads(json.dumps(schema).replace('$"', '\\\\Z"'))
        return jsonschema.Draft202012Validator(exact, format_checker=checker).is_valid(value)

    def unknown(self, path: str, name: str) -> None:
        """Raises ``Refused`` where a field that does not exist is refused."""

    def unique(self, path: str, fields: Row, row: Row | None) -> None:
        for name in self.UNIQUE:
            taken = (r for r in self.rows[path].values() if r is not row and r.get(name) == fields.get(name))
            if name in fields and fields[name] is not None and next(taken, None):
                raise Refused(self.CONFLICT, "is taken", name)

    def rule(self, path: str, state: Row, fields: Row, row: Row | None) -> None:
        """Raises ``Refused`` where the state to come breaks a rule."""

    # -------------------------------------------------------------------------- help

    def properties(self, path: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.SCHEMAS[path]["properties"]
        return found

    def blank(self, path: str) -> Row:
        """The fields of a row of which nothing is said."""
        return {n: copy.deepcopy(p.get("default")) for n, p in self.properties(path).items() if not p.get("writeOnly")}
