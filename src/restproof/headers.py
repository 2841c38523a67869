"""The header fields of a message as pairs of name and value, in the order in which they came."""

from __future__ import annotations

Headers = tuple[tuple[str, str], ...]


def first(headers: Headers, name: str) -> str | None:
    """The first value of the header ``name``, whatever its case; ``None`` where there is none."""
    wanted = name.lower()
    return next((v for n, v in headers if n.lower() == wanted), None)
