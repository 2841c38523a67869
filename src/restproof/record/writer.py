"""Writing run files: a stream of events while a run goes on, and the join of what several workers wrote."""

from __future__ import annotations

import json
import os
import re
import stat
import zlib
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import RLock
from types import MappingProxyType, TracebackType
from typing import Any, Self

import orjson

from restproof.errors import StorageError
from restproof.record.disk import PRIVATE, private, storing
from restproof.record.stream import event_of, raw_lines

LEVEL = 3
BATCH = 64 * 1024
_LARGE_BATCH = 4 * 1024 * 1024

# One encoder for all events: building one for each call, as json.dumps does for other separators, doubles its price.
# ASCII output keeps a lone surrogate, which UTF-8 could not hold; a NaN is no JSON and is refused.
_in_ascii = json.JSONEncoder(separators=(",", ":"), ensure_ascii=True, allow_nan=False, check_circular=False).encode

_BEGINNING = re.compile(rb'\{"event":"(?:(exchange)","n":([0-9]+),|(item|case|outcome|value|note)",)')
"""How most lines begin."""
_WORKER = b'"worker":'
"""Is in no text of a line: there a quotation mark is escaped."""


def _encode(event: Mapping[str, Any]) -> bytes:
    """The line of an event, in ASCII."""
    # This encoder takes a third as long. It cannot hold a lone surrogate or an integer of more than 64 bits, and writes
    # null for a NaN, of which there is none in an exchange.
    with suppress(orjson.JSONEncodeError):
        line = orjson.dumps(event)
        if line.isascii() and (event.get("event") == "exchange" or b"null" not in line):
            return line
    return _in_ascii(event).encode("ascii")


class Writer:
    """Streams events to ``path`` as gzipped JSON Lines.

    Events are compressed in batches of 64 KiB, each of which ends on a byte boundary: what a killed process leaves
    behind can be read up to its last batch. ``told``: is told each event and its line, in the order of the file. Safe
    to use from several threads. Raises ``ValueError`` for an event that JSON cannot hold (NaN, infinity), and
    ``StorageError`` where the disk takes no more.
    """

    _batch = BATCH

    def __init__(self, path: Path, told: Callable[[Mapping[str, Any], bytes], None] | None = None) -> None:
        self.path = path
        self._told = told
        with storing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = open(path, "wb", opener=private)  # noqa: SIM115
            if stat.S_ISREG(os.fstat(self._file.fileno()).st_mode):
                os.fchmod(self._file.fileno(), PRIVATE)  # one that was there keeps its mode else
        self._gzip = zlib.compressobj(LEVEL, zlib.DEFLATED, 31)
        self._lines: list[bytes] = []
        self._size = 0
        self._lock = RLock()
        self._failed = False

    def write(self, event: Mapping[str, Any]) -> None:
        """Append one event. It is not validated here: the reader does that, when time is no longer the target's."""
        line = _encode(event)
        with self._lock:
            self.write_line(line)
            if self._told is not None:
                self._told(event, line)

    def write_line(self, line: bytes) -> None:
        """Append an event that is JSON in ASCII already."""
        with self._lock:
            if self._file.closed:
                raise ValueError(f"the run file {self.path} is closed")
            self._lines.append(line)
            self._size += len(line)
            if self._size >= self._batch:
                self.flush()

    @property
    def is_whole(self) -> bool:
        """Whether the disk has taken everything so far."""
        return not self._failed

    def flush(self) -> None:
        """Bring everything written so far to the disk in a form that a reader can use."""
        with self._lock:
            batch, self._lines, self._size = self._lines, [], 0
            if batch and not self._file.closed:
                self._pack(batch)

    def _pack(self, batch: list[bytes]) -> None:
        data = b"\n".join(batch) + b"\n"
        self._store(self._gzip.compress(data) + self._gzip.flush(zlib.Z_SYNC_FLUSH))

    def _store(self, data: bytes) -> None:
        """Bring bytes to the disk. After a first failure nothing more is tried: the file ends there."""
        if self._failed:
            return
        try:
            with storing(self.path):
                self._file.write(data)
                self._file.flush()
        except StorageError:
            self._failed = True
            raise

    def close(self) -> None:
        """End the stream. A second call does nothing."""
        with self._lock:
            if not self._file.closed:
                try:
                    self.flush()
                    self._store(self._gzip.flush(zlib.Z_FINISH))
                finally:
                    with suppress(OSError):  # of what could not be stored either
                        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Aside(Writer):
    """A writer that packs much at a time, in a thread while its owner goes on: that needs a processor, and not Python's
    lock. What a killed process leaves behind of such a file is of no use."""

    _batch = _LARGE_BATCH

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._thread = ThreadPoolExecutor(1)
        self._packing: Future[None] | None = None

    def _pack(self, batch: list[bytes]) -> None:
        self._wait()
        self._packing = self._thread.submit(super()._pack, batch)

    def _wait(self) -> None:
        """Until nothing is being packed, so that no more than two batches are held. Raises what kept it from that."""
        packing, self._packing = self._packing, None
        if packing is not None:
            packing.result()

    def close(self) -> None:
        with self._thread:
            try:
                self.flush()
                self._wait()
            finally:
                super().close()


