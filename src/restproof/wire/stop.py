"""How a run is asked to end by a signal, at any moment.

An exception that a signal handler raises wherever the program happens to be can leave a lock taken for ever: that of a
connection pool, say, for which clean-up then waits without end. So while an item runs, whoever asks only says so. The
answer that is waited for is broken off, and the run ends where it would send the next request, or where it waits.
"""

from __future__ import annotations

import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""What ends a run early."""


def heeded() -> tuple[signal.Signals, ...]:
    """Those of :data:`ENDING` that this process is not to ignore: ``nohup`` has it go on when its terminal is closed,
    and what a shell's script starts in the background is not ended by Ctrl-C."""
    return tuple(number for number in ENDING if signal.getsignal(number) is not signal.SIG_IGN)


@contextmanager
def handled(handler: Callable[[int, FrameType | None], Any] | signal.Handlers) -> Iterator[None]:
    """Meanwhile ``handler`` has the signals that this process heeds."""
    before = {number: signal.signal(number, handler) for number in heeded()}
    try:
        yield
    finally:
        for number, usual in before.items():
            signal.signal(number, usual)


class Stop:
    """Whether this process has been asked to send nothing more. Only the main thread may enter :meth:`deferring`, and
    only signal handlers, which run there, call :meth:`ask`."""

    def __init__(self) -> None:
        self.is_asked = False
        self._deferring = self._waiting = False
        self._open: dict[int, socket.socket] = {}

    def ask(self) -> None:
        """Ask. Raises ``KeyboardInterrupt`` at once where nothing can be left half done."""
        self.is_asked = True
        waits, self._waiting = self._waiting, False
        if waits or not self._deferring:
            raise KeyboardInterrupt
        for connection in list(self._open.values()):
            with suppress(OSError):  # it has been closed at this moment
                # The plain socket below TLS: nothing is to be said to the other side.
                socket.socket.shutdown(connection, socket.SHUT_RDWR)

    def check(self) -> None:
        """Raises ``KeyboardInterrupt`` where somebody has asked."""
        if self.is_asked:
            raise KeyboardInterrupt

    def forget(self) -> None:
        """What was asked has been done: from now on there is clean-up, or another run."""
        self.is_asked = self._deferring = self._waiting = False

    @contextmanager
    def deferring(self) -> Iterator[None]:
        """A block that ends, with ``KeyboardInterrupt``, only where it checks, waits, or is over."""
        self.check()
        self._deferring = True
        try:
            yield
        finally:
            self._deferring = False
        self.check()

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """A part of such a block that may be left at any moment: it takes no lock, and nothing of it is used again."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        self._waiting = self._deferring
        try:
            self.check()
            yield
        finally:
            self._waiting = False

    def opened(self, number: int, connection: object) -> None:
        """A connection is there, and may be broken off until :meth:`closed` is told of the same number."""
        if isinstance(connection, socket.socket):
            self._open[number] = connection

    def closed(self, number: int) -> None:
        """A connection is closed, or never was open."""
        self._open.pop(number, None)

    def sleep(self, seconds: float) -> None:
        """Wait, until somebody asks."""
        with self.waiting():
            time.sleep(seconds)


STOP = Stop()
"""That of this process: a signal reaches the process, whoever in it sends."""
