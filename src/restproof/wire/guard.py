"""What goes out and what never does: the credential header, and the requests that no client may send."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from restproof.contract.model import Auth, Contract
from restproof.errors import ConfigurationError
from restproof.frozen import frozen
from restproof.wire.failure import Unsayable
from restproof.wire.message import SAFE_METHODS, Headers, Request
from restproof.wire.wallet import Token

_OVERRIDES = frozenset({"x-http-method-override", "x-http-method", "x-method-override", "_method"})
_PATH = re.compile(r"/[!-\"$-~]*")
_DOTS = re.compile(r"(?:^|[/\\])\.\.?(?:;[^/\\]*)?(?:[/\\]|\Z)")
"""A dot segment where nothing is percent-encoded."""


@frozen
class Presented:
    """What a request holds of its credential: header fields, and parameters of its query."""

    headers: Headers = ()
    query: tuple[tuple[str, str], ...] = ()


def credential_header(auth: Auth, value: str) -> tuple[str, str] | None:
    """The header that presents the credential ``value``; ``user:password`` for the basic scheme. ``None`` where the
    contract asks for no credential, or for one that stands elsewhere."""
    scheme, header = auth.scheme, auth.header
    if scheme == "bearer":
        return header, f"Bearer {value}"
    if scheme == "basic":
        return header, "Basic " + base64.b64encode(value.encode()).decode("ascii")
    if scheme == "api_key" and auth.place != "query":
        return header, f"{auth.name}={value}" if auth.place == "cookie" else f"{auth.prefix}{value}"
    return None


def client_headers(
    contract: Contract, credentials: Mapping[str, str], ids: Mapping[str, Any], credential: str | None
) -> dict[str, str]:
    """The headers of a plain request: the credential of that name out of ``credentials`` (``None``: without one), and
    the contract's own with the ``ids`` of the given parents. Raises ``ConfigurationError``."""
    found: dict[str, str] = {}
    if credential is not None and contract.auth.scheme != "none":
        if credential not in credentials:
            raise ConfigurationError(
                f"there is no credential {credential!r} here", hint=f"There are: {', '.join(credentials)}."
            )
        pair = credential_header(contract.auth, credentials[credential])
        found.update([pair] if pair else [])
    for name, template in contract.headers.items():
        try:
            found[name] = template.format_map(ids)
        except KeyError:
            continue
    return found


def presented(auth: Auth, token: Token, method: str) -> Presented:
    """How a request presents a credential: by itself, by the cookies that came with it, and where the request writes by
    the token against forged ones."""
    own = credential_header(auth, token.value)
    fields: Headers = () if own is None else (own,)
    if token.cookies:
        beside = "; ".join(f"{name}={value}" for name, value in token.cookies)
        if own is not None and auth.place == "cookie":
            fields = (("Cookie", f"{own[1]}; {beside}"),)
        else:
            fields = (*fields, ("Cookie", beside))
    if method.upper() not in SAFE_METHODS:
        fields = (*fields, *token.csrf)
    return Presented(fields, ((auth.name, token.value),) if auth.place == "query" else ())


def shown_by(auth: Auth, request: Request) -> Presented:
    """What a request holds by itself where a credential stands, such as a wrong one."""
    fields = tuple(
        pair for pair in request.headers if pair[0].lower() in (auth.header.lower(), "authorization", "cookie")
    )
    return Presented(fields, tuple(pair for pair in request.query if auth.place == "query" and pair[0] == auth.name))


def check(request: Request) -> None:
    """Raises ``ValueError`` for what no client may send: a path that is not absolute and encoded, a line break in a
    header, and a dot segment (plain or encoded) with a method that writes: what a proxy makes of one may be
    anybody's resource. Raises ``Unsayable`` for an id that a header should name and cannot hold."""
    if not _PATH.fullmatch(request.path):
        raise ValueError(f"not an absolute, percent-encoded path: {request.path!r}")
    _check_fields(request.headers)
    if request.writes and has_dot_segment(request.path):
        raise ValueError(f"a dot segment with {request.method}: {request.path!r}")


@lru_cache(1024)  # most requests have the fields of others
def _check_fields(headers: Headers) -> None:
    if any(c in text for pair in headers for text in pair for c in "\r\n\0"):
        raise ValueError("a header holds a line break or NUL")
    for name, value in headers:
        if not value.isascii() and any(c > "\xff" for c in value):
            raise Unsayable(f"the header {name} cannot hold {value!r:.60}: a character for each octet (RFC 9110 §5.5)")


def effective_method(request: Request) -> str:
    """The method that a server may act by: some obey a header or a parameter that overrides it."""
    said = _overriding(request.headers)
    if said is None and request.query:
        said = _overriding(request.query)
    return request.method.upper() if said is None else said


@lru_cache(1024)  # most requests have the fields of others
def _overriding(pairs: tuple[tuple[str, str], ...]) -> str | None:
    return next((value.upper() for name, value in pairs if name.lower() in _OVERRIDES), None)


def has_dot_segment(path: str) -> bool:
    """Whether ``path`` holds ``.`` or ``..`` as a segment, in any spelling that a server may decode to one."""
    if "%" not in path:
        return "." in path and _DOTS.search(path.partition("?")[0]) is not None
    for _ in range(3):
        decoded = unquote(path)
        if decoded == path:
            break
        path = decoded
    segments = re.split(r"[/\\]", path.partition("?")[0])
    return any(segment.partition(";")[0] in (".", "..") for segment in segments)
