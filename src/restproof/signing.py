"""Signatures as hooks: what a ``restproof_hooks.py`` takes in place of a bearer token.

The credential is the pair of keys, ``KEY_ID:SECRET`` (``KEY_ID:SECRET:SESSION_TOKEN`` for one that is lent), under a
contract with ``auth: {scheme: api_key, header: Authorization}``. So requests without a credential, and with a wrong
one, are tried as with any other scheme.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import quote, unquote, urlsplit

from restproof.hooks import Outgoing

__all__ = ["sigv4"]

_ALGORITHM = "AWS4-HMAC-SHA256"
_PLAIN = "-_.~"
_PORTS = {"http": 80, "https": 443}


def sigv4(
    region: str, service: str, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> Callable[[Outgoing], Outgoing | None]:
    """A ``before_request`` that signs as AWS does (Signature Version 4), for API Gateway (``execute-api``) and whatever
    else of AWS, or speaks like it. ``clock``: the present moment, in UTC."""

    def sign_as_aws(request: Outgoing) -> Outgoing | None:
        key, _, secret = (request.header("Authorization") or "").partition(":")
        if not secret:
            return None  # there is no credential, or it is none
        secret, _, session = secret.partition(":")
        moment = clock()
        signed = request.with_header("X-Amz-Date", f"{moment:%Y%m%dT%H%M%SZ}")
        if session:
            signed = signed.with_header("X-Amz-Security-Token", session)
        digest = hashlib.sha256(request.body or b"").hexdigest()
        if service == "s3":
            signed = signed.with_header("X-Amz-Content-Sha256", digest)
        fields = _fields(signed)
        names = ";".join(fields)
        asked = "\n".join(
            [
                request.method,
                *_target(request.target, service),
                *(f"{n}:{v}" for n, v in fields.items()),
                "",
                names,
                digest,
            ]
        )
        scope = f"{moment:%Y%m%d}/{region}/{service}/aws4_request"
        said = hashlib.sha256(asked.encode()).hexdigest()
        text = f"{_ALGORITHM}\n{moment:%Y%m%dT%H%M%SZ}\n{scope}\n{said}"
        found = f"AWS4{secret}".encode()
        for part in (*scope.split("/"), text):
            found = hmac.digest(found, part.encode(), "sha256")
        value = f"{_ALGORITHM} Credential={key}/{scope}, SignedHeaders={names}, Signature={found.hex()}"
        return signed.with_header("Authorization", value)

    return sign_as_aws


def _fields(request: Outgoing) -> dict[str, str]:
    """The header fields that are signed, by their names in lower case, in order."""
    parts = urlsplit(request.origin)
    port = "" if parts.port in (None, _PORTS.get(parts.scheme)) else f":{parts.port}"
    found = {"host": request.header("Host") or f"{parts.hostname}{port}"}
    for name, value in request.headers:
        if name.lower() == "content-type" or name.lower().startswith("x-amz-"):
            found[name.lower()] = " ".join(value.split())
    return dict(sorted(found.items()))


def _target(target: str, service: str) -> tuple[str, str]:
    """The path and the query of a request in their canonical forms."""
    path, _, query = target.partition("?")
    pairs = (part.partition("=") for part in query.split("&") if part)
    encoded = sorted((quote(unquote(n), safe=_PLAIN), quote(unquote(v), safe=_PLAIN)) for n, _, v in pairs)
    if service != "s3":
        path = quote(_without_dots(path), safe=f"/{_PLAIN}")
    return path or "/", "&".join(f"{name}={value}" for name, value in encoded)


def _without_dots(path: str) -> str:
    """A path without ``.`` and ``..``, and without empty segments."""
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == ".." and kept:
            kept.pop()
        elif segment not in ("", ".", ".."):
            kept.append(segment)
    end = "/" if kept and path.endswith("/") else ""
    return f"/{'/'.join(kept)}{end}"
