"""Numbers that several threads and processes change together."""

from __future__ import annotations

import fcntl
import os
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from restproof.errors import Place, StorageError
from restproof.record.locks import lock


class Numbers:
    """``count`` numbers, 0 at first: in a file of this machine that all processes open which name it, else in this
    process alone. Safe to use from several threads."""

    def __init__(self, count: int, file: Path | None = None) -> None:
        self._layout = struct.Struct(f"={count}d")
        self._own = [0.0] * count
        self._path = file or Path()
        self._file = None if file is None else os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
        # Threads share the file's lock. Reentrant: a second Ctrl-C may come while it is held.
        self._lock = threading.RLock()

    @contextmanager
    def changing(self) -> Iterator[list[float]]:
        """The numbers, which may be changed in the block; nobody else sees them meanwhile. Raises ``StorageError``
        where the file cannot be locked."""
        with self._lock:
            if self._file is None:
                yield self._own
                return
            if not lock(self._file, fcntl.LOCK_EX):
                raise StorageError(
                    "processes cannot count together here: the file system has no locks (flock)",
                    place=Place(self._path),
                    hint="Name a folder on another one, of this machine.",
                )
            try:
                held = os.pread(self._file, self._layout.size, 0)
                numbers = [*self._layout.unpack(held)] if held else [0.0] * len(self._own)
                yield numbers
                os.pwrite(self._file, self._layout.pack(*numbers), 0)
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Leave the file; from now on this process counts alone."""
        with self._lock:
            if self._file is not None:
                os.close(self._file)
                self._file = None
