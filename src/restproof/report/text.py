"""Text from a hostile server, made harmless for people who read it."""

from __future__ import annotations

import re

# Control characters, zero-width and bidirectional marks, the byte order mark, lone surrogates and the non-characters
# that XML 1.0 forbids.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\uffff\ud800-\udfff]"
)


def visible(text: str) -> str:
    r"""``text`` with each character that could hide or reorder others (or that no XML may hold) written as
    ``\uXXXX``. Tabs and line feeds stay."""
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def plural(count: int, noun: str) -> str:
    """``1 place``, ``1,024 places``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def duration(seconds: float) -> str:
    """``0.4 s``, ``12 s``, ``3 min 05 s``."""
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s"


def moment(started: str) -> str:
    """``2026-11-23 20:25 UTC`` of an ISO 8601 time in UTC."""
    return f"{started[:10]} {started[11:16]} UTC"
