"""What bounds a run as a whole: requests, creates, and requests per second, over all of its threads and processes."""

from __future__ import annotations

import fcntl
import os
import re
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from restproof.wire.failure import NotSent

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
    one, this process counts alone. ``pace``: a file through which all runs that ask the same host take turns; without
    one, the processes of this run do. ``clock`` must be the same for all of them.
    """

    def __init__(
        self,
        *,
        rate: float | None = None,
        requests: int | None = None,
        creates: int | None = None,
        common: Path | None = None,
        pace: Path | None = None,
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
        self._turns = _opened(pace if rate is not None else None)

    def close(self) -> None:
        """Leave the files that others use, too."""
        with self._lock:
            for file in (self._counts, self._turns):
                if file is not None:
                    os.close(file)
            self._counts = self._turns = None

    def wait(self) -> None:
        """Return when the caller's turn has come: requests leave evenly spaced."""
        if self._interval is None:
            return
        with self._spent(self._counts if self._turns is None else self._turns) as spent:
            now = self._clock()
            turn = max(now, spent.turn)
            spent.turn = turn + self._interval
        if turn > now:
            self._sleep(turn - now)

    def take_request(self, *, beyond: bool = False) -> None:
        """Count a request; ``beyond``: one that leaves whatever the ceiling is. Raises ``NotSent``."""
        if self._requests is None:
            return
        with self._spent(self._counts) as spent:
            if spent.requests >= self._requests and not beyond:
                raise NotSent(f"ceiling of {self._requests} requests reached")
            spent.requests += 1

    def take_create(self) -> None:
        """Count a write that may store something. Raises ``NotSent``."""
        if self._creates is None:
            return
        with self._spent(self._counts) as spent:
            if spent.creates >= self._creates:
                raise NotSent(f"ceiling of {self._creates} creates reached")
            spent.creates += 1

    @property
    def is_reached(self) -> bool:
        """Whether no request is left."""
        if self._requests is None:
            return False
        with self._spent(self._counts) as spent:
            return spent.requests >= self._requests

    @contextmanager
    def _spent(self, file: int | None) -> Iterator[Spent]:
        with self._lock:
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


def pace_of(folder: Path, base_url: str) -> Path:
    """The file in ``folder`` through which all who ask the host of ``base_url`` take turns."""
    folder.mkdir(parents=True, exist_ok=True)
    return folder / re.sub(r"[^A-Za-z0-9.-]", "_", urlsplit(base_url).netloc.lower())
