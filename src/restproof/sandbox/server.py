"""The application on a socket: uvicorn with TLS from a throw-away certificate authority."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn

from restproof.errors import ConfigurationError
from restproof.sandbox.app import Application

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Certificate:
    """A certificate for ``localhost`` and 127.0.0.1, and the authority that vouches for it (PEM)."""

    context: ssl.SSLContext
    authority: bytes


def new_certificate() -> Certificate:
    """A fresh authority and a certificate of it, TLS 1.2 or later."""
    import trustme

    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    authority.issue_cert("localhost", HOST).configure_cert(context)
    return Certificate(context, authority.cert_pem.bytes())


def bind(port: int) -> socket.socket:
    """A listening socket on loopback; port 0 takes a free one. Raises ``ConfigurationError`` where the port is
    taken."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
    except OSError as error:
        listening.close()
        reason = error.strerror or str(error)
        raise ConfigurationError(f"port {port} cannot be used: {reason}", hint="give another --port, or 0") from error
    return listening


class Server(uvicorn.Server):
    """A uvicorn server that tells when it accepts connections."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()


def server(application: Application, certificate: Certificate | None, ready: Callable[[], None]) -> Server:
    """A server of the application, without logs and with the application's own Date. Run it with
    ``run(sockets=[bind(port)])``."""
    options: dict[str, Any] = {}
    if certificate is not None:
        context = certificate.context
        options["ssl_context_factory"] = lambda config, default: context
    config = uvicorn.Config(
        application,
        interface="asgi3",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        ws="none",
        lifespan="off",
        timeout_keep_alive=75,
        timeout_graceful_shutdown=1,
        **options,
    )
    return Server(config, ready)


def write_authority(certificate: Certificate, path: Path) -> Path:
    """Write the authority's certificate for clients to verify with."""
    path.write_bytes(certificate.authority)
    return path
