"""Writing to the disk, so that nothing half-written is taken for whole, and a full disk is told in one sentence."""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path

from restproof.errors import ConfigurationError, Place, StorageError
from restproof.record.locks import lock

_TRIES = 10
"""How often a file is opened whose folder goes each time."""
PRIVATE = 0o600
"""The mode of files that hold what a server has said: for the eyes of whoever ran it."""


@contextmanager
def storing(path: Path) -> Iterator[None]:
    """What goes wrong inside while ``path`` is written becomes a ``StorageError`` that names it."""
    try:
        yield
    except OSError as error:
        raise unwritten(path, error) from None


def unwritten(path: Path, error: OSError) -> StorageError:
    """What is told of a file that cannot be written."""
    return StorageError(f"cannot be written: {error.strerror or error}", place=Place(path))


def private(path: str, flags: int) -> int:
    """An opener for ``open`` that nobody else may read."""
    return os.open(path, flags, PRIVATE)


def write_whole(path: Path, text: str) -> None:
    """Write a file that is there with all of its text, or as it was; one that was there keeps its rights, and a link
    leads where it did. Raises ``StorageError``."""
    whole = path.resolve()
    aside = whole.with_name(f".{whole.name}.{os.getpid()}")
    with storing(path):
        try:
            aside.write_text(text, encoding="utf-8")
            if whole.exists():
                shutil.copymode(whole, aside)
            aside.replace(whole)
        except (OSError, UnicodeError):
            with suppress(OSError):
                aside.unlink(missing_ok=True)
            raise


def made(folder: Path) -> Path:
    """``folder``, made where it was not there. Raises ``ConfigurationError`` where that cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise ConfigurationError("this is a file, and a run lands in a folder", place=Place(folder)) from None
    except OSError as error:
        raise unusable(folder, error) from None
    return folder


def unusable(folder: Path, error: OSError) -> ConfigurationError:
    """What is told of a folder that cannot be made or written to."""
    return ConfigurationError(
        f"nothing can be written there: {error.strerror or error}",
        place=Place(folder),
        hint="--out DIR names another folder for the run and its reports.",
    )


class Hold:
    """Keeps a folder for one run, until it is released or the process ends. Raises ``ConfigurationError`` where another
    run has it, or where it cannot be written to; where the file system has no locks, nobody is kept out."""

    def __init__(self, folder: Path) -> None:
        try:
            if not os.access(folder, os.W_OK | os.X_OK):
                raise PermissionError(13, "Permission denied")
            self._folder = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except OSError as error:
            raise unusable(folder, error) from None
        try:
            lock(self._folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._folder)
            raise ConfigurationError(
                "another run is writing there", place=Place(folder), hint="Give each run a folder of its own (--out)."
            ) from None

    def release(self) -> None:
        """Let go of the folder; a second call does nothing."""
        if self._folder >= 0:
            os.close(self._folder)
            self._folder = -1


def copy_to_write(source: Path, target: Path, ignore: Callable[[str, list[str]], Iterable[str]] | None = None) -> None:
    """Copy a folder so that the copy may be written to and deleted, whatever holds for what stands there. Files that
    are in ``target`` already are replaced."""
    shutil.copytree(source, target, ignore=ignore, copy_function=shutil.copyfile, dirs_exist_ok=True)
    for folder in (target, *(found for found in target.rglob("*") if found.is_dir())):
        folder.chmod(folder.stat().st_mode | stat.S_IRWXU)


def appended(path: Path) -> FileIO:
    """A file that is appended to and that nobody else may read, with its folder. Other processes that end may take the
    folder away in between, where it is empty. It can be read, too, as NFS asks of a lock that is shared."""
    tries = _TRIES
    while True:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            return FileIO(path, "a+", opener=private)
        except (FileExistsError, FileNotFoundError):
            tries -= 1
            if not tries:
                raise


def write_line(file: FileIO, line: str) -> None:
    """Write one line, nearly always at once. It is not synced: it has to outlive the process, not the machine."""
    data = line.encode("ascii") + b"\n"
    while data:
        data = data[file.write(data) :]


def drop_unfinished_line(path: Path) -> None:
    """What is written next must not continue the line in which a run was killed."""
    if path.exists():
        with path.open("r+b") as file:
            file.truncate(file.read().rfind(b"\n") + 1)
