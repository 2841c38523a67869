"""A second server of the bundled API, written from the text of its description alone: nothing of ``restproof`` is
imported.

``python -m tests.independent.server --variety A`` prints one line of JSON (port, tokens, companies) and serves until
it is stopped. ``--fault NAME``
breaks one thing. Standard library only.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gzip
import json
import math
import secrets
import socket
import ssl
import sys
from email.utils import formatdate
from typing import Any
from xml.sax.saxutils import escape

from . import seeded
from .access import Answer, Request
from .api import MEBIBYTE, Api
from .faults import FAULTS
from .seeded import on
from .variety import VARIETIES

_LARGEST_HEAD = 1 << 17
_LARGEST_BODY = 64 << 20
_REASONS = {
    200: "OK",
    201: "Created",
    202: "Accepted",
    204: "No Content",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
}


class BadRequest(Exception):
    """Bytes that are not HTTP: answered with 400, and the connection closes."""


class Connection:
    """One connection: requests in, answers out, one after the other."""

    def __init__(self, api: Api, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, scheme: str) -> None:
        self.api, self.reader, self.writer, self.scheme = api, reader, writer, scheme
        self.answered = 0

    async def serve(self) -> None:
        try:
            while await self._one():
                pass
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        except (BadRequest, asyncio.LimitOverrunError):
            self.writer.write(self._encoded(Answer(400, {"message": "that is not HTTP"}), None, close=True))
        self.writer.close()

    async def _one(self) -> bool:
        head = await self.reader.readuntil(b"\r\n\r\n")
        request, version = self._head(head)
        if request.headers.get("expect", "").lower() == "100-continue":
            self.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        length = request.headers.get("content-length", "")
        hasty = self.api.variety.hasty and length.isdecimal() and int(length) > MEBIBYTE
        request.body = b" " * (MEBIBYTE + 1) if hasty else await self._body(request)
        self.answered += 1
        every = self.api.variety.close_every
        close = (
            version == "HTTP/1.0"
            or "close" in request.headers.get("connection", "").lower()
            or bool(every and self.answered % every == 0)
            or hasty
        )
        if on("slow-nested") and request.body.count(b"[") > 500:
            await asyncio.sleep(12)
        if on("slow-name-filter") and "%27" in request.target:
            await asyncio.sleep(12)
        answer = await self.api.answer(request)
        if on("flaky-500") and self.api.count % 150 == 0:
            answer = Answer(500, {"message": "internal error"})
        self.writer.write(self._encoded(answer, request, close=close))
        await self.writer.drain()
        if hasty:
            await self._forget_rest()
        return not close

    async def _forget_rest(self) -> None:
        """Reads on for a moment, so that the client sees the answer and not a reset connection."""
        if self.writer.can_write_eof():
            self.writer.write_eof()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1):
                while await self.reader.read(_LARGEST_HEAD):
                    pass

    def _head(self, head: bytes) -> tuple[Request, str]:
        lines = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
        parts = lines[0].split(" ")
        if (
            len(parts) != 3
            or not parts[0].isalpha()
            or parts[2] not in ("HTTP/1.1", "HTTP/1.0")
            or not parts[1].startswith("/")
        ):
            raise BadRequest
        headers: dict[str, str] = {}
        for line in lines[1:]:
            name, colon, value = line.partition(":")
            if not colon or not name or name != name.strip():
                raise BadRequest
            headers[name.lower()] = value.strip()
        request = Request(parts[0], parts[1], headers, origin=f"{self.scheme}://{headers.get('host', 'localhost')}")
        return request, parts[2]

    async def _body(self, request: Request) -> bytes:
        coded, length = request.headers.get("transfer-encoding"), request.headers.get("content-length")
        if coded is not None:
            if coded.lower() != "chunked" or length is not None:
                raise BadRequest
            return await self._chunks()
        if length is None:
            return b""
        if not length.isdecimal() or int(length) > _LARGEST_BODY:
            raise BadRequest
        return await self.reader.readexactly(int(length))

    async def _chunks(self) -> bytes:
        found = b""
        while True:
            line = (await self.reader.readuntil(b"\r\n")).split(b";")[0].strip()
            try:
                size = int(line, 16)
            except ValueError:
                raise BadRequest from None
            chunk = await self.reader.readexactly(size + 2)
            if size == 0:
                return found
            found += chunk[:-2]

    # ------------------------------------------------------------------ answers

    def _encoded(self, answer: Answer, request: Request | None, *, close: bool) -> bytes:
        variety = self.api.variety
        headers = {"Date": formatdate(self.api.state.now(), usegmt=True), **answer.headers}
        if on("no-date"):
            del headers["Date"]
        body, media = self._content(answer, request)
        if request is not None and request.method == "HEAD":
            body = b""
        if body and media:
            headers["Content-Type"] = media
        coding = request.headers.get("accept-encoding", "") if request else ""
        if variety.gzip and len(body) > 600 and "gzip" in coding:
            body = gzip.compress(body, 1)
            headers["Content-Encoding"] = "gzip"
            headers["Vary"] = "Accept-Encoding"
        chunked = variety.chunked and len(body) > 200 and not close
        if chunked:
            headers["Transfer-Encoding"] = "chunked"
            half = len(body) // 2
            body = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (body[:half], body[half:])) + b"0\r\n\r\n"
        elif answer.status != 204 or on("delete-204-body"):
            headers["Content-Length"] = str(len(body))
        if close:
            headers["Connection"] = "close"
        names = str.lower if variety.lower_headers else str
        lines = [
            f"HTTP/1.1 {answer.status} {_REASONS.get(answer.status, 'Whatever')}",
            *(f"{names(n)}: {v}" for n, value in headers.items() for v in self._lines(n, value)),
        ]
        early = b"HTTP/1.1 103 Early Hints\r\nLink: </api>; rel=preload\r\n\r\n" if variety.early_hints else b""
        return early + "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body

    def _lines(self, name: str, value: str) -> list[str]:
        """The values of a header's lines: one, or one for each member of a list."""
        listed = self.api.variety.split_headers and name in ("Link", "Allow")
        return value.split(", ") if listed else [value]

    def _content(self, answer: Answer, request: Request | None) -> tuple[bytes, str]:
        if answer.raw is not None:
            return answer.raw, answer.media
        if answer.body is None:
            return b"", ""
        accept = request.headers.get("accept", "*/*").lower() if request else "*/*"
        unwanted = not any(word in accept for word in ("json", "*/*", "application/*"))
        value = answer.body
        if unwanted and on("xml-on-accept") and "xml" in accept:
            return f"<?xml version='1.0'?><answer>{escape(str(value))}</answer>".encode(), "application/xml"
        text = json.dumps(
            value,
            ensure_ascii=self.api.variety.ascii_json,
            sort_keys=self.api.variety.sorted_keys,
            indent=1 if self.api.variety.pretty else None,
            separators=None if self.api.variety.pretty else (",", ":"),
        )
        if request is not None:
            text, media = self._spoilt(text, answer, request)
        else:
            media = answer.media
        return text.encode("latin-1" if on("latin1-json") else "utf-8", "replace"), media

    def _spoilt(self, text: str, answer: Answer, request: Request) -> tuple[str, str]:
        media = answer.media
        if self.api.variety.pretty and media == "application/json":
            media = "application/problem+json" if answer.status >= 400 else "Application/JSON;charset=UTF-8"
        if on("duplicate-keys") and isinstance(answer.body, dict) and "display_name" in answer.body:
            text = text[:-1] + f',"name":{json.dumps(answer.body["name"])}}}'
        if on("nan") and '"latitude":null' in text:
            text = text.replace('"latitude":null', '"latitude":NaN', 1)
        if on("bom"):
            text = "\ufeff" + text
        if on("trailing-comma") and isinstance(answer.body, list) and len(answer.body) > 1:
            text = text[:-1] + ",]"
        if on("json-as-text") and isinstance(answer.body, list) and "/rfis" in request.path:
            media = "text/plain"
        if on("html-type") and answer.status == 201:
            media = "text/html; charset=utf-8"
        if on("type-missing") and isinstance(answer.body, list):
            media = ""
        if (
            on("wrapped-read")
            and request.method == "GET"
            and "/project_types/" in request.path
            and answer.status == 200
        ):
            text = f'{{"project_type":{text}}}'
        if on("wrapped-list") and isinstance(answer.body, list) and request.path.endswith("/programs"):
            text = f'{{"programs":{text}}}'
        return text, media


