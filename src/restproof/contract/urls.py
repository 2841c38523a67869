"""URLs as servers write them: some are none."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

_NONE = SplitResult("", "", "", "", "")


def parts_of(url: str) -> SplitResult:
    """The parts of ``url``; all of them empty where it is none, such as with brackets that hold no address (RFC 3986
    §3.2.2)."""
    try:
        return urlsplit(url)
    except ValueError:
        return _NONE


def told_url(url: str) -> str:
    """``url`` as it is told to the user: what its query holds may be a key."""
    before, mark, _ = url.partition("?")
    return f"{before}{mark}…" if mark else url
