"""The ledger: what a run is about to create and what it has created, on disk before and after each create.

A run that is killed leaves its ledger behind, and ``restproof cleanup`` deletes by it what the run could not.
"""

from __future__ import annotations

import fcntl
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from restproof.errors import Place, RunFileError
from restproof.wire.message import Headers

FORMAT = 1


@dataclass(frozen=True)
class Entry:
    """One create. ``collection`` and ``item`` are request targets with the parent's parameters; ``item`` and ``id``
    are ``None`` while no answer has named them; then ``unique`` (field → value) finds what was stored all the same.
    ``headers`` are those of the contract."""

    n: int
    resource: str
    collection: str
    unique: Mapping[str, Any]
    headers: Headers = ()
    credential: str = "full"
    item: str | None = None
    id: int | str | None = None


@dataclass(frozen=True)
class Origin:
    """The run that a ledger belongs to: enough to reach the same target again. Paths and names, no credentials."""

    contract: str = ""
    target: str = ""
    base_url: str = ""
    kind: str = "live"
    prefix: str = ""


class Ledger:
    """An append-only file of JSON Lines at ``path``. The file appears with the first create. Safe to use from
    several threads; each process has its own. A path that exists is continued."""

    def __init__(self, path: Path, origin: Origin | None = None) -> None:
        self.path = path
        self._lock = threading.RLock()  # A signal handler that cleans up may interrupt whoever holds it.
        self._file: TextIOWrapper | None = None
        self._entries: dict[int, Entry] = {}
        self._deleted: set[str] = set()
        self._last = 0
        stored = self._load() if path.exists() else None
        self.origin = origin or stored or Origin()
        self._is_new = stored is None

    def intend(
        self,
        resource: str,
        collection: str,
        unique: Mapping[str, Any],
        *,
        headers: Headers = (),
        credential: str = "full",
    ) -> int:
        """Writes down a create before it is sent. Returns the number to give to :meth:`created`."""
        with self._lock:
            self._last += 1
            entry = Entry(self._last, resource, collection, dict(unique), headers, credential)
            self._entries[entry.n] = entry
            self._append(
                event="intend",
                n=entry.n,
                resource=resource,
                collection=collection,
                unique=entry.unique,
                headers=[list(pair) for pair in headers],
                credential=credential,
            )
            return entry.n

    def created(self, n: int, item: str, id: int | str) -> None:
        """Writes down that create ``n`` made the resource at the request target ``item``."""
        with self._lock:
            self._entries[n] = replace(self._entries[n], item=item, id=id)
            self._deleted.discard(item)
            self._append(event="created", n=n, item=item, id=id)

    def deleted(self, item: str) -> None:
        """Writes down that the resource at the request target ``item`` is gone."""
        with self._lock:
            if item not in self._deleted:
                self._deleted.add(item)
                self._append(event="deleted", item=item)

    def settled(self, n: int) -> None:
        """Writes down that create ``n`` has certainly left nothing."""
        with self._lock:
            del self._entries[n]
            self._append(event="settled", n=n)

    def open_entries(self) -> list[Entry]:
        """What may still be there, in the order of creation."""
        with self._lock:
            return [e for e in self._entries.values() if e.item is None or e.item not in self._deleted]

    def in_use(self) -> bool:
        """Whether another process is still writing it: then its resources are no leftovers."""
        if not self.path.exists():
            return False
        with self.path.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def close(self) -> None:
        """Closes the file; a later call opens it again."""
        with self._lock:
            if self._file:
                self._file.close()
                self._file = None

    def remove(self) -> None:
        """Takes the file, and its directory if nothing else is in it, from the disk."""
        self.close()
        self.path.unlink(missing_ok=True)
        folder = self.path.parent
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()

    def _append(self, **event: Any) -> None:
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            _drop_unfinished_line(self.path)
            self._file = self.path.open("a", encoding="ascii")
            fcntl.flock(self._file, fcntl.LOCK_SH)  # The system drops it with the process, however that ends.
            if self._is_new:
                self._file.write(json.dumps({"event": "ledger", "format": FORMAT, **vars(self.origin)}) + "\n")
                self._is_new = False
        # Flushed, not synced: it has to outlive the process, not the machine.
        self._file.write(json.dumps(event) + "\n")
        self._file.flush()

    def _load(self) -> Origin | None:
        origin: Origin | None = None
        lines = self.path.read_bytes().split(b"\n")
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                event = json.loads(line)
                if event["event"] == "ledger":
                    if event["format"] != FORMAT:
                        raise RunFileError(
                            f"a ledger of format {event['format']}; this restproof reads format {FORMAT}",
                            place=Place(self.path, number),
                        )
                    origin = Origin(**{k: v for k, v in event.items() if k not in ("event", "format")})
                else:
                    self._apply(event)
            except (ValueError, KeyError, TypeError):
                if number == len(lines):
                    continue  # The last line of a run that was killed while it wrote; its create was not sent.
                raise RunFileError(
                    "not a line of a ledger", place=Place(self.path, number), hint="Remove the line, or the file."
                ) from None
        return origin

    def _apply(self, event: Mapping[str, Any]) -> None:
        match event["event"]:
            case "intend":
                n = int(event["n"])
                headers = tuple((str(k), str(v)) for k, v in event["headers"])
                self._entries[n] = Entry(
                    n, event["resource"], event["collection"], event["unique"], headers, event["credential"]
                )
                self._last = max(self._last, n)
            case "created":
                n = event["n"]
                self._entries[n] = replace(self._entries[n], item=event["item"], id=event["id"])
                self._deleted.discard(event["item"])
            case "deleted":
                self._deleted.add(event["item"])
            case "settled":
                del self._entries[event["n"]]
            case other:
                raise ValueError(other)


class Unwritten(Ledger):
    """The ledger of a replay, which creates nothing: it leaves no file."""

    def _append(self, **event: Any) -> None:
        """Nothing: there is nothing to clean up after."""


def _drop_unfinished_line(path: Path) -> None:
    """What is written next must not continue the line in which a run was killed."""
    if path.exists():
        with path.open("r+b") as file:
            file.truncate(file.read().rfind(b"\n") + 1)
