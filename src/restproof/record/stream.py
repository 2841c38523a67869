"""The outer layer of a run file: gzip and JSON Lines, and what can be wrong with them."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from restproof.errors import Place, RunFileError

MAGIC = b"\x1f\x8b"
CHUNK = 1 << 18
LONGEST_LINE = 128 * 1024 * 1024
"""Bytes of a line of a run file: the largest answer that a run keeps, however it is escaped, is shorter."""
_PIECE = 1 << 20
RECORD = "Give the run.jsonl.gz that `restproof run` left in its output folder."


class MissingRunFile(RunFileError):
    """There is no such file, or it cannot be opened."""


class NotARunFile(RunFileError):
    """The file holds something else: no gzip, no JSON Lines, or no event."""


class NewerFormat(RunFileError):
    """The file was written by a later restproof, in a format that this one does not know."""


class InvalidEvent(RunFileError):
    """One line breaks the schema of run files."""


class TruncatedRunFile(RunFileError):
    """The file ends before its footer: the run was killed, or the file was cut."""


class ContradictoryRunFile(RunFileError):
    """Two events cannot both be true, or one cites what is not there."""


def lines(path: Path, *, partial: bool = False) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each line of ``path`` as (number from 1, JSON object). Plain JSON Lines are read too.

    A file that breaks off raises ``TruncatedRunFile`` after the last whole line, or just ends there where ``partial``
    is true. Raises ``MissingRunFile`` and ``NotARunFile``.
    """
    number = 0
    for number, line in enumerate(raw_lines(path, partial=partial), 1):
        yield number, event_of(line, path, number)
    if not number and not partial:
        raise NotARunFile("the file is empty", place=Place(path), hint=RECORD)


_EXCHANGE = b'{"event":"exchange",'
"""How the lines of exchanges begin. What other lines hold, inputs of cases above all, may be a number that only Python
reads as it stands."""


def event_of(line: bytes, path: Path, number: int) -> dict[str, Any]:
    """The event of a line of ``path``. Raises ``NotARunFile``."""
    try:
        event = _exchange(line) if line.startswith(_EXCHANGE) else json.loads(str(line, "utf-8"))
    except (ValueError, RecursionError) as error:
        raise NotARunFile(
            "this line is not JSON, so the file is no run file (or was damaged)",
            place=Place(path, number),
            hint=RECORD,
        ) from error
    if not isinstance(event, dict):
        raise NotARunFile("this line is not an event (a JSON object)", place=Place(path, number))
    return event


def _exchange(line: bytes) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:  # a lone surrogate
        return json.loads(str(line, "utf-8"))


def raw_lines(path: Path, *, partial: bool) -> Iterator[bytes]:
    """The whole lines of ``path`` without their ends. Raises as :func:`lines`, but for what a line holds."""
    rest: list[bytes] = []
    size = 0
    for data in _content(path, partial):
        if b"\n" not in data:
            rest.append(data)
            size += len(data)
            if size > LONGEST_LINE:
                raise NotARunFile(
                    f"a line is longer than {LONGEST_LINE // 1024**2} MiB", place=Place(path), hint=RECORD
                )
            continue
        *whole, last = b"".join([*rest, data]).split(b"\n")
        rest, size = [last], len(last)
        yield from (line for line in whole if line)
    if size and not partial:
        raise _truncated(path)


def _content(path: Path, partial: bool) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            first = file.read(CHUNK)
            if first[:2] != MAGIC:
                if first and not first.startswith(b"{"):
                    raise NotARunFile("the file is neither gzip nor JSON Lines", place=Place(path), hint=RECORD)
                yield first
                while data := file.read(CHUNK):
                    yield data
                return
            unzip = zlib.decompressobj(31)
            data = first
            while data or (data := file.read(CHUNK)):
                if unzip.eof:
                    unzip = zlib.decompressobj(31)
                # A small piece may hold gigabytes.
                yield unzip.decompress(data, _PIECE)
                data = unzip.unconsumed_tail or unzip.unused_data
            if not unzip.eof and not partial:
                raise _truncated(path)
    except OSError as error:
        raise MissingRunFile(
            f"the run file cannot be opened ({error.strerror or error})",
            place=Place(path),
            hint="Each run leaves a run.jsonl.gz in its output folder, reports/<run>/ by default.",
        ) from error
    except zlib.error as error:
        raise NotARunFile(f"the file is damaged or no gzip ({error})", place=Place(path)) from error


def _truncated(path: Path) -> TruncatedRunFile:
    return TruncatedRunFile(
        "the run file ends before its footer: the run was killed, or the file was cut",
        place=Place(path),
        hint="Run again; what is there can still be reported, as an incomplete run.",
    )
