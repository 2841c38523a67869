"""What a connection hands over: the answer read against one deadline, and its header kept within bounds.

The standard library's timeout is for each piece that comes, so a server that trickles holds a client for as long as it
likes; and its parser takes a header line that is no field for the end of the header.
"""

from __future__ import annotations

import re
import socket
import time
from contextlib import suppress
from http.client import (
    BAD_REQUEST,
    INTERNAL_SERVER_ERROR,
    OK,
    SWITCHING_PROTOCOLS,
    HTTPException,
    HTTPResponse,
)
from io import BufferedReader, RawIOBase
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MOST_LINES = 100
"""Header lines of an answer before it counts as oversized; the limit of the standard library, told by name."""
MOST_BYTES = 256 * 1024
"""Bytes of the header lines of an answer before they count as oversized."""
MOST_INTERIM = 1_000
"""Interim responses before an answer until they count as oversized."""

_STATUS_LINE = re.compile(rb"HTTP/1\.\d ([0-9]{3})\b")
_FIELD = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+:")


class OversizedHeader(HTTPException):
    """The header of an answer is larger than any that means something, or has no end."""


class Timed(RawIOBase):
    """What comes over ``connection`` until the moment ``until`` (of ``time.monotonic``). Raises ``TimeoutError`` from
    then on, also where every single piece came in time. ``begun`` has come already; ``ends_so``: whether a connection
    that is reset is the end of what comes; ``is_cut``: whether its end is a reset that a write has met before."""

    def __init__(self, raw: RawIOBase, connection: socket.socket, until: float, begun: bytes = b"") -> None:
        self._raw = raw
        self._begun = begun
        self.connection = connection
        self._until = until
        self.at_hand = False  # whether nothing more is waited for
        self.ends_so = self.is_cut = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int | None:
        if self._begun:
            room = memoryview(buffer)
            piece, self._begun = self._begun[: len(room)], self._begun[len(room) :]
            room[: len(piece)] = piece
            return len(piece)
        self.connection.settimeout(0 if self.at_hand else seconds_to(self._until))
        try:
            count = cast("int | None", self._raw.readinto(buffer))
        except ConnectionResetError:
            if not self.ends_so:
                raise
            return 0
        if count == 0 and self.is_cut:
            raise ConnectionResetError("the connection was reset while the request was sent")
        return count

    def close(self) -> None:
        # The socket counts its files, and closes with the last of them.
        self._raw.close()
        super().close()


class Answering(BufferedReader):
    """What a server sends in answer to one request. ``behind``: what had come besides, when it was closed."""

    def __init__(self, raw: Timed) -> None:
        super().__init__(raw)
        self._timed = raw
        self.behind = b""

    def may_end_by_reset(self) -> None:
        """From now on, a connection that is reset is the end of the answer."""
        self._timed.ends_so = True

    def was_cut(self) -> None:
        """From now on, the end of the connection does not say that the answer is whole."""
        self._timed.is_cut = True

    def close(self) -> None:
        if not self.closed:
            self._timed.at_hand = True
            waited = self._timed.connection.gettimeout()
            with suppress(OSError, ValueError):
                self.behind = self.peek(1)
            with suppress(OSError):  # it may be closed by now
                self._timed.connection.settimeout(waited)  # behind the answer of a proxy, a tunnel begins
        super().close()


def behind(data: bytes) -> str:
    """What it is that came behind an answer, without a word of it: it may hold a secret. Empty for nothing, and for a
    408, by which a server says that it closes an idle connection (RFC 9110 §15.5.9)."""
    second = _STATUS_LINE.match(data)
    if second:
        return "" if second[1] == b"408" else f"a second answer ({second[1].decode()})"
    return "more bytes" if data else ""


def timed(connection: socket.socket, until: float) -> BufferedReader:
    """A file of what comes over ``connection`` until the moment ``until`` (of ``time.monotonic``)."""
    return BufferedReader(Timed(cast(RawIOBase, connection.makefile("rb", buffering=0)), connection, until))


def seconds_to(until: float) -> float:
    """The seconds that are left. Raises ``TimeoutError`` where none are."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError("the deadline has passed")
    return left


class FinalResponse(HTTPResponse):
    """An answer as the standard library reads it, but for six things. It is read until ``until`` at the latest
    (``None``: while each piece comes in time). Interim responses (RFC 9110 §15.2) of any status are passed over, but
    101: what follows that is no HTTP. A header that is out of all bounds raises :class:`OversizedHeader`. Header
    lines that are no field (RFC 9112 §5) end up in ``odd``, as (what stands before the colon, what stands behind it),
    and the fields after them still count. A refusal that lasts until the connection closes may end by its reset
    (RFC 9112 §9.6); another answer like that may not, also where a write has met the reset (``unheard``). ``source``
    knows what came behind it. ``begun``: what of it has been read."""

    def __init__(
        self,
        sock: socket.socket,
        *arguments: Any,
        until: float | None = None,
        begun: bytes = b"",
        unheard: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(sock, *arguments, **options)
        self._unheard = unheard
        self.odd: list[tuple[str, str]] = []
        self.source: Answering | None = None
        if until is not None:
            self.fp = self.source = Answering(Timed(self.fp.detach(), sock, until, begun))

    def begin(self) -> None:
        file = self.fp
        self.fp = cast(BufferedReader, _Head(file, self.odd))
        try:
            super().begin()
            interim = 0
            while SWITCHING_PROTOCOLS < self.status < OK:
                interim += 1
                if interim > MOST_INTERIM:
                    raise OversizedHeader("interim responses without end")
                self.headers = None  # type: ignore[assignment]
                self.odd.clear()
                super().begin()
        finally:
            if self.fp is not None:  # else what came is no HTTP, and is closed
                self.fp = file
        # Who refuses before all of the request was read closes with a reset, which TCP cannot tell from an end.
        until_closed = self.will_close and self.length is None and not self.chunked
        if self.source is not None and until_closed:
            if BAD_REQUEST <= self.status < INTERNAL_SERVER_ERROR:
                self.source.may_end_by_reset()
            elif self._unheard:
                self.source.was_cut()


class _Head:
    """The lines of one head after the other: a status line, fields, an empty line."""

    def __init__(self, file: BufferedReader, odd: list[tuple[str, str]]) -> None:
        self._file = file
        self._odd = odd
        self._lines = self._bytes = 0

    def close(self) -> None:
        self._file.close()

    def readline(self, limit: int) -> bytes:
        while True:
            line = self._file.readline(limit)
            if self._lines == 0:
                self._lines = 1
                return line  # of the status
            self._lines += 1
            self._bytes += len(line)
            if self._lines > MOST_LINES + 1 or self._bytes > MOST_BYTES:
                raise OversizedHeader(f"more than {MOST_LINES} lines or {MOST_BYTES} bytes of header")
            if line in (b"\r\n", b"\n", b""):
                self._lines = self._bytes = 0
                return line
            if _FIELD.match(line) or line[:1] in b" \t":  # a folded line goes on with the field before it
                return line
            name, colon, value = line.partition(b":")
            self._odd.append((name.rstrip(b"\r\n").decode("latin-1"), value.strip().decode("latin-1")))
            if colon and _FIELD.fullmatch(name.rstrip(b" \t") + colon):
                return name.rstrip(b" \t") + colon + value
