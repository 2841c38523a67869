"""``restproof proxy``: a reverse proxy that passes the requests of any client on to a target, and records them.

It is a server of the standard library, one thread for each connection, for the sake of exactness: what comes from the
target goes to the client byte by byte, repeated header fields and the framing that the client can read included, and
none of it is decoded, cached, followed or sent again.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPException, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import quote, urlsplit

from restproof.headers import Headers
from restproof.record.coding import KNOWN
from restproof.traffic.passed import Passed, Recording
from restproof.traffic.upstream import UNQUOTED, Origin, Upstream, reason_of

_HOP_BY_HOP = frozenset(
    {"connection", "expect", "keep-alive", "proxy-authorization", "proxy-connection", "te", "trailer"}
    | {"transfer-encoding", "upgrade"}
)
"""Header fields that are for the next hop (RFC 9110 §7.6.1), and what the proxy answers itself."""
_PIECE = 65_536
_LONGEST_LINE = 65_536
_NO_CONTENT = (204, 304)


class _Refused(Exception):
    """A request that cannot be passed on. The message is a sentence."""


class Proxy:
    """Listens on ``host``, at ``port`` (0: a free one), and passes on to ``origin`` while the ``with`` block runs."""

    def __init__(self, origin: Origin, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.origin = origin
        self.recording = Recording()
        self._began = time.monotonic()
        self._active = 0
        self._idle = threading.Condition()
        self._server = _Server((host, port), self)
        self.url = f"http://{host}:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)

    def _clock(self) -> float:
        return time.monotonic() - self._began

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        with self._idle:
            self._idle.wait_for(lambda: not self._active, timeout=5)

    @contextmanager
    def recorded(self, method: str, path: str, headers: Headers) -> Iterator[Passed]:
        """One exchange, which is recorded when the block ends, however it ends."""
        passed = self.recording.begin(self._clock, method, self.origin.base + path, headers)
        with self._idle:
            self._active += 1
        try:
            yield passed
        finally:
            self.recording.add(passed, self._clock())
            with self._idle:
                self._active -= 1
                self._idle.notify_all()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], proxy: Proxy) -> None:
        self.proxy = proxy
        super().__init__(address, _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: a client that goes away is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def setup(self) -> None:
        super().setup()
        self._upstream = Upstream(self.server.proxy.origin)

    def finish(self) -> None:
        self._upstream.close()
        super().finish()

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the recording tells more."""

    def __getattr__(self, name: str) -> Callable[[], None]:
        if name.startswith("do_"):  # whatever the method
            return self._pass_on
        raise AttributeError(name)

    def _pass_on(self) -> None:
        try:
            path, length = _path(self.requestline), _length(self.headers.get_all("Content-Length"))
        except _Refused as refused:
            self._tell(400, str(refused))
            return
        chunked = "chunked" in str(self.headers.get("Transfer-Encoding")).lower()
        headers = _end_to_end(tuple(self.headers.items()), drop_length=chunked)
        with self.server.proxy.recorded(self.command, path, _readable(headers)) as passed:
            pieces = self._chunks() if chunked else self._counted(length) if length is not None else None
            sent = None if pieces is None else _noted(pieces, passed)
            passed.sent.ended = sent is None
            framing: Headers = (("Transfer-Encoding", "chunked"),) if chunked else ()
            try:
                answer = self._upstream.send(self.command, path, (*passed.headers, *framing), sent, chunked=chunked)
            except _Refused as refused:
                self._upstream.close()
                passed.error = str(refused)
                self._tell(400, str(refused))
            except (OSError, HTTPException) as error:
                self._upstream.close()
                passed.error = "timeout" if isinstance(error, TimeoutError) else reason_of(error, self._host)
                self._tell(504 if isinstance(error, TimeoutError) else 502, reason_of(error, self._host))
            else:
                # What the target did not want to read of the request is no request of its own.
                self.close_connection = self.close_connection or not passed.sent.ended
                self._return(answer, passed)

    @property
    def _host(self) -> str:
        return self.server.proxy.origin.host

    # ------------------------------------------------------------------ the request

    def _counted(self, length: int) -> Iterator[bytes]:
        while length:
            try:
                piece = self.rfile.read1(min(_PIECE, length))
            except OSError:
                piece = b""
            if not piece:
                raise _Refused("the request broke off")
            length -= len(piece)
            yield piece

    def _chunks(self) -> Iterator[bytes]:
        while size := self._size():
            yield from self._counted(size)
            if self._line().strip():
                raise _Refused("a chunk of the request is longer than it says")
        while self._line().strip():
            pass  # trailers

    def _size(self) -> int:
        line = self._line().partition(b";")[0].strip()
        if not re.fullmatch(rb"[0-9A-Fa-f]{1,15}", line):
            raise _Refused("the chunks of the request cannot be read")
        return int(line, 16)

    def _line(self) -> bytes:
        try:
            return self.rfile.readline(_LONGEST_LINE)
        except OSError:
            raise _Refused("the request broke off") from None

    # ------------------------------------------------------------------ the answer

    def _return(self, answer: HTTPResponse, passed: Passed) -> None:
        """Hand an answer on as it comes."""
        headers = tuple(answer.headers.items())
        passed.status, passed.reason, passed.answered = answer.status, answer.reason, headers
        bare = self.command == "HEAD" or answer.status < 200 or answer.status in _NO_CONTENT
        counted = answer.getheader("Content-Length") is not None and not answer.chunked
        framed = bare or counted
        chunked = not framed and self.request_version >= "HTTP/1.1"
        self.close_connection = self.close_connection or not (framed or chunked)
        expected = 0 if bare else answer.length if counted else None
        try:
            self._head(answer.status, answer.reason, self._for_client(headers, chunked=chunked), chunked=chunked)
            while expected != 0 and (piece := answer.read1(_PIECE if expected is None else min(_PIECE, expected))):
                passed.got.add(piece)
                self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
                expected = None if expected is None else expected - len(piece)
            if chunked:
                self.wfile.write(b"0\r\n\r\n")
        except (OSError, HTTPException):
            expected = -1
        if expected:
            # One of the two has gone. What has not come is not known, and the client is told by the missing end.
            passed.got.ended = False
            self.close_connection = True
            self._upstream.close()
        answer.close()

    def _for_client(self, headers: Headers, *, chunked: bool) -> Iterator[tuple[str, str]]:
        """The header fields of an answer, where they name the target in the words of the client."""
        host = self.headers.get("Host")
        own = f"http://{host}" if host else self.server.proxy.url
        base = re.compile(re.escape(self.server.proxy.origin.base) + r"(?![^/?#>\"\s])")
        for name, value in _end_to_end(headers, drop_length=chunked):
            match name.lower():
                case "location" | "content-location" | "link":
                    yield name, base.sub(lambda _: own, value)
                case "set-cookie":
                    yield name, re.sub(r"(?i);\s*domain=[^;]*", "", value)
                case _:
                    yield name, value

    def _head(self, status: int, reason: str, headers: Iterator[tuple[str, str]], *, chunked: bool) -> None:
        lines = [f"HTTP/1.1 {status} {reason}", *(f"{name}: {value}" for name, value in headers)]
        lines += ["Transfer-Encoding: chunked"] if chunked else []
        lines += ["Connection: close"] if self.close_connection else []
        self.wfile.write("\r\n".join([*lines, "", ""]).encode("latin-1", "replace"))

    def _tell(self, status: int, sentence: str) -> None:
        """An answer of the proxy's own. What is left of the request is not read."""
        self.close_connection = True
        body = json.dumps({"restproof proxy": sentence}).encode()
        headers = iter([("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        self._head(status, "Bad Gateway" if status == 502 else "Error", headers, chunked=False)
        self.wfile.write(b"" if self.command == "HEAD" else body)


def _path(line: str) -> str:
    """The path and query of a request line, as they were sent; bytes that no URL has are encoded."""
    target = quote(line.split()[1], safe=UNQUOTED, encoding="latin-1")
    if target.startswith("/"):
        return target
    parts = urlsplit(target)
    if parts.scheme in ("http", "https"):
        return target[len(f"{parts.scheme}://{parts.netloc}") :] or "/"
    raise _Refused(f"{target} is no path: this is a reverse proxy, whose address stands for the target's")


def _length(found: list[str] | None) -> int | None:
    """The one Content-Length of a request."""
    if not found:
        return None
    if len(set(found)) > 1 or not re.fullmatch("[0-9]{1,18}", found[0].strip()):
        raise _Refused(f"Content-Length is {', '.join(found)}")
    return int(found[0])


def _end_to_end(headers: Headers, *, drop_length: bool = False) -> Headers:
    """The header fields that are not for one hop alone."""
    named = {n.strip().lower() for name, v in headers if name.lower() == "connection" for n in v.split(",")}
    named |= {"content-length"} if drop_length else set()
    return tuple((n, v) for n, v in headers if n.lower() not in _HOP_BY_HOP | named)


def _readable(headers: Headers) -> Headers:
    """The header fields of a request as they go on: to the target's host, and asking for codings that can be undone."""
    kept = tuple((n, v) for n, v in headers if n.lower() != "host")
    return tuple((n, _codings(v) if n.lower() == "accept-encoding" else v) for n, v in kept)


def _codings(accepted: str) -> str:
    known = [c.strip() for c in accepted.split(",") if c.partition(";")[0].strip().lower() in (*KNOWN, "identity")]
    return ", ".join(known) or "identity"


def _noted(pieces: Iterator[bytes], passed: Passed) -> Iterator[bytes]:
    for piece in pieces:
        passed.sent.add(piece)
        yield piece
    passed.sent.ended = True
