"""Digest access authentication (RFC 7616), as ``requests`` computes it: one state of a credential for all threads."""

from __future__ import annotations

import re
from typing import Any
from urllib.request import parse_http_list, parse_keqv_list

from requests.auth import HTTPDigestAuth

from restproof.wire.message import Exchange

_CHALLENGE = re.compile(r"digest ", re.IGNORECASE)


class Digest:
    """Answers the challenges of a server with the secret ``user:password``."""

    def __init__(self, secret: str) -> None:
        self._auth: Any = HTTPDigestAuth(*secret.partition(":")[::2])
        self._challenge: dict[str, Any] = {}
        self._last = ("", 0)

    def is_challenged(self, exchange: Exchange) -> bool:
        """Whether the answer holds a challenge, which the next header answers."""
        said = exchange.response.header("WWW-Authenticate") if exchange.response else None
        if not said or not _CHALLENGE.match(said):
            return False
        try:
            self._challenge = parse_keqv_list(parse_http_list(_CHALLENGE.sub("", said, count=1)))
        except ValueError:
            return False
        return "nonce" in self._challenge and "realm" in self._challenge

    def header(self, method: str, target: str) -> str | None:
        """The header for one request; ``None`` where there was no challenge yet, or one of an unknown kind."""
        if not self._challenge:
            return None
        self._auth.init_per_thread_state()
        state = self._auth._thread_local
        state.chal = self._challenge
        state.last_nonce, state.nonce_count = self._last
        found: str | None = self._auth.build_digest_header(method, target)
        self._last = (state.last_nonce, state.nonce_count)
        return found
