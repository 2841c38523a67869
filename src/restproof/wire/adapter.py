"""The HTTP adapter of the session: one connection pool, no proxies, no cookies, the request target verbatim.

It builds on :class:`requests.adapters.HTTPAdapter` and leaves ``send`` alone, so that the ``responses`` library,
which replaces exactly that method, can answer instead of a server. What it overrides is what costs time on every
request (the pool look-up, the cookie jar) or would change what is sent; what is plain goes past it, where nothing
replaces it.
"""

from __future__ import annotations

import re
import socket
import ssl
import threading
import time
from base64 import b64encode
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from threading import Barrier, BrokenBarrierError
from typing import Any, cast
from urllib.parse import unquote, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import BaseHTTPResponse, HTTPConnectionPool, HTTPHeaderDict, HTTPSConnectionPool
from urllib3.connection import HTTPConnection
from urllib3.util import Url, parse_url

from restproof.config import Target
from restproof.wire.head import Answering, FinalResponse, behind, seconds_to
from restproof.wire.kept import Asked, DirectPool, Plain, Secure, Whole
from restproof.wire.raw import Certificate, tls_context
from restproof.wire.stop import STOP

_LOOK = 64
"""Bytes that tell a second answer from others."""
_REAL = HTTPAdapter.__module__
"""Where ``send`` comes from, unless something stands in for the network."""
_SENDABLE = re.compile(r"(?:http://[!-~]+)?/[!-~]*")
_QUICKLY = getattr(socket, "TCP_QUICKACK", None)
"""Linux alone has it, and forgets it as it sends."""
_READY = 1.0
"""Seconds for which requests that are to be sent together wait for each other."""


class Prepared(requests.PreparedRequest):
    """A prepared request whose parts nobody rewrites."""

    def __init__(self, method: str, base: str, target: str, headers: HTTPHeaderDict, body: bytes | None) -> None:
        super().__init__()
        self.method = method
        self.url = base + target
        self.target = target
        # requests asks for its own mapping type; urllib3's keeps repeated headers, which a hostile request may hold.
        self.headers = headers  # type: ignore[assignment]
        self.body = body


class WireAnswer(requests.Response):
    """A response with nothing but what came over the wire. A stub may set ``elapsed`` (and ``began``, in seconds
    since its run began) to what was recorded. ``behind``: what came behind it on its connection; ``whole``: the answer,
    where it was read to its end already."""

    def __init__(self, raw: BaseHTTPResponse | Whole, request: requests.PreparedRequest) -> None:
        # requests' own constructor makes a cookie jar, which costs more than everything else here together.
        self.status_code = raw.status
        self.reason = raw.reason or ""
        self.headers = raw.headers  # type: ignore[assignment]
        self.url = str(request.url)
        self.request = request
        self.raw = raw
        self.whole = raw if isinstance(raw, Whole) else None
        self.elapsed = timedelta(0)
        self.began: float | None = None
        self.behind = "" if self.whole is None else self.whole.behind
        self.encoding = None
        self.history = []
        self._content: Any = False
        self._content_consumed = False


