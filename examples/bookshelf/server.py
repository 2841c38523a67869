"""A small service to prove: books on a shelf, kept in memory. Standard library only.

python server.py [PORT]
"""

from __future__ import annotations

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

WRITABLE = {"title": str, "pages": int, "lent": bool}
BOOKS: dict[int, dict[str, Any]] = {}
LOCK = Lock()


IDS = count(1)


class Refused(Exception):
    def __init__(self, status: int, message: str, allow: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.allow = allow


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body leave together

    def handle_one(self) -> None:
        length = self.headers.get("Content-Length") or "0"
        allow = ""
        try:
            if not (length.isascii() and length.isdecimal()):
                self.close_connection = True
                raise Refused(400, "the length of the body is no number")
            status, answer = self.answer(self.rfile.read(int(length)))
        except Refused as refused:
            status, answer, allow = refused.status, {"error": str(refused)}, refused.allow
        data = b"" if answer is None else json.dumps(answer).encode()
        self.send_response(status)
        if allow:
            self.send_header("Allow", allow)
        if answer is not None:
            self.send_header("Content-Type", "application/json")
        if status != 204:
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = do_HEAD = do_OPTIONS = handle_one

    def answer(self, body: bytes) -> tuple[int, Any]:
        parts = urlsplit(self.path).path.strip("/").split("/")
        if parts[0] != "books" or len(parts) > 2:
            raise Refused(404, "there is no such path")
        with LOCK:
            if len(parts) == 1:
                return self.collection(body)
            return self.item(parts[1], body)

    def collection(self, body: bytes) -> tuple[int, Any]:
        if self.command == "GET":
            return 200, list(BOOKS.values())
        if self.command != "POST":
            raise Refused(405, "a collection takes GET and POST", "GET, POST")
        given = self.checked(body)
        if "title" not in given:
            raise Refused(422, "title is missing")
        book = {"id": next(IDS), "pages": None, "lent": False, **given}
        BOOKS[book["id"]] = book
        return 201, book

    def item(self, name: str, body: bytes) -> tuple[int, Any]:
        book = BOOKS.get(int(name)) if name.isascii() and name.isdecimal() and len(name) < 10 else None
        if self.command not in ("GET", "PATCH", "DELETE"):
            raise Refused(405, "a book takes GET, PATCH and DELETE", "GET, PATCH, DELETE")
        if book is None:
            raise Refused(404, "there is no such book")
        if self.command == "PATCH":
            book.update(self.checked(body))
        if self.command == "DELETE":
            del BOOKS[book["id"]]
            return 204, None
        return 200, book

    def checked(self, body: bytes) -> dict[str, Any]:
        """The members of a body that a client may set. Raises ``Refused``."""
        if self.headers.get_content_type() != "application/json":
            raise Refused(415, "the body must be application/json")
        try:
            given = json.loads(body)
        except (ValueError, RecursionError):
            raise Refused(400, "the body is no JSON") from None
        if not isinstance(given, dict):
            raise Refused(400, "the body is no object")
        for name, value in given.items():
            if name not in WRITABLE:
                continue
            if value is None and name == "pages":
                continue
            if type(value) is not WRITABLE[name]:
                raise Refused(422, f"{name} has the wrong type")
        if given.get("title") == "":
            raise Refused(422, "title is empty")
        if (given.get("pages") or 1) < 1:
            raise Refused(422, "pages must be positive")
        return {name: value for name, value in given.items() if name in WRITABLE}

    def log_message(self, format: str, *args: Any) -> None:
        pass


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8000
    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