async def run(arguments: argparse.Namespace) -> None:
    told = {name: secrets.token_urlsafe(24) for name in ("full", "read_only", "foreign", "throttled")}
    told |= {n: v for n in told if (v := getattr(arguments, n))}
    api = Api(told, VARIETIES[arguments.variety])
    context = None
    if arguments.cert:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(arguments.cert, arguments.key)

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        found = writer.get_extra_info("socket")
        found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await Connection(api, reader, writer, "https" if context else "http").serve()

    server = await asyncio.start_server(connected, "127.0.0.1", arguments.port, ssl=context, limit=_LARGEST_HEAD)
    port = server.sockets[0].getsockname()[1]
    ids = {"company": 5, "other_company": 6, "foreign_company": 7}
    line: dict[str, Any] = {
        "port": port,
        "credentials": told,
        "ids": ids,
        "limit_window": math.ceil(api.variety.small_window),
    }
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
    async with server:
        await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(description="an independent server of the bundled API")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--variety", choices=sorted(VARIETIES), default="A")
    parser.add_argument("--fault", action="append", default=[], choices=sorted(FAULTS), metavar="NAME")
    parser.add_argument("--cert")
    parser.add_argument("--key")
    for name in ("full", "read-only", "foreign", "throttled"):
        parser.add_argument(f"--{name}", help=f"the token of the credential {name}")
    arguments = parser.parse_args()
    seeded.ACTIVE.update(arguments.fault)
    try:
        asyncio.run(run(arguments))
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
