"""A plain request over a connection that is kept, and its plain answer, without what a general client does for others.

Nearly all requests of a run are of this kind: a few fields that can be said in one piece, an answer with a
Content-Length. urllib3 and the standard library take more than twice the time for them. What is not plain in every byte
goes their way: the first request of a connection, requests through a proxy or over HTTP/2, odd heads, chunked,
compressed or long bodies, an answer that ends the connection. What has been read of such an answer is handed to them.
"""

from __future__ import annotations

import errno
import re
import select
import threading
import time
from contextlib import suppress
from functools import lru_cache
from http.client import HTTPException, IncompleteRead, RemoteDisconnected
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, cast

from urllib3 import BaseHTTPResponse, HTTPConnectionPool, HTTPHeaderDict, HTTPResponse, HTTPSConnectionPool
from urllib3.connection import HTTPConnection
from urllib3.exceptions import ProtocolError

from restproof.wire.failure import TransportError, describe
from restproof.wire.fields import TOKEN, Fields
from restproof.wire.head import MOST_LINES, Answering, FinalResponse, behind, seconds_to
from restproof.wire.message import Headers

if TYPE_CHECKING:
    import socket

    Mixed = HTTPConnectionPool
else:
    Mixed = object

_PIECE = 64 * 1024
_LONGEST_BODY = 1024 * 1024
_LOOK = 64
_WITHOUT_CONTENT = frozenset({"GET", "DELETE", "OPTIONS"})
_METHODS = _WITHOUT_CONTENT | {"POST", "PUT", "PATCH"}
_NO_ANSWER = (errno.EPIPE, errno.ECONNRESET, errno.EPROTOTYPE)
"""How a write fails where the server may have answered before it has read all."""

_TARGET = re.compile(r"/[!-~]*")
_STATUS = re.compile(rb"HTTP/1\.1 ([2-5][0-9]{2}) ([!-~](?:[ -~]*[!-~])?)")
_FIELD = re.compile(f"({TOKEN}): ([!-~](?:[ -~]*[!-~])?)".encode())
_LENGTH = re.compile(r"[0-9]{1,7}")
_SHORT = 200
"""Bytes of a header line up to which what it says is kept: most of them come with every answer."""
_ODD = frozenset({"transfer-encoding", "content-encoding", "connection"})
"""Fields that change how an answer is read, or what becomes of its connection."""


class Whole(NamedTuple):
    """An answer that was read to its end. ``behind``: what came behind it on its connection."""

    status: int
    reason: str
    headers: Headers
    body: bytes
    behind: str = ""


class Connection(Protocol):
    """What is asked of a connection: its socket, where it leads, and what is known of its exchange."""

    sock: socket.socket
    host: str
    port: int
    default_port: int
    thread: threading.local
    begun: bytes
    source: Answering | None
    served: int | None
    unheard: bool

    @property
    def is_closed(self) -> bool: ...

    def has_come(self) -> bool: ...

    def send(self, data: bytes) -> None: ...

    def response_class(self, sock: socket.socket, *, method: str) -> FinalResponse: ...

    def close(self) -> None: ...


class Asked(HTTPConnection):
    """A connection that is asked twice for each request whether something has come: what asks is made once."""

    def connect(self) -> None:
        super().connect()
        self._coming = select.poll()
        self._coming.register(self.sock, select.POLLIN)

    def has_come(self) -> bool:
        """Whether there is something to read, were it the end of the connection."""
        return bool(self._coming.poll(0))

    @property
    def is_connected(self) -> bool:
        return self.sock is not None and not self.has_come()


class DirectPool(Mixed):
    """A pool of connections that sends what is plain itself. ``thread``: what is known of the exchange of each
    thread."""

    thread: threading.local

    def plainly(
        self, method: str, target: str, headers: HTTPHeaderDict, body: bytes | None, seconds: float
    ) -> BaseHTTPResponse | Whole | None:
        """The answer to a request that is plain and finds a connection open; ``None``, and nothing sent, to any other.
        Raises as :meth:`_answered`."""
        fields = said(method, target, headers, body) if "start" not in self.thread.__dict__ else None
        if fields is None:
            return None
        connection = cast(Connection, self._get_conn())
        if connection.is_closed or not connection.host.isascii():
            self._put_conn(cast(Any, connection))
            return None
        head = f"{method} {target} HTTP/1.1\r\n{_host(connection, headers)}{fields}\r\n".encode("ascii")
        return self._answered(connection, method, target, head + (body or b""), seconds)

    def _answered(
        self, connection: Connection, method: str, url: str, data: bytes, seconds: float
    ) -> BaseHTTPResponse | Whole:
        """The answer to ``data``. Raises ``TransportError`` where it was broken off, else as urllib3 does."""
        thread = self.thread
        thread.until = time.monotonic() + seconds
        thread.connection, connection.served, connection.source = connection, None, None
        try:
            with suppress(BrokenPipeError):
                _sent(connection, data)
            come = _come(connection, thread.until)
            found = read(come, connection, thread.until)
            if found is None:
                connection.begun = come
                return self._usual(connection, method, url)
        except (OSError, HTTPException) as error:
            self._given_up(connection)
            raise ProtocolError("Connection aborted.", error) from error
        except BaseException:
            self._given_up(connection)
            raise
        self._put_conn(cast(Any, connection))
        return found

    def _given_up(self, connection: Connection) -> None:
        connection.close()
        self._put_conn(cast(Any, connection))

    def _usual(self, connection: Connection, method: str, url: str) -> HTTPResponse:
        """The answer as the standard library reads it."""
        found = connection.response_class(connection.sock, method=method)
        found.begin()
        if found.will_close:
            connection.close()
        return HTTPResponse(
            body=cast(Any, found),
            headers=HTTPHeaderDict(found.headers.items()),
            status=found.status,
            version=found.version,
            reason=found.reason,
            preload_content=False,
            decode_content=False,
            original_response=cast(Any, found),
            pool=self,
            connection=cast(Any, connection),
            request_method=method,
            request_url=url,
        )


