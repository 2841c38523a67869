"""URLs as servers write them: some are none."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

_TOLD = re.compile(r"([^/?#]*://)?(?(1)(?:[^/?#]*@)?)([^?#]*)([?#]?).*", re.DOTALL)
_NONE = SplitResult("", "", "", "", "")


def parts_of(url: str) -> SplitResult:
    """The parts of ``url``; all of them empty where it is none, such as with brackets that hold no address (RFC 3986
    §3.2.2)."""
    try:
        return urlsplit(url)
    except ValueError:
        return _NONE


def told_url(url: str) -> str:
    """``url`` as it is told to the user: without its user and what its query or its fragment holds, which may be a
    key."""
    return _TOLD.sub(lambda found: f"{found[1] or ''}{found[2]}{found[3] and found[3] + '…'}", url, count=1)
