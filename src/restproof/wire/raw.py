"""Connections below HTTP: what a client library would not do."""

from __future__ import annotations

import http.client
import re
import socket
import ssl
import time
import warnings
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from functools import partial, wraps
from io import BufferedReader
from pathlib import Path
from typing import ParamSpec, TypeVar

import certifi

from restproof.wire.failure import NotSent, describe
from restproof.wire.head import FinalResponse, timed
from restproof.wire.stop import STOP
from restproof.wire.waiting import backoff

TIMEOUT = 5.0
"""Seconds until a connection counts as refused."""
_LONGEST_LINE = 65_536
_RETRIES = 2

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer", int | None, tuple[int | None, str])

Certificate = tuple[Path, Path | None, str]
"""The file of a client's certificate, that of its key where it is another one, and the password of the key."""


def tls_context(
    ca_bundle: Path | None, certificate: Certificate | None = None, protocols: Sequence[str] = ()
) -> ssl.SSLContext:
    """Verifies certificate and host name; TLS 1.2 or later. ``ca_bundle``: a file or directory of trusted certificates,
    by default those of certifi; ``certificate``: what we show of ourselves; ``protocols``: those that are offered (of
    ALPN, RFC 7301). Raises ``OSError`` (``ssl.SSLError`` is one) where a file is unusable."""
    if ca_bundle is None:
        context = ssl.create_default_context(cafile=certifi.where())
    elif ca_bundle.is_dir():
        context = ssl.create_default_context(capath=str(ca_bundle))
    else:
        context = ssl.create_default_context(cafile=str(ca_bundle))
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    show(context, certificate)
    if protocols:
        context.set_alpn_protocols(protocols)
    return context


def show(context: ssl.SSLContext, certificate: Certificate | None) -> None:
    """Have a TLS context show a certificate of ours. Raises ``OSError`` where the files hold none."""
    if certificate is not None:
        context.load_cert_chain(*certificate)  # with a password, if an empty one: a key asks nobody for it


def patient(ask: Callable[Asked, Answer]) -> Callable[Asked, Answer]:
    """Asks again, as a session does, where the answer is 502 or 503: who has no time has not said what was asked."""

    @wraps(ask)
    def asked(*args: Asked.args, **named: Asked.kwargs) -> Answer:
        for attempt in range(_RETRIES):
            answer = ask(*args, **named)
            if (answer[0] if isinstance(answer, tuple) else answer) not in (502, 503):
                return answer
            STOP.sleep(backoff(attempt))
        return ask(*args, **named)

    return asked


@patient
@STOP.waiting()
def plain_request(host: str, port: int, target: str, headers: Iterable[tuple[str, str]]) -> tuple[int | None, str]:
    """The status and Location of a GET over plain HTTP; (None, "") where the server gives no HTTP answer."""
    connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT)
    connection.response_class = partial(FinalResponse, until=time.monotonic() + TIMEOUT)  # type: ignore[assignment]
    try:
        connection.putrequest("GET", target, skip_accept_encoding=True)
        for name, value in headers:
            connection.putheader(name, value)
        connection.endheaders()
        response = connection.getresponse()
        return response.status, response.getheader("Location", "")
    except (OSError, http.client.HTTPException):
        return None, ""
    finally:
        connection.close()


@STOP.waiting()
def handshake(
    host: str,
    port: int,
    ca_bundle: Path | None,
    *,
    outdated: bool = False,
    certificate: Certificate | None = None,
    protocols: Sequence[str] = (),
) -> tuple[str | None, str]:
    """The TLS version of a verified connection, or ``None`` and why there is none. ``outdated``: offer nothing newer
    than TLS 1.1 (and ask for no verification: only the version counts). ``protocols``: those that are offered (RFC
    7301)."""
    context = tls_context(ca_bundle, certificate, protocols)
    if outdated:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        with warnings.catch_warnings():
            # OpenSSL warns of exactly what is tried here.
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
        context.set_ciphers("ALL:@SECLEVEL=0")
    try:
        with (
            socket.create_connection((host, port), timeout=TIMEOUT) as plain,
            context.wrap_socket(plain, server_hostname=host) as secure,
        ):
            return secure.version(), ""
    except ssl.SSLCertVerificationError as error:
        return None, error.verify_message
    except OSError as error:
        return None, str(error.strerror or error)


@patient
@STOP.waiting()
def raw_answer(
    host: str,
    port: int,
    ca_bundle: Path | None,
    *,
    tls: bool,
    data: bytes,
    certificate: Certificate | None = None,
    protocols: Sequence[str] = (),
) -> int | None:
    """The status that a server answers to bytes on a new connection; ``None`` where it closes the connection, or
    answers what is no HTTP. ``protocols``: as for :func:`handshake`. Raises ``TimeoutError`` where it does neither in
    time, and ``NotSent`` where it takes no connection."""
    until = time.monotonic() + TIMEOUT
    context = tls_context(ca_bundle, certificate, protocols) if tls else None
    with ExitStack() as opened:
        try:
            stream = opened.enter_context(socket.create_connection((host, port), timeout=TIMEOUT))
            if context is not None:
                stream = opened.enter_context(context.wrap_socket(stream, server_hostname=host))
        except OSError as failure:
            raise NotSent(f"the server takes no connection ({describe(failure)})") from None
        try:
            stream.sendall(data)
            with timed(stream, until) as answer:
                return _final_status(answer)
        except TimeoutError:
            raise
        except OSError:
            return None


def _final_status(answer: BufferedReader) -> int | None:
    """The status of an answer, after any interim ones (RFC 9110 §15.2)."""
    while True:
        found = re.match(rb"HTTP/\d\.\d (\d{3})\b", answer.readline(_LONGEST_LINE))
        if not found or not 100 <= int(found[1]) < 200 or int(found[1]) == http.client.SWITCHING_PROTOCOLS:
            return int(found[1]) if found else None
        while answer.readline(_LONGEST_LINE).strip():
            pass  # the header of what was no answer yet
