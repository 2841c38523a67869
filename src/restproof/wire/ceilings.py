"""What bounds a run as a whole: requests, creates, and requests per second, over all of its threads and processes."""

from __future__ import annotations

import fcntl
import os
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from restproof.wire.failure import NotSent
from restproof.wire.pace import Pace

FILE_NAME = ".ceilings"
"""In the directory of a run: what its processes have spent together."""
_LAYOUT = struct.Struct("=dqq")


@dataclass
class Spent:
    """What has been taken so far. ``turn``: when the next request may leave, in seconds of the clock that all processes
    of a machine share."""

    turn: float = 0.0
    requests: int = 0
    creates: int = 0


class Ceilings:
    """The bounds of a run: ``rate`` requests per second, ``requests`` and ``creates`` in all; ``None`` bounds nothing.

    Safe to use from several threads. ``common``: a file through which the processes of a run count together; without
    one, this process counts alone. ``pace``: the turns of all runs that ask the same host; without them, the processes
    of this run take turns. ``clock`` must be the same for all of them.
    """

    def __init__(
        self,
        *,
        rate: float | None = None,
        requests: int | None = None,
        creates: int | None = None,
        common: Path | None = None,
        pace: Pace | None = None,
        clock: Callable[[], float] = time.perf_counter,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._interval = None if rate is None else 1.0 / rate
        self._requests = requests
        self._creates = creates
        self._clock = clock
        self._sleep = sleep
        # Reentrant: a signal handler that cleans up may interrupt whoever holds it.
        self._lock = threading.RLock()
        self._own = Spent(turn=clock())
        bounded = any(bound is not None for bound in (rate, requests, creates))
        self._counts = _opened(common if bounded else None)
        self._pace = pace

    def close(self) -> None:
        """Leave the files that others use, too."""
        with self._lock:
            if self._counts is not None:
                os.close(self._counts)
            if self._pace is not None:
                self._pace.close()
            self._counts = self._pace = None

    def wait(self) -> None:
        """Return when the caller's turn has come: requests leave evenly spaced."""
        if self._interval is None:
            return
        if self._pace is not None:
            wait = self._pace.turn(self._interval)
        else:
            with self._spent() as spent:
                now = self._clock()
                wait = max(now, spent.turn) - now
                spent.turn = now + wait + self._interval
        if wait > 0:
            self._sleep(wait)

    def take_request(self, *, beyond: bool = False) -> None:
        """Count a request; ``beyond``: one that leaves whatever the ceiling is. Raises ``NotSent``."""
        if self._requests is None:
            return
        with self._spent() as spent:
            if spent.requests >= self._requests and not beyond:
                raise NotSent(f"ceiling of {self._requests} requests reached")
            spent.requests += 1

    def take_create(self) -> None:
        """Count a write that may store something. Raises ``NotSent``."""
        if self._creates is None:
            return
        with self._spent() as spent:
            if spent.creates >= self._creates:
                raise NotSent(f"ceiling of {self._creates} creates reached")
            spent.creates += 1

    @property
    def is_reached(self) -> bool:
        """Whether no request is left."""
        if self._requests is None:
            return False
        with self._spent() as spent:
            return spent.requests >= self._requests

    @contextmanager
    def _spent(self) -> Iterator[Spent]:
        with self._lock:
            file = self._counts
            if file is None:
                yield self._own
                return
            fcntl.flock(file, fcntl.LOCK_EX)
            try:
                held = os.pread(file, _LAYOUT.size, 0)
                spent = Spent(*_LAYOUT.unpack(held)) if len(held) == _LAYOUT.size else Spent()
                yield spent
                os.pwrite(file, _LAYOUT.pack(spent.turn, spent.requests, spent.creates), 0)
            finally:
                fcntl.flock(file, fcntl.LOCK_UN)


def _opened(path: Path | None) -> int | None:
    return None if path is None else os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