def join(
    parts: Sequence[Path],
    out: Path,
    header: Mapping[str, Any],
    footer: Mapping[str, Any] | None,
    delays: Sequence[float] = (),
    outcomes: Mapping[str, Mapping[str, Any] | None] = MappingProxyType({}),
    told: Callable[[bytes], None] | None = None,
) -> None:
    """Write one run file from the parts of several workers, or from whole run files (their own headers and footers are
    left out). ``delays``: how many seconds after the run's beginning that of each part lies. ``outcomes``: events in
    place of those that the parts hold of these items, by their ids; ``None``: no outcome is known. ``told``: is told
    each line that is written.

    Exchanges are numbered anew from 1. What tells the workers of the parts apart is numbered through, from 0, as
    ``worker``. An item that several parts
    announce in the same words is kept once; other contradictions stay, for the reader to name. The end of a part that
    its worker could not finish is left out. ``footer`` ``None`` leaves the file without one, as an interrupted run
    would; without a number of requests it gets that of the exchanges. Raises ``RunFileError`` for a part that is
    missing or no run file.
    """
    with _Aside(out) as writer:

        def put(line: bytes) -> None:
            writer.write_line(line)
            if told is not None:
                told(line)

        put(_encode({**header, "event": "header"}))
        announced: set[bytes] = set()
        count = workers = 0
        for number, part in enumerate(parts):
            first = workers
            for kind, worker, line in _renumbered(part, first, count, delays[number] if delays else 0.0, outcomes):
                count += kind == "exchange"
                workers = max(workers, worker + 1)
                if kind == "item":
                    if line in announced:
                        continue
                    announced.add(line)
                put(line)
        for outcome in filter(None, outcomes.values()):
            put(_encode(outcome))
        if footer is not None:
            put(_encode({"requests": count, **footer, "event": "footer"}))


def _renumbered(
    part: Path, first: int, start: int, delay: float, outcomes: Container[str]
) -> Iterator[tuple[str, int, bytes]]:
    """The events of a part, but for its header and footer, and for the outcomes of these items: the kind of each, its
    worker (one less than ``first`` where it is nobody's), and its line as it is to be written. What changes in most of
    them stands at the ends of their lines: those are not read."""
    numbers: dict[int | str, int] = {}
    for at, line in enumerate(raw_lines(part, partial=True), 1):
        begun = None if delay or _WORKER in line or not line.isascii() else _BEGINNING.match(line)
        if begun and line.endswith(b"}"):
            kind = (begun[1] or begun[3]).decode()
            if kind == "exchange":
                n = numbers[int(begun[2])] = start + len(numbers) + 1
                yield kind, first, b'{"event":"exchange","n":%d,%b,"worker":%d}' % (n, line[begun.end() : -1], first)
                continue
            if kind in ("case", "value"):
                yield kind, first, b'%b,"worker":%d}' % (line[:-1], first)
                continue
            if kind != "outcome" or not outcomes:
                yield kind, first - 1, line
                continue
        event = event_of(line, part, at)
        kind = event.get("event")
        if kind in ("header", "footer", None) or (kind == "outcome" and event.get("item") in outcomes):
            continue
        worker = first - 1
        if kind in ("exchange", "case", "value"):
            worker = first + event.get("worker", 0)
            event = {**event, "worker": worker}
        if kind == "exchange":
            numbers[event["n"]] = start + len(numbers) + 1
            event["n"] = numbers[event["n"]]
        elif kind == "finding" and event.get("exchange") is not None:
            # An unknown number is kept apart from the new ones, so that the reader still sees a contradiction.
            event = {**event, "exchange": numbers.get(event["exchange"], f"{first}:{event['exchange']}")}
        if delay and kind in ("exchange", "note"):
            event = {**event, "started": round(event.get("started", 0.0) + delay, 6)}
        yield kind, worker, _encode(event)
