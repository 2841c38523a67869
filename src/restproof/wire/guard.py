"""What goes out and what never does: the credential header, and the requests that no client may send."""

from __future__ import annotations

import base64
import re
from urllib.parse import unquote

from restproof.contract.model import Contract
from restproof.wire.message import Headers, Request
from restproof.wire.wallet import Token

_PATH = re.compile(r"/[!-\"$-~]*")


def credential_header(contract: Contract, value: str) -> tuple[str, str] | None:
    """The header that presents the credential ``value``; ``user:password`` for the basic scheme. ``None`` where the
    contract asks for no credential."""
    scheme, header = contract.auth.scheme, contract.auth.header
    if scheme == "bearer":
        return header, f"Bearer {value}"
    if scheme == "basic":
        return header, "Basic " + base64.b64encode(value.encode()).decode("ascii")
    if scheme == "api_key":
        return header, value
    return None


def presented(contract: Contract, token: Token, request: Request) -> Headers:
    """The header fields that present a credential with ``request``: itself, the cookies that came with it, and the
    token against forged requests where the request writes."""
    own = credential_header(contract, token.value)
    found: Headers = () if own is None else (own,)
    if token.cookies:
        found = (*found, ("Cookie", "; ".join(f"{name}={value}" for name, value in token.cookies)))
    return (*found, *token.csrf) if request.writes else found


def check(request: Request) -> None:
    """Raises ``ValueError`` for what no client may send: a path that is not absolute and encoded, a line break in a
    header, and a dot segment (plain or encoded) with a method that writes: what a proxy makes of one may be
    anybody's resource."""
    if not _PATH.fullmatch(request.path):
        raise ValueError(f"not an absolute, percent-encoded path: {request.path!r}")
    if any(c in text for pair in request.headers for text in pair for c in "\r\n\0"):
        raise ValueError("a header holds a line break or NUL")
    if request.writes and has_dot_segment(request.path):
        raise ValueError(f"a dot segment with {request.method}: {request.path!r}")


def has_dot_segment(path: str) -> bool:
    """Whether ``path`` holds ``.`` or ``..`` as a segment, in any spelling that a server may decode to one."""
    if "." not in path and "%" not in path:
        return False
    for _ in range(3):
        decoded = unquote(path)
        if decoded == path:
            break
        path = decoded
    segments = re.split(r"[/\\]", path.partition("?")[0])
    return any(segment.partition(";")[0] in (".", "..") for segment in segments)
