"""The ledger: what a run is about to store and what it has stored, on disk before and after each write that may.

A run that is killed leaves its ledger behind, and ``restproof cleanup`` deletes by it what the run could not.
"""

from __future__ import annotations

import fcntl
import json
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from io import FileIO
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from restproof.errors import Place, RunFileError
from restproof.frozen import frozen
from restproof.record.disk import appended, drop_unfinished_line, storing, unwritten, write_line
from restproof.record.locks import is_of_another, lock
from restproof.wire.message import Headers
from restproof.wire.witness import Witness

FORMAT = 2
_READABLE = (1, FORMAT)
"""Format 1 named no marks: any token of its run proves what it lists."""
_encode = json.JSONEncoder().encode


class LedgerEntry(NamedTuple):
    """One write that may store something. ``collection`` and ``item`` are request targets with the parent's parameters;
    ``item`` and ``id`` are ``None`` while no answer has named them. ``marks``: what proves that a resource is the one
    that was stored (``None``: any token of the run, as in ledgers of format 1). Where a body could hold no mark,
    ``sums`` are the digests of its fields, and ``new`` says whether the id named nothing just before. ``placed``:
    whether the path of the request named the id; ``there``: whether what it named had been seen as others' before;
    ``refused``: whether the last answer was a 4xx; ``answered``: whether another one came that named nothing;
    ``accepted``: whether it was a success. ``before``: digests of the ids that the list held just before; ``None``
    where it was not looked through. ``headers`` are those of the contract. ``adrift``: the request target of a parent
    that was seen not to be there just before. ``at``: when it was written down, in seconds since 1970; 0 in ledgers
    that do not say so."""

    n: int
    resource: str
    collection: str
    marks: tuple[tuple[str, str], ...] | None = None
    sums: Mapping[str, str] = MappingProxyType({})
    headers: Headers = ()
    credential: str | None = "full"
    item: str | None = None
    id: int | str | None = None
    new: bool = False
    placed: bool = False
    there: bool = False
    before: tuple[str, ...] | None = None
    refused: bool = False
    answered: bool = False
    accepted: bool = False
    adrift: str = ""
    at: float = 0.0

    @property
    def is_open(self) -> bool:
        """Whether no answer has come: it was broken off, and the server may still be about to store it."""
        named = self.item is not None and (self.new or not self.placed)
        return not (named or self.refused or self.answered)


@frozen
class Origin:
    """The run that a ledger belongs to: enough to reach the same target again. Paths and names, no credentials."""

    contract: str = ""
    target: str = ""
    base_url: str = ""
    kind: str = "live"
    prefix: str = ""


