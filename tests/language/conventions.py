"""A server that speaks JSON:API at ``/articles`` and HAL at ``/orders``, as their specifications have it. No line of it
is shared with restproof; ``faults`` names what it does wrong on purpose.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

JSON_API = "application/vnd.api+json"
HAL = "application/hal+json"
Json = Any


class Refused(Exception):
    """Ends a request with a status; ``pointer``: to the part of the body at fault."""

    def __init__(self, status: int, detail: str, pointer: str = "") -> None:
        super().__init__(detail)
        self.status, self.pointer = status, pointer


class Store:
    """Articles and orders by number."""

    def __init__(self, faults: frozenset[str]) -> None:
        self.faults = faults
        self.items: dict[str, dict[int, dict[str, Json]]] = {"articles": {}, "orders": {}}
        self.last = 0
        self.lock = threading.Lock()


def _text(value: Json, longest: int, where: str) -> None:
    if not isinstance(value, str) or not 1 <= len(value) <= longest or "\0" in value:
        raise Refused(422, "is no such text", where)


def _checked(kind: str, fields: dict[str, Json], *, whole: bool) -> dict[str, Json]:
    at = "/data/attributes/" if kind == "articles" else "/"
    named = "title" if kind == "articles" else "name"
    if whole and named not in fields:
        raise Refused(422, "is missing", at + named)
    for name, value in fields.items():
        if name == named:
            _text(value, 100 if kind == "articles" else 80, at + name)
        elif name == "body" and value is not None and (not isinstance(value, str) or "\0" in value):
            raise Refused(422, "is no text", at + name)
        elif name == "price" and value is not None:
            if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
                raise Refused(422, "is no price", at + name)
        elif name == "paid" and not isinstance(value, bool):
            raise Refused(422, "is neither true nor false", at + name)
    known = {"articles": ("title", "body"), "orders": ("name", "price", "paid")}[kind]
    return {n: v for n, v in fields.items() if n in known}


_NEW: dict[str, dict[str, Json]] = {"articles": {"body": None}, "orders": {"price": None, "paid": False}}


class Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    store: Store
    allowed = ""

    def _go(self) -> None:
        length = self.headers.get("Content-Length") or "0"
        body = self.rfile.read(int(length) if length.isdecimal() else 0)
        parts = urlsplit(self.path)
        kind, _, key = parts.path.strip("/").partition("/")
        query = {n: v[-1] for n, v in parse_qs(parts.query, keep_blank_values=True).items()}
        try:
            if kind not in self.store.items or "/" in key:
                raise Refused(404, "there is nothing here")
            with self.store.lock:
                self._answer(*self._operation(kind, key, query, body), kind)
        except Refused as refusal:
            told: Json = {"status": str(refusal.status), "detail": str(refusal), "source": {"pointer": refusal.pointer}}
            self._answer(refusal.status, {"errors": [told]}, kind)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = do_HEAD = do_OPTIONS = _go

    def _operation(self, kind: str, key: str, query: dict[str, str], body: bytes) -> tuple[int, Json]:
        items, update = self.store.items[kind], "PATCH" if kind == "articles" else "PUT"
        allowed = ("GET", update, "DELETE") if key else ("GET", "POST")
        if self.command not in allowed:
            self.allowed = ", ".join(allowed)
            raise Refused(405, "this method is not supported here")
        number = int(key) if key.isdecimal() and key.isascii() and len(key) < 15 else 0
        if key and number not in items:
            raise Refused(404, "there is no such thing")
        if self.command == "GET" and not key:
            return 200, (self._articles if kind == "articles" else self._orders)(query)
        if self.command == "GET":
            return 200, self._shown(kind, number)
        if self.command == "DELETE":
            del items[number]
            return 204, None
        fields = self._fields(kind, key, body)
        if not key:
            self.store.last += 1
            number = self.store.last
        items[number] = {**(items.get(number) or _NEW[kind]), **_checked(kind, fields, whole=not key)}
        if kind == "orders":
            order = self._order(number)
            return (200, order) if key else (201, {"created": {"order": order}})
        return (200 if key else 201), self._shown(kind, number)

    def _fields(self, kind: str, key: str, body: bytes) -> dict[str, Json]:
        media = (self.headers.get("Content-Type") or "").partition(";")[0].strip().lower()
        wanted = JSON_API if kind == "articles" else "application/vnd.order+json" if key else "application/json"
        if media and media != wanted:
            raise Refused(415, f"send {wanted}")
        try:
            document = json.loads(body.decode(), parse_constant=_no_number, parse_float=_number)
        except (ValueError, RecursionError):
            raise Refused(400, "this is no JSON") from None
        if kind == "orders":
            fields = document if key or not isinstance(document, dict) else document.get("order")
        else:
            data = document.get("data") if isinstance(document, dict) else None
            if isinstance(data, dict) and data.get("type") != "articles" and "any-type" not in self.store.faults:
                raise Refused(409, "is of another type", "/data/type")
            if isinstance(data, dict) and key and data.get("id") != key:
                raise Refused(409, "is another", "/data/id")
            fields = data.get("attributes") if isinstance(data, dict) else None
        if not isinstance(fields, dict):
            raise Refused(400, "there is no object of fields")
        return fields

    def _shown(self, kind: str, number: int) -> Json:
        if kind == "orders":
            found = self._order(number)
            return found if "read-no-list" in self.store.faults else [found]
        return {"data": self._article(number)}

    def _article(self, number: int) -> Json:
        return {"type": "articles", "id": str(number), "attributes": self.store.items["articles"][number]}

    def _order(self, number: int) -> Json:
        at = 1 if "wrong-link" in self.store.faults else number
        return {**self.store.items["orders"][number], "_links": {"self": {"href": self._url(f"/orders/{at}")}}}

    def _url(self, path: str) -> str:
        return f"http://{self.headers.get('Host')}{path}"

    def _articles(self, query: dict[str, str]) -> Json:
        found = list(self.store.items["articles"])
        wanted = query.get("filter[title]")
        if wanted is not None:
            found = [n for n in found if self.store.items["articles"][n]["title"] == wanted]
        page, size = _whole(query.get("page[number]", "1")), _whole(query.get("page[size]", "20"))
        if size > 20:
            raise Refused(422, "is too large")
        shown = found[(page - 1) * size : page * size]
        return {"data": [self._article(n) for n in shown], "meta": {"total": len(found)}}

    def _orders(self, query: dict[str, str]) -> Json:
        found = list(self.store.items["orders"])
        size, start = _whole(query.get("size", "20")), _whole(query.get("from", "1"))
        shown = found[start - 1 : start - 1 + size]
        links = {"self": {"href": self._url(self.path)}}
        if len(found) >= start + size:
            following = urlencode({"size": size, "from": start + size})
            links["next"] = {"href": self._url(f"/orders?{following}")}
        embedded = {"_embedded": {"orders": [self._order(n) for n in shown]}} if shown else {}
        return {"_links": links, **embedded}

    def _answer(self, status: int, document: Json, kind: str) -> None:
        self.send_response(status)
        media = JSON_API if kind == "articles" else HAL
        content = b"" if document is None else json.dumps(document).encode()
        if document is not None:
            self.send_header("Content-Type", "application/json" if "plain" in self.store.faults else media)
        if status == 405:
            self.send_header("Allow", self.allowed)
        if status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Say nothing."""


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 0 < int(text) < 10**9):
        raise Refused(422, "is no whole number from 1 up")
    return int(text)


def _number(text: str) -> Json:
    value = float(text)
    return value if abs(value) < 1e300 else _no_number(text)


def _no_number(text: str) -> Json:
    raise ValueError(text)


@contextmanager
def conventions(*faults: str) -> Iterator[str]:
    """The URL of such a server while it runs."""
    handler = type("Bound", (Handler,), {"store": Store(frozenset(faults))})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