class Adapter(HTTPAdapter):
    """Sends to one origin. ``ca_bundle`` is a file or directory of trusted certificates; by default those of
    certifi. ``certificate``: the file of our own certificate, and of its key where that is apart. ``proxy``: the URL of
    one to go through; ``unix_socket``: where the origin listens on this machine, in place of its host and port;
    ``http2``: speak HTTP/2 and nothing else, which needs h2."""

    def __init__(
        self,
        origin: str,
        *,
        ca_bundle: Path | None,
        certificate: Certificate | None = None,
        proxy: str | None = None,
        unix_socket: Path | None = None,
        http2: bool = False,
        connections: int = 16,
    ) -> None:
        super().__init__(pool_connections=1, pool_maxsize=connections)
        self._connections = connections
        parts = urlsplit(origin)
        self._host, self._port = str(parts.hostname), parts.port
        self._proxy = None if proxy is None else parse_url(proxy)
        self._unix_socket = unix_socket
        self._tls = tls_context(ca_bundle, certificate) if parts.scheme == "https" else None
        self._spoken = () if not http2 else _http2(self._tls)
        self._thread = threading.local()
        self._pool = self._new_pool()

    def _bare_pool(self) -> HTTPConnectionPool:
        """A pool of connections to the origin, or to the proxy before it."""
        if self._tls is not None:
            tunnel: dict[str, Any] = {}
            if self._proxy is not None:
                tunnel = {"_proxy": self._proxy, "_proxy_headers": proxy_headers(self._proxy)}
            kind: type[HTTPSConnectionPool] = HTTPSConnectionPool if tunnel or self._spoken else Secure
            return kind(self._host, self._port, maxsize=self._connections, ssl_context=self._tls, **tunnel)
        if self._proxy is not None:
            return HTTPConnectionPool(str(self._proxy.host), self._proxy.port or 80, maxsize=self._connections)
        plain = HTTPConnectionPool if self._spoken else Plain
        return plain(self._host, self._port, maxsize=self._connections)

    def _new_pool(self) -> HTTPConnectionPool:
        pool = self._bare_pool()
        # Over TLS a proxy is told before, and the server never.
        for_proxy = {} if self._proxy is None or self._tls is not None else proxy_headers(self._proxy)
        own = {"thread": self._thread, "unix_socket": self._unix_socket, "for_proxy": for_proxy}
        pool.ConnectionCls = type("Connection", (_Bounded, *self._spoken, Asked, pool.ConnectionCls), own)
        if isinstance(pool, DirectPool):
            pool.thread = self._thread
        return pool

    def answer(self, request: Prepared, timeout: float) -> WireAnswer:
        """Send ``request``; ``timeout``: seconds for the whole of it. Raises what requests, urllib3 and the system
        raise."""
        if isinstance(self._pool, DirectPool) and HTTPAdapter.send.__module__ == _REAL:
            its: Any = request
            found = self._pool.plainly(its.method, request.target, its.headers, its.body, timeout)
            if found is not None:
                return WireAnswer(found, request)
        return cast(WireAnswer, self.send(request, stream=False, timeout=timeout, verify=True))

    def connected(self) -> bool:
        """Whether this thread has opened a connection since it last asked."""
        newly: bool = getattr(self._thread, "connected", False)
        self._thread.connected = False
        return newly

    def odd_lines(self) -> list[tuple[str, str]]:
        """The header lines of this thread's last answer that are no fields: what stands before and behind the colon."""
        found: list[tuple[str, str]] = self._thread.__dict__.pop("odd", [])
        return found

    def behind(self) -> str:
        """What came on the connection behind this thread's last answer, whose end was read: then nothing more is sent
        there (RFC 9112 §6.3)."""
        answered: _Bounded | None = self._thread.__dict__.get("connection")
        if answered is None or answered.source is None:
            return ""
        found = behind(answered.source.behind)
        if found:
            answered.close()
        return found

    def numbered(self, n: int) -> None:
        """The last exchange of this thread has the number ``n``."""
        if (answered := self._thread.__dict__.pop("connection", None)) is not None:
            answered.served = n

    def belated(self) -> list[tuple[int, str]]:
        """What this thread has found on kept connections before it used them again: the number of the exchange behind
        whose answer it came, and what it was."""
        found: list[tuple[int, str]] = self._thread.__dict__.pop("belated", [])
        return found

    def wait_for(self, start: Barrier) -> None:
        """Have this thread's next request wait, its connection open, until the other parties of ``start`` are as far
        (a second at most)."""
        self._thread.start = start

    def forget_connections(self) -> None:
        """Closes the idle connections: the next request opens a new one."""
        old, self._pool = self._pool, self._new_pool()
        old.close()

    def close(self) -> None:
        self._pool.close()

    def get_connection_with_tls_context(self, *_: Any, **__: Any) -> HTTPConnectionPool:
        return self._pool

    def cert_verify(self, *_: Any, **__: Any) -> None:
        """Nothing: the pool's TLS context verifies."""

    def request_url(self, request: requests.PreparedRequest, proxies: Any) -> str:
        target: str = request.target if isinstance(request, Prepared) else request.path_url
        if self._proxy is not None and self._tls is None:
            target = str(request.url)  # the absolute form (RFC 9112 §3.2.2)
        self._thread.target = target
        return target

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> WireAnswer:
        return WireAnswer(resp, req)


def adapter_to(origin: str, target: Target) -> Adapter:
    """What sends to a target, whose scheme, host and port are ``origin``. Raises ``OSError`` for a file that is of no
    use."""
    return Adapter(
        origin,
        ca_bundle=target.ca_bundle,
        certificate=target.certificate,
        proxy=target.proxy,
        unix_socket=target.socket,
        http2=target.http2,
    )


