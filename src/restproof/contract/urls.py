"""URLs as servers write them: some are none."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, unquote, urlsplit

Query = tuple[tuple[str, str], ...]
"""The parameters of a query as pairs of name and value, decoded, in their order."""
_USER = re.compile(r"^([^/?#]*//)[^/?#]*@")
_NONE = SplitResult("", "", "", "", "")


def parts_of(url: str) -> SplitResult:
    """The parts of ``url``; all of them empty where it is none, such as with brackets that hold no address (RFC 3986
    §3.2.2)."""
    try:
        return urlsplit(url)
    except ValueError:
        return _NONE


def leads_through(path: str, place: str) -> bool:
    """Whether the segments of ``place``, a whole path, stand side by side in a path. A character that may stand there
    as it is (``=`` of a base64 id) may be encoded as well, and a slash behind them does not count, but of the root: any
    path that ends with one may be that, behind a prefix."""
    way, wanted = ([unquote(s) for s in p.rstrip("/").split("/")] for p in (path, place))
    wanted = wanted[1:]
    if not wanted:
        return not path or path.endswith("/")
    return any(way[at : at + len(wanted)] == wanted for at in range(len(way)))


def without_user(url: str) -> str:
    """``url`` without the user, and the password, before its host."""
    return _USER.sub(r"\1", url)


def told_url(url: str) -> str:
    """``url`` as it is told to the user: without its user and what its query or its fragment holds, which may be a
    key."""
    plain = without_user(url)
    mark = re.search(r"[?#]", plain)
    return f"{plain[: mark.end()]}…" if mark else plain
