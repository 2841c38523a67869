"""One decoder for the escapes in which a text may stand inside another: percent-encoding (RFC 3986 §2.1), character
references of HTML, escapes of JSON and of programming languages. It keeps where each piece came from."""

from __future__ import annotations

import html.entities
import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache

from restproof.frozen import frozen

Spans = list[tuple[int, int]]

_MOST_ROUNDS = 4
"""How often an escape may be escaped again before nobody reads it any more."""
_ESCAPE = re.compile(
    rb"%[0-9A-Fa-f]{2}"
    rb"|\\u[dD][89abAB][0-9A-Fa-f]{2}\\u[dD][c-fC-F][0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2}"
    rb"|\\u\{[0-9A-Fa-f]{1,6}\}|\\[\"\\/'bfnrt]"
    rb"|&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"
)
_NAMES: dict[int, list[bytes]] = {}
for _name, _text in html.entities.html5.items():
    if len(_text) == 1 and _text.isascii() and _name.endswith(";"):
        _NAMES.setdefault(ord(_text), []).append(_name[:-1].encode())
_LETTERS = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}


@frozen
class View:
    """A text with its escapes undone. ``marks``: places in ``data`` from which on it came from another place of the
    text as it is, each ``(in data, in the text)``; a mark stands before and behind every escape."""

    data: bytes
    marks: tuple[tuple[int, int], ...] = ((0, 0),)

    def raw(self, begin: int, end: int) -> tuple[int, int]:
        """Where a part of ``data`` stands in the text as it is."""
        return self._origin(begin), self._origin(end - 1, behind=True)

    def _origin(self, at: int, *, behind: bool = False) -> int:
        mark = bisect_right(self.marks, (at, 1 << 62)) - 1
        into, origin = self.marks[mark]
        if behind:
            if mark + 1 < len(self.marks) and self.marks[mark + 1][0] == at + 1:
                return self.marks[mark + 1][1]
            return origin + at - into + 1
        return origin + at - into


class Trigger:
    """Finds an escape, escaped again or not, of one of the ASCII characters ``wanted``, or of any other than ASCII
    where ``wanted`` holds one: without it, undoing the escapes shows nothing new of them."""

    def __init__(self, wanted: bytes) -> None:
        codes = sorted({c for c in wanted if c < 0x80})
        pairs = b"|".join(b"%02x" % c for c in codes)
        plain = re.escape(bytes(c for c in codes if c in b"\"\\/'") or b"/")
        numbers = b"|".join(b"%d" % c for c in codes)
        names = b"|".join(sorted({re.escape(n.lower()) for c in codes for n in _NAMES.get(c, ())}) or [b"amp"])
        # Each begins with a character that most texts do not hold, and that is found much faster than a pattern.
        self._patterns = [
            (b"%", re.compile(rb"%(?:25)*(?:" + pairs + rb")")),
            (b"\\", re.compile(rb"\\(?:[" + plain + rb"]|(?:u00|x|u\{0*)(?:" + pairs + rb"))")),
            (b"&", re.compile(rb"&(?:amp;)*(?:#0*(?:%b)|#x0*(?:%b)|%b);" % (numbers, pairs, names))),
        ]
        if any(c >= 0x80 for c in wanted):
            self._patterns = [(first, _ESCAPE) for first, _ in self._patterns]

    def fires(self, lower: bytes) -> bool:
        """Whether it is in a text of small letters."""
        return any(first in lower and pattern.search(lower) is not None for first, pattern in self._patterns)


def views(data: bytes, wanted: Trigger) -> Iterator[View]:
    """``data`` as it is, and where it holds what is ``wanted``, after each round of undoing its escapes, while there
    are any."""
    view = View(data)
    yield view
    if not wanted.fires(data.lower()):
        return
    for _ in range(_MOST_ROUNDS):
        following = _undone(view)
        if following is None:
            return
        view = following
        yield view


def undone(data: bytes) -> Iterator[bytes]:
    """``data`` after each round of undoing its escapes, while there are any. As :func:`views`, without where each piece
    came from, which takes most of the time."""
    for _ in range(_MOST_ROUNDS):
        following = _ESCAPE.sub(_replacement, data)
        if following == data:
            return
        data = following
        yield data


def merged(spans: Spans) -> Spans:
    """Ordered spans that do not touch each other."""
    found: Spans = []
    for begin, end in sorted(spans):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((begin, end))
    return found


def _undone(view: View) -> View | None:
    pieces: list[bytes] = []
    marks: list[tuple[int, int]] = []
    at = size = 0
    older = list(view.marks)
    for match in _ESCAPE.finditer(view.data):
        meant = _meant(match[0])
        if meant is None:
            continue
        marks += _moved(older, at, match.start(), size - at, view)
        pieces += [view.data[at : match.start()], meant]
        size += match.start() - at
        marks.append((size, view.raw(match.start(), match.end())[0]))
        at = match.end()
        size += len(meant)
    if not pieces:
        return None
    marks += _moved(older, at, len(view.data) + 1, size - at, view)
    return View(b"".join([*pieces, view.data[at:]]), tuple(marks))


def _moved(older: list[tuple[int, int]], begin: int, end: int, by: int, view: View) -> Iterator[tuple[int, int]]:
    """The marks of the part from ``begin`` to ``end``, moved: where it begins, and those that were in it."""
    yield begin + by, view.raw(begin, begin + 1)[0]
    first = bisect_right(older, (begin, 1 << 62))
    for place, origin in older[first:]:
        if place >= end:
            return
        yield place + by, origin


def _replacement(escape: re.Match[bytes]) -> bytes:
    meant = _meant(escape[0])
    return escape[0] if meant is None else meant


@lru_cache(4096)
def _meant(escape: bytes) -> bytes | None:
    """The bytes that an escape stands for; ``None`` where it is none after all."""
    if escape[:1] == b"%":
        return bytes([int(escape[1:], 16)])
    if escape[:2] == b"&#":
        digits = escape[2:-1].decode()
        return _utf8(int(digits[1:], 16) if digits[0] in "xX" else int(digits))
    if escape[:1] == b"&":
        text = html.entities.html5.get(escape[1:].decode())
        return None if text is None else text.encode()
    kind, rest = escape[1:2], escape[2:]
    if kind == b"x":
        return bytes([int(rest, 16)])
    if kind != b"u":
        return _LETTERS.get(kind, kind)
    if len(escape) == 12:
        pair = bytes.fromhex((escape[2:6] + escape[8:12]).decode())
        return pair.decode("utf-16-be").encode()
    return _utf8(int(rest.strip(b"{}"), 16))


def _utf8(code: int) -> bytes | None:
    return chr(code).encode("utf-8", "surrogatepass") if code < 0x110000 else None
