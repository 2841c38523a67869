"""What goes wrong on the wire, in a few fixed words, so that the same failure always reads the same."""

from __future__ import annotations

import http.client
import socket
import ssl

import requests
import urllib3.exceptions

from restproof.wire.head import OversizedHeader

Failure = requests.RequestException | urllib3.exceptions.HTTPError | OSError
OVERSIZED = "response over 16 MiB"
FAILURES = (requests.RequestException, urllib3.exceptions.HTTPError, OSError)


class TransportError(Exception):
    """No (whole) answer came. ``error`` is what the exchange says of it. A stub that replays a failure raises this
    too."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


class NotHttp2(http.client.HTTPException):
    """The server speaks another version of HTTP than the target says."""


class StreamBroken(http.client.HTTPException):
    """The server has ended a request of HTTP/2 without an answer, and may have carried it out."""


class TooMuch(http.client.HTTPException):
    """The server has refused a request of HTTP/2 as more than it reads (RFC 9113 §10.5)."""


class NotSent(Exception):
    """A request that must not be sent: a read-only run, an operation that the target forbids, the ceiling of
    requests. The message is the reason as reports print it."""


class NotProven(NotSent):
    """A request that may change what is not proven to be this run's."""


class Unsayable(NotSent):
    """A body that the media type of a request cannot say, or a value that no header field can hold."""


class StaleStub(Exception):
    """A recording does not hold what the suite asks for now. The message says which case, what was wanted and what
    is there."""


def describe(failure: Failure) -> str:
    """The words for a failure: ``timeout``, ``connection refused``, ``connection reset``, ``connection closed``, ``name
    not resolved``, ``no way through the proxy``, ``tls: …``, ``no HTTP/2``, ``stream reset``, ``enhance your calm``,
    ``oversized header``, ``malformed response``, ``incomplete response``, ``no recorded answer``, else ``connection
    failed``.
    """
    if str(failure).startswith("Connection refused by Responses"):
        return "no recorded answer"
    # What they wrap says what really happened: urllib3 derives the one from its timeout, requests its own from OSError.
    wrapping = urllib3.exceptions.NewConnectionError, requests.RequestException
    chain = [e for e in _chain(failure) if isinstance(e, requests.Timeout) or not isinstance(e, wrapping)]
    for kinds, words in _WORDS:
        found = next((e for e in chain if isinstance(e, kinds)), None)
        if found is not None:
            return f"tls: {_tls_reason(found)}" if words == "tls" else words
    return "connection failed"


def is_stale_connection(failure: Failure) -> bool:
    """Whether the peer closed the connection before any byte of an answer."""
    return any(
        isinstance(e, (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError)) for e in _chain(failure)
    )


# The first that is found anywhere in the chain of causes wins: the most telling first.
_WORDS: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
    ((urllib3.exceptions.ProxyError,), "no way through the proxy"),
    ((urllib3.exceptions.NameResolutionError, socket.gaierror), "name not resolved"),
    ((TimeoutError, urllib3.exceptions.TimeoutError, requests.Timeout), "timeout"),
    ((ssl.SSLCertVerificationError,), "tls"),
    ((ssl.SSLError,), "tls"),
    ((urllib3.exceptions.SSLError,), "tls"),
    ((http.client.RemoteDisconnected,), "connection closed"),
    ((ConnectionRefusedError,), "connection refused"),
    ((ConnectionResetError, ConnectionAbortedError, BrokenPipeError), "connection reset"),
    ((http.client.IncompleteRead, urllib3.exceptions.IncompleteRead), "incomplete response"),
    ((NotHttp2,), "no HTTP/2"),
    ((StreamBroken,), "stream reset"),
    ((TooMuch,), "enhance your calm"),
    ((OversizedHeader, http.client.LineTooLong), "oversized header"),
    ((OSError,), "connection failed"),
    ((http.client.HTTPException, urllib3.exceptions.HTTPError), "malformed response"),
)


def _chain(failure: BaseException) -> list[BaseException]:
    """The failure, what it wraps (requests and urllib3 keep it in ``args`` or ``reason``) and its causes."""
    found: list[BaseException] = []
    waiting: list[BaseException | None] = [failure]
    while waiting:
        one = waiting.pop(0)
        if one is None or any(one is f for f in found):
            continue
        found.append(one)
        wrapped = [*one.args, getattr(one, "reason", None), one.__cause__, one.__context__]
        waiting += [w for w in wrapped if isinstance(w, BaseException)]
    return found


def _tls_reason(error: BaseException) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"certificate not verified ({error.verify_message})"
    reason = getattr(error, "reason", None)
    return reason.replace("_", " ").lower() if isinstance(reason, str) else "handshake failed"