class Ledger:
    """An append-only file of JSON Lines at ``path``. The file appears with the first create. Safe to use from
    several threads; each process has its own. A path that exists is continued. ``witness`` is told each line, too."""

    def __init__(self, path: Path, origin: Origin | None = None, witness: Witness | None = None) -> None:
        self.path = path
        self._witness = witness or Witness()
        self._lock = threading.RLock()  # Reentrant: a second Ctrl-C may come while it is held.
        self._file: FileIO | None = None
        self._entries: dict[int, LedgerEntry] = {}
        self._since: dict[int, dict[str, Any]] = {}
        """By the number of its entry, what is known of a write since it was written down."""
        self._deleted: dict[str, dict[Headers, int]] = {}
        """By its request target and the headers of its delete, the last write before that."""
        self._came_again: dict[str, list[tuple[Headers, int]]] = {}
        """The same of deletes after which something was made at that request target."""
        self._written: dict[str, dict[str, str]] = {}
        self.failed: set[str] = set()
        """Where the server has failed at a write to what a look had just proven, by request targets."""
        self._rewritten: dict[tuple[str, str], None] = {}
        self.changed: dict[str, str | None] = {}
        """By request target, the resources of what may be others' and is not put back, and ``None`` of all else."""
        self._last = 0
        self.doubted = -1.0
        """Until when writes are proven by their marks alone, in seconds since 1970; none before it."""
        self.replaced = ""
        """Why the target was another one when the run ended; empty where it was what it was."""
        stored = self._load() if path.exists() else None
        self.origin = origin or stored or Origin()
        self._is_new = stored is None

    def intend(
        self,
        resource: str,
        collection: str,
        marks: Iterable[tuple[str, str]] = (),
        *,
        sums: Mapping[str, str] = MappingProxyType({}),
        before: tuple[str, ...] | None = None,
        headers: Headers = (),
        credential: str | None = "full",
        adrift: str = "",
    ) -> int:
        """Writes down a write before it is sent. Returns the number to give to :meth:`created`."""
        with self._lock:
            self._last += 1
            entry = LedgerEntry(
                self._last,
                resource,
                collection,
                tuple(marks),
                dict(sums),
                headers,
                credential,
                before=before,
                adrift=adrift,
                at=round(time.time(), 3),
            )
            self._entries[entry.n] = entry
            self._append(
                event="intend",
                n=entry.n,
                resource=resource,
                collection=collection,
                marks=entry.marks,
                **({"sums": entry.sums} if entry.sums else {}),
                **({} if before is None else {"before": before}),
                **({"adrift": adrift} if adrift else {}),
                headers=headers,
                credential=credential,
                at=entry.at,
            )
            return entry.n

    def created(
        self, n: int, item: str, id: int | str, *, new: bool = False, placed: bool = False, there: bool = False
    ) -> None:
        """Writes down that write ``n``, by its answer or by its path (``placed``), named the resource at the request
        target ``item``. ``new``: the id was seen to name nothing just before, and the answer was a success; ``there``:
        it was seen to be others' before."""
        with self._lock:
            self._since.setdefault(n, {}).update(item=item, id=id, new=new, placed=placed, there=there, refused=False)
            self._is_back(item, self._entries[n].headers)
            said = {"there": True} if there else {}
            self._append(event="created", n=n, item=item, id=id, new=new, placed=placed, **said)

    def refused(self, n: int) -> None:
        """Writes down that write ``n`` was answered with a 4xx."""
        with self._lock:
            self._since.setdefault(n, {})["refused"] = True
            self._append(event="refused", n=n)

    def answered(self, n: int, *, accepted: bool = False) -> None:
        """Writes down that the server has done with write ``n``, with success or not (``accepted``), and that nothing
        said what it has stored."""
        with self._lock:
            self._since.setdefault(n, {}).update(answered=True, accepted=accepted)
            self._append(event="answered", n=n, **({"accepted": True} if accepted else {}))

    def wrote(
        self, item: str, sums: dict[str, str], marks: Sequence[tuple[str, str]] = (), *, failed: bool = False
    ) -> None:
        """Writes down what proves ``item`` since an update: other marks, or, where there is none any more, the digests
        of what it holds. ``failed``: the server has failed at it."""
        with self._lock:
            self._note_written(item, sums, marks, failed)
            self._append(event="wrote", item=item, sums=sums, marks=marks, **({"failed": True} if failed else {}))

    def written(self, item: str) -> Mapping[str, str]:
        """The digests of what updates without a mark have left at ``item``."""
        return self._written.get(item, {})

    def rewritten(self) -> list[tuple[str, str]]:
        """The marks that updates have written."""
        return list(self._rewritten)

    def _note_written(self, item: str, sums: Mapping[str, str], marks: Iterable[tuple[str, str]], failed: bool) -> None:
        self.failed |= {item} if failed else set()
        self._written.setdefault(item, {}).update(sums)
        self._rewritten.update(dict.fromkeys((str(f), str(t)) for f, t in marks))

    def deleted(self, item: str, headers: Headers = ()) -> None:
        """Writes down that the server has answered the delete of ``item`` with success. ``headers``: those of the
        contract, since the same target may be another item where one of them names the tenant."""
        with self._lock:
            if headers not in self._deleted.setdefault(item, {}):
                self._deleted[item][headers] = self._last
                said = {"headers": headers} if headers else {}
                self._append(event="deleted", item=item, **said)

    def deletes(self, item: str | None, headers: Headers, *, earlier: bool = False) -> list[int]:
        """The last writes before the deletes of an item that a request with ``headers`` meets, in their order.
        ``earlier``: of those, too, after which its id came again."""
        known = [*self._deleted.get(item or "", {}).items(), *(self._came_again.get(item or "", ()) if earlier else ())]
        return sorted(n for said, n in known if _agree(said, headers))

    def _is_back(self, item: str, headers: Headers) -> None:
        self.failed.discard(item)
        if known := self._deleted.pop(item, None):
            self._deleted[item] = {said: n for said, n in known.items() if not _agree(said, headers)}
            self._came_again.setdefault(item, []).extend(pair for pair in known.items() if _agree(pair[0], headers))

    def restored(self, at: float | None = None) -> None:
        """Writes down that the database seems to have gone back, now or ``at`` a time: of what was written before, the
        values prove nothing."""
        with self._lock:
            if self._entries:
                self.doubted = round(time.time() if at is None else at, 3)
                self._append(event="restored", at=self.doubted)

    def ended_elsewhere(self, reason: str) -> None:
        """Writes down that the target was another one at the end: what it says of anything is no word about it."""
        with self._lock:
            self.replaced = reason
            self._append(event="replaced", reason=reason)

    def changes(self, item: str, resource: str | None) -> None:
        """Writes down that what there is one of, a ``resource`` at the request target ``item``, is about to be changed
        and may be others'; or, with ``None``, that it is none of theirs, or is as it was."""
        with self._lock:
            self.changed[item] = resource
            self._append(event="changes", item=item, resource=resource)

    def settled(self, n: int) -> None:
        """Writes down that write ``n`` has left nothing, as a look at the server showed."""
        with self._lock:
            self._entries.pop(n, None)
            self._since.pop(n, None)
            self._append(event="settled", n=n)

    def entries(self) -> list[LedgerEntry]:
        """All that was written down and not settled, what was deleted included, in the order of creation."""
        with self._lock:
            self._entries |= {n: self._entries[n]._replace(**said) for n, said in self._since.items()}
            self._since.clear()
            return list(self._entries.values())

    def is_deleted(self, entry: LedgerEntry) -> bool:
        """Whether the server has answered the delete of the entry's resource with success."""
        return bool(self.deletes(entry.item, entry.headers))

    def in_use(self) -> bool:
        """Whether another process is still writing it: then its resources are no leftovers. Where the file system has
        no locks, the process that its name tells of says so, if it is one of this machine."""
        if not self.path.exists():
            return False
        with storing(self.path), self.path.open("r+b") as file:  # open for reading alone, NFS locks it for nobody
            try:
                return not lock(file, fcntl.LOCK_EX | fcntl.LOCK_NB) and is_of_another(self.path)
            except BlockingIOError:
                return True

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
        self._witness.tell("removed", json.dumps({"event": "removed"}))
        # Other processes keep their ledgers there, or take the folder away at the same moment.
        with suppress(OSError):
            self.path.parent.rmdir()

    def _append(self, **event: Any) -> None:
        """Write one line. Raises ``StorageError``: what is not written down is not sent."""
        line = _encode(event)
        try:
            if self._file is None:
                self._file = self._opened()
            try:
                write_line(self._file, line)
            except OSError:
                self.close()  # where it is opened again, what is there of the line goes
                raise
            self._witness.tell(event["event"], line)
        except OSError as error:
            raise unwritten(self.path, error) from None

    def _opened(self) -> FileIO:
        drop_unfinished_line(self.path)
        file = appended(self.path)
        lock(file, fcntl.LOCK_SH)  # The system drops it with the process, however that ends.
        if self._is_new:
            first = json.dumps({"event": "ledger", "format": FORMAT, **vars(self.origin)})
            write_line(file, first)
            self._witness.tell("ledger", first)
            self._is_new = False
        return file

    def _load(self) -> Origin | None:
        origin: Origin | None = None
        lines = self.path.read_bytes().split(b"\n")
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                event = json.loads(line)
                if event["event"] == "ledger":
                    if event["format"] not in _READABLE:
                        raise RunFileError(
                            f"a ledger of format {event['format']}; this restproof reads format {FORMAT}",
                            place=Place(self.path, number),
                        )
                    origin = Origin(**{k: v for k, v in event.items() if k not in ("event", "format")})
                else:
                    self._apply(event)
            except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
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
                headers = _headers(event["headers"])
                marks = event.get("marks")
                self._entries[n] = LedgerEntry(
                    n,
                    event["resource"],
                    event["collection"],
                    None if marks is None else tuple((str(f), str(t)) for f, t in marks),
                    event.get("sums", {}),
                    headers,
                    event["credential"],
                    before=tuple(str(digest) for digest in event["before"]) if "before" in event else None,
                    adrift=str(event.get("adrift", "")),
                    at=float(event.get("at", 0)),
                )
                self._last = max(self._last, n)
            case "created":
                n = event["n"]
                new, placed, there = (bool(event.get(name)) for name in ("new", "placed", "there"))
                self._entries[n] = self._entries[n]._replace(
                    item=event["item"], id=event["id"], new=new, placed=placed, there=there, refused=False
                )
                self._is_back(event["item"], self._entries[n].headers)
            case "refused":
                self._entries[event["n"]] = self._entries[event["n"]]._replace(refused=True)
            case "answered":
                self._entries[event["n"]] = self._entries[event["n"]]._replace(
                    answered=True, accepted=bool(event.get("accepted"))
                )
            case "wrote":
                self._note_written(event["item"], event["sums"], event.get("marks", ()), bool(event.get("failed")))
            case "deleted":
                self._deleted.setdefault(event["item"], {})[_headers(event.get("headers", ()))] = self._last
            case "changes":
                self.changed[event["item"]] = event["resource"]
            case "restored":
                self.doubted = float(event["at"])
            case "replaced":
                self.replaced = event["reason"]
            case "settled":
                self._entries.pop(event["n"], None)
            case other:
                raise ValueError(other)


def is_refused(ledger: Ledger, n: int | None) -> bool:
    """Whether the last answer to write ``n`` was a 4xx; it may have been sent once more since, after a 429."""
    return any(e.n == n and e.refused for e in ledger.entries())


def _headers(found: Iterable[tuple[object, object]]) -> Headers:
    return tuple((str(name), str(value)) for name, value in found)


def _agree(one: Headers, other: Headers) -> bool:
    """Whether no header stands in both with another value."""
    values = {name.lower(): value for name, value in one}
    return all(values.get(name.lower(), value) == value for name, value in other)
