"""Ports for processes that cannot be given a socket."""

from __future__ import annotations

import random
import socket


def free_ports(count: int) -> list[int]:
    """Ports of loopback that nobody listens on, for TCP. They lie below those that Linux gives to connections of other
    tests (32768 and more), of which one could be taken before it is used."""
    held: list[socket.socket] = []
    try:
        while len(held) < count:
            one = socket.socket()
            try:
                one.bind(("127.0.0.1", random.SystemRandom().randrange(10_000, 32_000)))
            except OSError:  # it is taken
                one.close()
            else:
                held.append(one)
        return [int(one.getsockname()[1]) for one in held]
    finally:
        for one in held:
            one.close()
