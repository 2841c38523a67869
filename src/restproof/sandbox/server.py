"""The application on a socket: uvicorn with TLS from a throw-away certificate authority."""

from __future__ import annotations

import socket
import ssl
import warnings
from collections.abc import Callable
from pathlib import Path

import uvicorn

from restproof.errors import ConfigurationError
from restproof.frozen import frozen
from restproof.sandbox.app import Application
from restproof.sandbox.relay import Relay

HOST = "127.0.0.1"


@frozen
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


def weaken(context: ssl.SSLContext) -> None:
    """Let a context speak TLS 1.0 and 1.1 too, which is a fault."""
    with warnings.catch_warnings():
        # OpenSSL warns of exactly what is wanted here.
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers("ALL:@SECLEVEL=0")


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


def in_front(application: Application, certificate: Certificate | None, listening: socket.socket) -> socket.socket:
    """The socket that the server is to serve: ``listening`` itself, unless a fault puts a relay in front of it."""
    encrypts = certificate is not None and application.steps.serves_plain
    fails = certificate is None and application.steps.fails_at_bytes
    if not (encrypts or fails):
        return listening
    behind = bind(0)
    Relay(listening, behind.getsockname(), encrypts=encrypts, fails=fails).start()
    return behind


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
    )
    config.load()
    if certificate is not None:
        if application.steps.speaks_old_tls:
            weaken(certificate.context)
        # Files are all that every uvicorn takes for a certificate, and this one has none.
        config.ssl = certificate.context
    return Server(config, ready)


def write_authority(certificate: Certificate, path: Path) -> Path:
    """Write the authority's certificate for clients to verify with."""
    path.write_bytes(certificate.authority)
    return path
