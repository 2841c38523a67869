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
from typing import Any, Literal

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""What ends a run early."""
_TOGETHER = 0.5
"""Seconds within which signals say one thing: nobody presses Ctrl-C for the second time so soon."""


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


Word = Literal["end", "same", "hurry", "leave"]


class Heard:
    """What the signals that a process gets ask of it, one after the other."""

    def __init__(self) -> None:
        self._numbers: set[int] = set()
        self._at = 0.0

    def word(self, number: int) -> Word:
        """What signal ``number`` asks, at this moment. The first: to ``end`` in order. One that comes with it says the
        ``same``: Ctrl-C reaches a process from its terminal, and once more from who has started it. Another one later
        means ``hurry``: CI systems interrupt, terminate after some seconds, and kill soon after. The same one again:
        to ``leave`` everything as it is."""
        now, first = time.monotonic(), not self._numbers
        if not first and now - self._at < _TOGETHER:
            return "same"
        known = number in self._numbers
        self._numbers.add(number)
        self._at = now
        return "end" if first else "leave" if known else "hurry"


class Stop:
    """Whether this process has been asked to send nothing more. Only the main thread may enter :meth:`deferring`, and
    only signal handlers, which run there, call :meth:`ask` and :meth:`hurry`. ``ends``: when clean-up has to be over
    (of ``time.monotonic``), where somebody has asked for that."""

    def __init__(self) -> None:
        self.is_asked = False
        self.ends: float | None = None
        self._deferring = self._waiting = False
        self._open: dict[int, socket.socket] = {}

    def ask(self) -> None:
        """Ask. Raises ``KeyboardInterrupt`` at once where nothing can be left half done."""
        self.is_asked = True
        waits, self._waiting = self._waiting, False
        if waits or not self._deferring:
            raise KeyboardInterrupt
        self._break_off()

    def hurry(self, seconds: float = 0.0) -> None:
        """Let clean-up be over in ``seconds``. At once, the answers that are waited for are broken off."""
        self.ends = time.monotonic() + seconds
        if not seconds:
            self._break_off()

    def _break_off(self) -> None:
        for connection in list(self._open.values()):
            with suppress(OSError):  # it has been closed at this moment
                # The plain socket below TLS: nothing is to be said to the other side.
                socket.socket.shutdown(connection, socket.SHUT_RDWR)

    def check(self) -> None:
        """Raises ``KeyboardInterrupt`` where somebody has asked."""
        if self.is_asked:
            raise KeyboardInterrupt

    def forget(self) -> None:
        """What was asked has been done: from now on there is clean-up."""
        self.is_asked = self._deferring = self._waiting = False

    def begin(self) -> None:
        """There is another run, of which nothing has been asked."""
        self.forget()
        self.ends = None

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
