"""What stands in front of the server where a fault is one of the connection."""

from __future__ import annotations

import select
import socket
import ssl
import threading
from contextlib import suppress

_TLS_HANDSHAKE = b"\x16"
_CHUNK = 65_536


class Relay:
    """Takes the connections of ``listening`` on to the server at ``address``.

    With ``encrypts``, a connection that does not begin with a TLS handshake goes on over a TLS connection of its own:
    the port serves plain HTTP as well. With ``fails``, one that does not begin with the name of a method is answered
    500.
    """

    def __init__(
        self, listening: socket.socket, address: tuple[str, int], *, encrypts: bool = False, fails: bool = False
    ) -> None:
        self._listening = listening
        self._address = address
        self._encrypts = encrypts
        self._fails = fails

    def start(self) -> None:
        """Relay in threads of this process, until it ends."""
        self._listening.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            client, _ = self._listening.accept()
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            first = client.recv(1, socket.MSG_PEEK)
            if self._fails and not first.isupper():
                client.sendall(b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n")
                return
            with socket.create_connection(self._address) as plain:
                encrypt = self._encrypts and first != _TLS_HANDSHAKE
                server = _unverified().wrap_socket(plain) if encrypt else plain
                _carry(client, server)


def _unverified() -> ssl.SSLContext:
    # The other end is this very process.
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _carry(client: socket.socket, server: socket.socket) -> None:
    """Carry bytes both ways until one side ends. One thread for both: a TLS connection is not to be read and written at
    the same time."""
    while True:
        readable, _, _ = select.select([client, server], [], [])
        for source, sink in ((client, server), (server, client)):
            if source not in readable:
                continue
            data = _received(source)
            if data == b"":
                return
            if data:
                sink.sendall(data)


def _received(source: socket.socket) -> bytes | None:
    """What can be read without waiting; ``None`` where that is nothing yet (a TLS message that carries no data)."""
    source.setblocking(False)
    try:
        return source.recv(_CHUNK)
    except ssl.SSLWantReadError:
        return None
    finally:
        source.setblocking(True)
