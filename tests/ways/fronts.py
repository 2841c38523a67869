"""What stands between a run and its server: each front serves an ASGI application while a block lasts."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import trustme
from hypercorn.asyncio import serve
from hypercorn.config import Config

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


@dataclass(frozen=True)
class Papers:
    """The files of an authority, of the server's certificate and of a client's, each with its key."""

    authority: Path
    server: Path
    client: Path


def papers(folder: Path) -> Papers:
    """Fresh ones, for ``localhost`` and 127.0.0.1."""
    authority = trustme.CA()
    found = Papers(folder / "ca.pem", folder / "server.pem", folder / "client.pem")
    authority.cert_pem.write_to_path(found.authority)
    authority.issue_cert("localhost", "127.0.0.1").private_key_and_cert_chain_pem.write_to_path(found.server)
    authority.issue_cert("restproof@example.test").private_key_and_cert_chain_pem.write_to_path(found.client)
    return found


@contextmanager
def fronted(
    application: Application,
    own: Papers | None = None,
    *,
    protocols: tuple[str, ...] = ("http/1.1",),
    mutual: bool = False,
) -> Iterator[str]:
    """The base URL of an application while it is served, over TLS where there are papers. ``protocols``: what it speaks
    (of ALPN); ``mutual``: only to a client with a certificate."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=128)
    # Each connection inherits it. The server would hold back what follows the head of an answer of HTTP/2.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    port = listening.getsockname()[1]
    config = Config()
    config.bind = [f"fd://{listening.detach()}"]  # it is the server's from here on
    config.accesslog = config.errorlog = None
    config.include_server_header = config.include_date_header = False
    config.graceful_timeout = 0.2
    # Over HTTP/2 its goodbye says that it answers the last request, and it never does: it is to say none.
    config.keep_alive_max_requests, config.keep_alive_timeout = 1_000_000_000, 3600
    config.alpn_protocols = list(protocols)
    if own is not None:
        config.certfile = config.keyfile = str(own.server)
    if mutual and own is not None:
        config.ca_certs, config.verify_mode = str(own.authority), ssl.VerifyMode.CERT_REQUIRED
    loop, ended = asyncio.new_event_loop(), asyncio.Event()

    def run() -> None:
        loop.run_until_complete(serve(cast(Any, application), config, shutdown_trigger=ended.wait, mode="asgi"))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield f"{'http' if own is None else 'https'}://127.0.0.1:{port}"
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join(10)
        loop.close()
