"""Text from a hostile server, made harmless for people who read it."""

from __future__ import annotations

import re

# Control characters, zero-width and bidirectional marks, the byte order mark, lone surrogates and the non-characters
# that XML 1.0 forbids.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\uffff\ud800-\udfff]"
)
_RFC = re.compile(r"\bRFC (\d+)(?: §\s?(\d+(?:\.\d+)*))?")


def visible(text: str) -> str:
    r"""``text`` with each character that could hide or reorder others (or that no XML may hold) written as
    ``\uXXXX``. Tabs and line feeds stay."""
    if text.isascii() and text.isprintable():
        return text
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


def milliseconds(value: float) -> str:
    """``0.8 ms``, ``12 ms``, ``1.2 s``."""
    if value >= 1000:
        return f"{value / 1000:.1f} s"
    return f"{value:.0f} ms" if value >= 9.5 else f"{value:.1f} ms"


def moment(started: str) -> str:
    """``2026-11-23 20:25 UTC`` of an ISO 8601 time in UTC."""
    return f"{started[:10]} {started[11:16]} UTC"


def plain(text: str) -> str:
    """``text`` as itself in Markdown: nothing in it is a link, an image, HTML, emphasis or a mention."""
    return re.sub(r"([\\`*_\[\]<>#|~&!@])", r"\\\1", flat(text))


def code(text: str) -> str:
    """``text`` as code in Markdown, in one line of at most 200 characters."""
    line = flat(text)[:200] or " "
    longest = max((len(run) for run in re.findall("`+", line)), default=0)
    fence = "`" * (longest + 1)
    space = " " if longest else ""
    return f"{fence}{space}{line}{space}{fence}".replace("|", "\\|")


def flat(text: str) -> str:
    """``text`` in one line, harmless."""
    return " ".join(visible(text).split())


def listed(value: object) -> str:
    """A value, or several with commas between them."""
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def anchor(text: str) -> str:
    """``text`` as part of an anchor of the HTML report."""
    return re.sub(r"[^\w.-]+", "-", text)


def source_address(source: str) -> str | None:
    """Where a clause such as ``RFC 9110 §15.3.2`` can be read; ``None`` for anything but an RFC."""
    found = _RFC.search(source)
    if found is None:
        return None
    return f"https://www.rfc-editor.org/rfc/rfc{found[1]}" + (f"#section-{found[2]}" if found[2] else "")
