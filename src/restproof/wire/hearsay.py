"""What one process of a run has seen that the others must not go on without: that the server's database seems to have
gone back to an earlier state, or that a kind of write does not go where it should."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import threading
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from restproof.record.disk import PRIVATE, storing
from restproof.record.locks import lock
from restproof.wire.failure import NotProven

FILE_NAME = ".hearsay"
"""In the directory of a run: what its processes have told each other."""


class Hearsay:
    """What is told in a file that all processes of a run on this machine open which name it; without one, nobody is
    told. Safe to use from several threads."""

    def __init__(self, file: Path | None = None) -> None:
        self._listeners: dict[str, Callable[[str], None]] = {}
        self._who = secrets.token_hex(8)
        self._path = file or Path()
        self._file = None if file is None else os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND, PRIVATE)
        self._claimed: dict[str, int] = {}
        """What this process alone is at → the file that it holds for it."""
        self._heard = 0
        """How many bytes of the file were heard."""
        self._count = 0
        self._lock = threading.RLock()  # Reentrant: a second Ctrl-C may come while it is held.

    def listen(self, subject: str, listener: Callable[[str], None]) -> None:
        """Have ``listener`` hear what others tell of ``subject``."""
        self._listeners[subject] = listener

    def tell(self, subject: str, what: str) -> None:
        """Tell all others, each of which hears it before it writes again. Raises ``StorageError``."""
        if self._file is None:
            return
        data = json.dumps([self._who, subject, what]).encode() + b"\n"
        with storing(self._path):
            while data:
                data = data[os.write(self._file, data) :]

    def hear(self) -> int:
        """Take in what others have told since; how many things they have told in all."""
        if self._file is None or os.lseek(self._file, 0, os.SEEK_END) == self._heard:
            return self._count
        with self._lock:
            size = os.lseek(self._file, 0, os.SEEK_END) - self._heard
            whole, end, _ = os.pread(self._file, size, self._heard).rpartition(b"\n")  # the last may be half-written
            self._heard += len(whole + end)
            told = [said for who, *said in map(json.loads, whole.splitlines()) if who != self._who]
            self._count += len(told)
            for subject, what in told:
                self._listeners[subject](what)
        return self._count

    def claim(self, what: str) -> bool:
        """Whether nobody else is at something: then nobody else is until it is left, or this process ends, however it
        does. What others have told is heard then. Raises ``StorageError``, and ``NotProven`` where the file system has
        no locks, so that nobody could be kept out."""
        if self._file is None or what in self._claimed:
            return True
        with storing(self._path):
            file = os.open(f"{self._path}-{quote(what, safe='')}", os.O_RDWR | os.O_CREAT, PRIVATE)
        try:
            is_ours = lock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # The system drops it with the process.
        except BlockingIOError:
            os.close(file)
            return False
        if not is_ours:
            os.close(file)
            folder = self._path.parent
            raise NotProven(f"workers cannot take turns: the file system of {folder} has no locks (flock)")
        self._claimed[what] = file
        self.hear()
        return True

    def leave(self, what: str) -> None:
        """Let others be at what was claimed."""
        if what in self._claimed:
            os.close(self._claimed.pop(what))

    def close(self) -> None:
        """Leave the file; from now on nobody is told."""
        for what in [*self._claimed]:
            self.leave(what)
        if self._file is not None:
            os.close(self._file)
            self._file = None
