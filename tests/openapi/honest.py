"""A few lines of framework for honest servers: they keep what their OpenAPI document says, and nothing more.

A ``Service`` is routes over a store in memory, spoken over HTTP/1.1 by the standard library. It is independent of
restproof: no line of it is shared. ``faults`` names what a service does wrong on purpose.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

Json = Any


class Refused(Exception):
    """Ends a request with a status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass
class Request:
    """What a handler sees: parameters of the path, the query and the headers by name, and the JSON body."""

    method: str
    path: dict[str, str]
    query: dict[str, str]
    headers: Message
    text: bytes

    def body(self) -> dict[str, Json]:
        try:
            found = json.loads(self.text)
        except (ValueError, RecursionError):
            raise Refused(400, "the body is no JSON, or too deep") from None
        if not isinstance(found, dict):
            raise Refused(400, "the body is no object")
        return found


@dataclass(frozen=True)
class Answer:
    """A body with its media type and header fields of its own."""

    body: Json
    media: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[["Service", Request], tuple[int, Json]]


@dataclass
class Service:
    """Routes over a store: ``stores[name]`` holds items by id."""

    routes: Mapping[tuple[str, str], Handler]
    faults: frozenset[str] = frozenset()
    stores: dict[str, dict[Any, dict[str, Json]]] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    refusal: Callable[[int, str], Json] = lambda status, message: {"message": message}
    """The body of what is refused, by its status and message."""

    def store(self, name: str) -> dict[Any, dict[str, Json]]:
        return self.stores.setdefault(name, {})

    def number(self, name: str) -> int:
        self.numbers[name] = self.numbers.get(name, 0) + 1
        return self.numbers[name]

    def answer(self, method: str, target: str, headers: Message, text: bytes) -> tuple[int, Json, list[str]]:
        """Status, body and the methods that the path has."""
        parts = urlsplit(target)
        query = {n: v[-1] for n, v in parse_qs(parts.query, keep_blank_values=True).items()}
        known: list[str] = []
        wanted = "GET" if method == "HEAD" else method
        for (verb, template), handler in self.routes.items():
            form = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(template))
            found = re.fullmatch(form, parts.path)
            if found is None:
                continue
            known += [verb, *(["HEAD"] if verb == "GET" else [])]
            if verb == wanted:
                path = {n: unquote(v, errors="replace") for n, v in found.groupdict().items()}
                try:
                    with self.lock:
                        return (*handler(self, Request(method, path, query, headers, text)), known)
                except Refused as error:
                    return error.status, self.refusal(error.status, str(error)), known
        status = 405 if known else 404
        return status, self.refusal(status, "no"), known


@contextmanager
def serving(service: Service) -> Iterator[str]:
    """The base URL of a service, while it runs in a thread."""

    class Speaker(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def speak(self) -> None:
            length = self.headers.get("Content-Length", "0")
            text = self.rfile.read(int(length)) if length.isdigit() else b""
            status, body, known = service.answer(self.command, self.path, self.headers, text)
            told = body if isinstance(body, Answer) else Answer(body)
            sent = b"" if told.body is None else json.dumps(told.body).encode()
            self.send_response(status)
            if told.body is not None:
                self.send_header("Content-Type", told.media)
            for name, value in told.headers.items():
                self.send_header(name, value)
            if status == 405:
                self.send_header("Allow", ", ".join(dict.fromkeys(known)))
            if status == 401:
                self.send_header("WWW-Authenticate", "Bearer")
            if status != 204:
                self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            if self.command != "HEAD" and status != 204:
                self.wfile.write(sent)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = speak

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Speaker)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass(frozen=True)
class Text:
    """A text of at most ``most`` characters."""

    most: int = 80
    least: int = 0

    def fits(self, value: Json) -> bool:
        return isinstance(value, str) and self.least <= len(value) <= self.most


@dataclass(frozen=True)
class Of:
    """A value of a Python type; truth values are no numbers."""

    kind: type

    def fits(self, value: Json) -> bool:
        return isinstance(value, self.kind) and not (self.kind is int and isinstance(value, bool))


@dataclass(frozen=True)
class When:
    """A value that passes a test, or null where that is allowed."""

    test: Callable[[Json], bool]
    null: bool = False

    def fits(self, value: Json) -> bool:
        return self.null if value is None else self.test(value)


def whole(least: int, most: int, *, null: bool = False) -> When:
    """A whole number within bounds."""
    return When(lambda v: isinstance(v, int) and not isinstance(v, bool) and least <= v <= most, null)


Field = Text | Of | When


def checked(
    service: Service, body: dict[str, Json], fields: Mapping[str, Field], required: tuple[str, ...] = ()
) -> None:
    """Refuse with 400 what a schema does not allow."""
    for name in required:
        if name not in body and "required" not in service.faults:
            raise Refused(400, f"{name} is missing")
    for name, schema in fields.items():
        if name in body and not schema.fits(body[name]) and "types" not in service.faults:
            raise Refused(400, f"{name} is wrong")


def numbered(request: Request, store: dict[Any, dict[str, Json]], name: str = "id") -> dict[str, Json]:
    """The item that the path names by a number. Raises 404."""
    text = request.path[name]
    if not re.fullmatch(r"[0-9]{1,18}", text) or int(text) not in store:
        raise Refused(404, "there is none")
    return store[int(text)]
