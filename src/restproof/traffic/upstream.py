"""The proxy's connection to its target: what comes from the client goes on as it came."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterable
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import SplitResult, quote, unquote, urlsplit

from urllib3.util import parse_url
from urllib3.util.wait import wait_for_read

from restproof.config import Target
from restproof.headers import Headers
from restproof.wire.adapter import proxy_headers
from restproof.wire.raw import tls_context

TIMEOUT = 120.0
"""Seconds in which the target has to send, or take, something."""
UNQUOTED = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"


class _Local(HTTPConnection):
    """A connection by a Unix socket."""

    def __init__(self, host: str, path: str, tls: ssl.SSLContext | None) -> None:
        super().__init__(host, timeout=TIMEOUT)
        self._path, self._tls = path, tls

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(TIMEOUT)
        self.sock.connect(self._path)
        if self._tls is not None:
            self.sock = self._tls.wrap_socket(self.sock, server_hostname=self.host)


class Origin:
    """Where the target is. ``base``: its URL without the slash at its end."""

    def __init__(self, target: Target) -> None:
        self.base = target.base_url.rstrip("/")
        self.parts: SplitResult = urlsplit(self.base)
        self.host = self.parts.netloc.rpartition("@")[2]
        self._target = target
        self._tls = tls_context(target.ca_bundle, target.certificate) if self.parts.scheme == "https" else None

    def connection(self) -> HTTPConnection:
        """A connection that is not open yet."""
        host, port = str(self.parts.hostname), self.parts.port
        if self._target.socket is not None:
            return _Local(host, str(self._target.socket), self._tls)
        if self._target.proxy is None:
            return self._direct(host, port)
        proxy = parse_url(self._target.proxy)
        through = self._direct(str(proxy.host), proxy.port or 80)
        if self._tls is not None:
            through.set_tunnel(host, port or 443, headers=proxy_headers(proxy))
        return through

    def _direct(self, host: str, port: int | None) -> HTTPConnection:
        if self._tls is None:
            return HTTPConnection(host, port, timeout=TIMEOUT)
        return HTTPSConnection(host, port, timeout=TIMEOUT, context=self._tls)

    def asked_for(self, path: str) -> tuple[str, Headers]:
        """The request target for the ``path`` that a client asks for, and header fields for a proxy on the way."""
        target = quote(self.parts.path, safe=UNQUOTED) + path
        if self._target.proxy is None or self._tls is not None:
            return target, ()
        on_the_way = tuple(proxy_headers(parse_url(self._target.proxy)).items())
        return f"http://{self.host}{target}", on_the_way


class Upstream:
    """One connection to the target, which is opened anew where it was closed. Not for several threads at once."""

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._connection: HTTPConnection | None = None
        self._spent = False

    def send(
        self, method: str, path: str, headers: Headers, body: Iterable[bytes] | None, *, chunked: bool
    ) -> HTTPResponse:
        """Send a request; the answer, of which the header has come. ``body``: its content, piece by piece, as it is
        sent. A request that may have come there is not sent again, unless it only reads. Raises ``OSError`` and
        ``HTTPException``."""
        kept = self._usable()
        try:
            return self._sent(method, path, headers, body, chunked)
        except ConnectionError:
            if not kept or body is not None or method not in ("GET", "HEAD"):
                raise
            # The target has closed the connection at the very moment.
            self.close()
            return self._sent(method, path, headers, body, chunked)

    def _usable(self) -> bool:
        """Whether there is an open connection from before."""
        connection = self._connection
        if connection is None or connection.sock is None or self._spent or wait_for_read(connection.sock, 0):
            self.close()
            return False
        return True

    def _sent(
        self, method: str, path: str, headers: Headers, body: Iterable[bytes] | None, chunked: bool
    ) -> HTTPResponse:
        connection = self._connection = self._connection or self._origin.connection()
        target, on_the_way = self._origin.asked_for(path)
        connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        for name, value in (("Host", self._origin.host), *headers, *on_the_way):
            connection.putheader(name, value.encode("latin-1"))
        connection.endheaders()
        try:
            for piece in body or ():
                connection.send(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
            if body is not None and chunked:
                connection.send(b"0\r\n\r\n")
        except (BrokenPipeError, ConnectionResetError):
            # It may have answered, and not wanted the rest.
            self._spent = True
        return connection.getresponse()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        self._spent = False


def reason_of(error: Exception, host: str) -> str:
    """Why there is no answer, as a sentence."""
    if isinstance(error, TimeoutError):
        return f"{host} has not answered within {TIMEOUT:.0f} s"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate of {host} cannot be verified: {error.verify_message}"
    if isinstance(error, HTTPException):
        return f"what {host} answered is no HTTP ({type(error).__name__})"
    what = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
    return f"{unquote(host)} cannot be reached: {what}"