class Plain(DirectPool, HTTPConnectionPool):
    """Kept connections without TLS."""


class Secure(DirectPool, HTTPSConnectionPool):
    """Kept connections over TLS."""


def said(method: str, target: str, headers: HTTPHeaderDict, body: bytes | None) -> str | None:
    """The fields of a request as urllib3 would send them, but for Host; ``None`` where it would do more than write them
    down."""
    written = (headers if isinstance(headers, Fields) else Fields(headers)).written
    if written is None or method not in _METHODS or not _TARGET.fullmatch(target):
        return None
    if "content-length" in headers:
        return written
    if body is not None:
        return None
    return written if method in _WITHOUT_CONTENT else f"Content-Length: 0\r\n{written}"


def _host(connection: Connection, headers: HTTPHeaderDict) -> str:
    if "host" in headers:
        return ""
    host = f"[{connection.host}]" if ":" in connection.host else connection.host
    port = "" if connection.port == connection.default_port else f":{connection.port}"
    return f"Host: {host}{port}\r\n"


def _sent(connection: Connection, data: bytes) -> None:
    """Send. Raises ``BrokenPipeError`` where there may be an answer all the same, else ``OSError``."""
    try:
        connection.send(data)
    except OSError as error:
        if error.errno in _NO_ANSWER:
            raise BrokenPipeError from error
        raise


def _come(connection: Connection, until: float) -> bytes:
    """What comes at once: nearly always a whole head. Raises ``OSError``, ``RemoteDisconnected`` where nothing does."""
    connection.sock.settimeout(seconds_to(until))
    come = connection.sock.recv(_PIECE)
    if not come:
        raise RemoteDisconnected("Remote end closed connection without response")
    return come


def read(come: bytes, connection: Connection, until: float) -> Whole | None:
    """The answer of which ``come`` is the beginning; ``None``, and nothing more read, where it is not plain. Raises
    ``TransportError`` where it is broken off: that is an answer begun, and no connection that had gone stale."""
    head, end, rest = come.partition(b"\r\n\r\n")
    status, *lines = head.split(b"\r\n")
    begun = _STATUS.fullmatch(status)
    if not (end and begun) or len(lines) >= MOST_LINES or connection.unheard:
        return None
    headers = tuple(map(_field, lines))
    by_name = {field[0].lower(): field[1] for field in headers if field}
    if len(by_name) != len(headers) or not by_name.keys().isdisjoint(_ODD):
        return None
    code = int(begun[1])
    length = "0" if code in (204, 304) else by_name.get("content-length", "")
    if not _LENGTH.fullmatch(length) or int(length) > _LONGEST_BODY:
        return None
    try:
        whole = _to_its_end(rest, int(length), connection, until)
    except (OSError, HTTPException) as failure:
        raise TransportError(describe(cast(OSError, failure))) from failure
    body, surplus = whole[: int(length)], whole[int(length) :] or _at_hand(connection)
    if surplus:
        connection.close()  # nothing more is sent there (RFC 9112 §6.3)
    return Whole(code, begun[2].decode("ascii"), cast(Headers, headers), body, behind(surplus))


def _field(line: bytes) -> tuple[str, str] | None:
    """The name and the value of a header line, ``None`` where it is not plain."""
    return _read_once(line) if len(line) <= _SHORT else _read_anew(line)


def _read_anew(line: bytes) -> tuple[str, str] | None:
    found = _FIELD.fullmatch(line)
    return (found[1].decode("ascii"), found[2].decode("ascii")) if found else None


_read_once = lru_cache(4096)(_read_anew)


def _to_its_end(rest: bytes, length: int, connection: Connection, until: float) -> bytes:
    parts, size = [rest], len(rest)
    while size < length:
        connection.sock.settimeout(seconds_to(until))
        piece = connection.sock.recv(_PIECE)
        if not piece:
            raise IncompleteRead(b"".join(parts), length - size)
        parts.append(piece)
        size += len(piece)
    return b"".join(parts)


def _at_hand(connection: Connection) -> bytes:
    """What has come already."""
    # A read that finds nothing ends with an error, which costs much more than to ask.
    if connection.has_come():
        connection.sock.settimeout(0)
        with suppress(OSError):
            return connection.sock.recv(_LOOK)
    return b""