class _Bounded(HTTPConnection):
    """Tells its thread that it has opened a connection, which nothing public of urllib3 tells, and holds the whole
    exchange, from the first byte sent to the last one received, to one deadline.

    ``thread``: what is known of the exchange of each thread; ``unix_socket``: in place of host and port; ``for_proxy``:
    header fields for a proxy that reads the request; ``unheard``: whether a write has failed; ``begun``: what has been
    read of the next answer; ``is_tcp``: whether it is one of TCP."""

    thread: threading.local
    unix_socket: Path | None
    for_proxy: Mapping[str, str]
    timeout: float  # each request sets it
    held: list[bytes] | None = None
    source: Answering | None = None
    served: int | None = None
    unheard = False
    begun = b""
    is_tcp = False

    def response_class(  # type: ignore[override]
        self, sock: socket.socket, *arguments: Any, **options: Any
    ) -> FinalResponse:
        begun, self.begun = self.begun, b""
        found = FinalResponse(sock, *arguments, until=self.thread.until, begun=begun, unheard=self.unheard, **options)
        self.thread.odd = found.odd
        self.source = found.source
        self.served = None  # until this answer has its number: another thread may look here before
        self.thread.connection = self
        return found

    @property
    def is_connected(self) -> bool:
        """Whether nothing has come since the last answer, not even the end of the connection."""
        if super().is_connected:
            return True
        if self.sock is not None and self.served is not None:
            self.sock.settimeout(0)
            with suppress(OSError):
                if found := behind(self.sock.recv(_LOOK)):
                    self.thread.__dict__.setdefault("belated", []).append((self.served, found))
        return False

    def connect(self) -> None:
        self.thread.connected = True
        self.unheard = False
        self.thread.until = time.monotonic() + self.timeout  # a proxy answers before the request is sent
        with STOP.waiting():
            super().connect()
        self.is_tcp = self.sock.family in (socket.AF_INET, socket.AF_INET6)
        STOP.opened(id(self), self.sock)

    def close(self) -> None:
        STOP.closed(id(self))
        super().close()

    def _new_conn(self) -> socket.socket:
        if self.unix_socket is None:
            return super()._new_conn()
        return local_connection(self.unix_socket, self.timeout)

    def request(self, method: str, url: str, *arguments: Any, **options: Any) -> None:
        start = self.thread.__dict__.pop("start", None)
        planned = self.thread.__dict__.pop("target", url)
        if _SENDABLE.fullmatch(planned):  # urllib3 writes %ff as %FF and %zz as %25zz: another text than was signed
            url = planned
        if self.is_closed:
            self.connect()
        if start is not None:
            with suppress(BrokenBarrierError):  # others are not ready: then this one goes ahead
                start.wait(_READY)
        self.thread.until = time.monotonic() + self.timeout
        if self.for_proxy:
            options["headers"] = HTTPHeaderDict(options["headers"], **self.for_proxy)
        self.held = []
        try:
            super().request(method, url, *arguments, **options)
            whole = b"".join(self.held)
        finally:
            self.held = None
        self.send(whole)

    def send(self, data: bytes) -> None:  # type: ignore[override]
        if self.held is not None:  # head and body leave together: one piece is one record of TLS
            self.held.append(data)
            return
        left = memoryview(data)
        try:
            while left:
                self.sock.settimeout(seconds_to(self.thread.until))
                left = left[self.sock.send(left) :]
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError) as error:
            self.unheard = True
            raise BrokenPipeError("the server has ended the connection") from error  # as without TLS
        except OSError:
            self.unheard = True
            raise
        if _QUICKLY is not None and self.is_tcp:
            # Many a server writes head and body apart, and waits with the second until the first is acknowledged, which
            # a client puts off for 40 ms (RFC 1122 §4.2.3.2 and §4.2.3.4).
            with suppress(OSError):
                self.sock.setsockopt(socket.IPPROTO_TCP, _QUICKLY, 1)


def _http2(tls: ssl.SSLContext | None) -> tuple[type[HTTPConnection]]:
    """What makes of a connection one that speaks HTTP/2; it is not everybody that has h2."""
    from restproof.wire import http2

    if tls is not None:
        http2.offer(tls)
    return (http2.Framed,)


def local_connection(path: Path, timeout: float) -> socket.socket:
    """A connection to a socket of this machine. Raises ``OSError``."""
    local = socket.socket(socket.AF_UNIX)
    local.settimeout(timeout)
    try:
        local.connect(str(path))
    except OSError:
        local.close()
        raise
    return local


def proxy_headers(proxy: Url) -> dict[str, str]:
    """The header that presents the user of the URL of a proxy."""
    if not proxy.auth:
        return {}
    # In UTF-8, which urllib3 has no way to ask for.
    return {"Proxy-Authorization": f"Basic {b64encode(unquote(proxy.auth).encode()).decode('ascii')}"}
