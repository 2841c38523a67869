"""Locks of files by which processes know of each other, where the file system has such: some that are shared over a
network have none."""

from __future__ import annotations

import errno
import fcntl
import os
from pathlib import Path
from typing import IO

_NONE = frozenset({errno.EBADF, errno.EINVAL, errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP})
"""What ``flock`` fails with where a file system has no locks, or none of what is open for reading alone (NFS)."""


def lock(file: int | IO[bytes] | IO[str], how: int) -> bool:
    """Whether a file is locked now; it is not where its file system has no locks. Raises ``BlockingIOError`` where
    another process has it and ``how`` does not wait."""
    try:
        fcntl.flock(file, how)
    except OSError as error:
        if error.errno in _NONE:
            return False
        raise
    return True


def is_of_another(path: Path) -> bool:
    """Whether the process whose number ends the name of a file runs on this machine, and is not this one."""
    number = path.stem.rpartition("-")[2]
    if not number.isdecimal() or int(number) == os.getpid():
        return False
    try:
        os.kill(int(number), 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True  # it is somebody else's
    return True
