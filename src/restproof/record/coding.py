"""Content as it was before it was compressed for its way (RFC 9110 §8.4.1)."""

from __future__ import annotations

import zlib

from restproof.record.events import Body
from restproof.record.packed import LARGEST

KNOWN = ("gzip", "x-gzip", "deflate")
"""The codings that can be undone here."""


def as_body(data: bytes) -> Body:
    """Content as a run file holds it: text where it is UTF-8; ``None`` for nothing."""
    try:
        return data.decode() or None
    except UnicodeDecodeError:
        return data


def uncompressed(data: bytes, codings: str) -> bytes | None:
    """The content without its coding, the value of Content-Encoding; ``None`` where it is one that cannot be undone, is
    damaged, or hides more than ``LARGEST`` bytes."""
    name = codings.strip().lower()
    if name in ("", "identity"):
        return data
    if name not in KNOWN:
        return None
    for bits in (zlib.MAX_WBITS | 32, -zlib.MAX_WBITS):  # some call the bare stream deflate
        try:
            found = zlib.decompressobj(bits)
            plain = found.decompress(data, LARGEST + 1)
        except zlib.error:
            continue
        return plain if found.eof and len(plain) <= LARGEST else None
    return None
