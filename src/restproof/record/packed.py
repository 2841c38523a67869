"""Files that are packed: how much of them is ever unpacked, and what is wrong with them."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from restproof.errors import Place, TrafficError
from restproof.record.foreign import named_by_names

LARGEST = 64 * 1024 * 1024
"""Bytes of recorded traffic that are read at once, unpacked: what is made of them takes several times as much."""
ZIP = b"PK\x03\x04"

_GZIP = b"\x1f\x8b"
_RUN = b'{"event"'


def unpacked(path: Path) -> bytes | None:
    """The bytes of a file, without its gzip; ``None`` where it is a run file, which has a reader of its own. Raises
    ``TrafficError`` for what is missing, empty, damaged or larger than ``LARGEST``."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise TrafficError(f"cannot be read: {error.strerror}", place=Place(path)) from None
    if data.startswith(_GZIP):
        try:
            data = zlib.decompressobj(31).decompress(data, LARGEST + 1)
        except zlib.error as error:
            raise TrafficError(f"the file is damaged or no gzip ({error})", place=Place(path)) from None
    if data.startswith(_RUN):
        return None
    if len(data) > LARGEST:
        raise _too_large(path)
    if not data.strip():
        raise TrafficError("the file is empty", place=Place(path))
    return data


def beside(path: Path) -> Callable[[str], bytes | None]:
    """Gives the content of a file that lies beside ``path``, by its name; ``None`` where there is none, or the name
    leads elsewhere. Raises ``TrafficError`` where all of them together are larger than ``LARGEST``."""
    left = LARGEST

    def content(name: str) -> bytes | None:
        nonlocal left
        file = path.parent / name
        try:
            if Path(name).name != name or file.is_symlink() or not file.is_file():
                return None
            with file.open("rb") as opened:
                data = opened.read(left + 1)
        except OSError:
            return None
        left -= len(data)
        if left < 0:
            raise _too_large(path)
        return data

    return content


class Archive:
    """A zip archive of traffic: a HAR perhaps, with the content of its messages beside it. Raises
    ``TrafficError`` for a damaged one."""

    def __init__(self, path: Path, data: bytes) -> None:
        self._path = path
        self._left = LARGEST
        try:
            self._zip = zipfile.ZipFile(BytesIO(data))
        except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
            raise TrafficError(f"the archive is damaged ({error})", place=Place(path)) from None
        self._names = frozenset(self._zip.namelist())

    def traffic(self) -> bytes:
        """The file of traffic in the archive: its HAR, or the one file that it holds."""
        files = sorted(name for name in self._names if not name.endswith("/") and not name.startswith("__MACOSX/"))
        hars = [name for name in files if name.lower().endswith(".har")]
        found = hars or files
        if (known := named_by_names(files)) and not hars:
            raise TrafficError(f"this is {known[0]}", place=Place(self._path), hint=known[1])
        if len(found) != 1:
            what = "files *.har, not one" if hars else "files, none of them a HAR"
            raise TrafficError(f"the archive holds {len(found)} {what}", place=Place(self._path))
        return self._read(found[0])

    def attached(self, name: str) -> bytes | None:
        """The content that lies in the archive as ``name``; ``None`` where there is none."""
        return self._read(name) if name in self._names else None

    def _read(self, name: str) -> bytes:
        try:
            with self._zip.open(name) as file:
                data = file.read(self._left + 1)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error, OSError) as error:
            raise TrafficError(f"the archive is damaged ({name}: {error})", place=Place(self._path)) from None
        self._left -= len(data)
        if self._left < 0:
            raise _too_large(self._path)
        return data


def _too_large(path: Path) -> TrafficError:
    return TrafficError(
        f"the traffic is larger than {LARGEST // 1024**2} MiB",
        place=Place(path),
        hint="Record less at a time, or leave out what is not the API's.",
    )
