"""Keeping secrets out of everything that a run leaves behind."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, quote_plus

from restproof.wire.message import Headers, Request, Response

REDACTED = "[redacted]"
SENSITIVE_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie"})

# The password of a basic credential is hidden by itself only from this length on: a shorter one ("admin", "test")
# is likely to be a word of the data too, and hiding it there would falsify what is judged.
_PART_LENGTH = 8


class Redactor:
    """Replaces secrets by ``[redacted]``: each configured credential in every spelling that a server may echo it
    in, and the values of the headers that carry credentials, whatever they hold."""

    def __init__(self, secrets: Iterable[str] = (), headers: Iterable[str] = ()) -> None:
        self._headers = SENSITIVE_HEADERS | {name.lower() for name in headers}
        self._secrets = tuple(s for s in secrets if s)
        spellings = {s for secret in self._secrets for s in _spellings(secret)}
        # The longest first: a secret may be a part of another's spelling.
        self._texts = sorted(spellings, key=lambda s: (-len(s), s))
        self._bytes = [(s.encode("utf-8", "surrogatepass"), REDACTED.encode()) for s in self._texts]

    def __repr__(self) -> str:
        return f"Redactor({len(self._texts)} spellings)"

    def is_sensitive(self, header: str) -> bool:
        """Whether the values of ``header`` are never shown."""
        return header.strip().lower() in self._headers

    def text(self, text: str) -> str:
        """``text`` without the secrets."""
        for spelling in self._texts:
            if spelling in text:
                text = text.replace(spelling, REDACTED)
        return text

    def data(self, data: bytes) -> bytes:
        """``data`` without the secrets, as UTF-8 spells them."""
        for spelling, replacement in self._bytes:
            if spelling in data:
                data = data.replace(spelling, replacement)
        return data

    def headers(self, headers: Headers) -> Headers:
        """``headers`` without the secrets and without the values of the sensitive ones."""
        return tuple((self.text(n), REDACTED if self.is_sensitive(n) else self.text(v)) for n, v in headers)

    def request(self, request: Request, sent: Headers) -> Request:
        """``request`` with the headers ``sent`` in place of its own, without the secrets."""
        return Request(
            method=request.method,
            path=self.text(request.path),
            query=tuple((self.text(name), self.text(value)) for name, value in request.query),
            headers=self.headers(sent),
            body=None if request.body is None else self.data(request.body),
        )

    def response(self, response: Response) -> Response:
        """``response`` without the secrets."""
        return Response(
            status=response.status,
            reason=self.text(response.reason),
            headers=self.headers(response.headers),
            body=self.data(response.body),
        )

    def value(self, value: Any) -> Any:
        """A JSON value without the secrets, at any depth, in member names too."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.value(k): self.value(v) for k, v in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.value(v) for v in value]
        return value

    def and_of(self, headers: Headers) -> Redactor:
        """A redactor that also hides what the sensitive ones of ``headers`` hold: a truncated or invented
        credential that a suite sends is not configured, but still holds most of a real one."""
        held = {v.partition(" ")[2] or v for n, v in headers if self.is_sensitive(n)}
        new = {s for s in held if len(s) >= _PART_LENGTH and s not in self._texts}
        return Redactor((*self._secrets, *sorted(new)), self._headers) if new else self


def _spellings(secret: str) -> set[str]:
    """All spellings of a credential: as it is, URL-encoded, JSON-escaped; for ``user:password`` also the base64 of
    the basic scheme (RFC 7617) and the password by itself."""
    plain = {secret}
    _, colon, password = secret.partition(":")
    if colon:
        plain.add(base64.b64encode(secret.encode("utf-8", "surrogatepass")).decode("ascii"))
        if len(password) >= _PART_LENGTH:
            plain.add(password)
    found: set[str] = set()
    for text in plain:
        quoted = quote(text, safe="", errors="surrogatepass")
        escaped = json.dumps(text)[1:-1]
        found |= {text, quoted, re.sub("%..", lambda m: m[0].lower(), quoted), quote_plus(text, errors="surrogatepass")}
        found |= {escaped, escaped.replace("/", "\\/"), json.dumps(text, ensure_ascii=False)[1:-1]}
    return found
