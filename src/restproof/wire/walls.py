"""Firewalls, and other servers before an API: what one of them refuses, the API has never seen, and is not to blame
for."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import unquote

from restproof.wire.blocking import is_page
from restproof.wire.message import Exchange

_GATEWAY = "ForbiddenException"
"""What API Gateway says in ``x-amzn-ErrorType`` of a request that it has not passed on; its content is JSON."""
_ATTACK = re.compile(
    r"<script|<img|javascript:|'\s*or\s|\bor 1=1|union\s+(?:all\s+)?select|drop\s+table|\.\./|/etc/passwd|\$\{|\{\{|<%"
    r"|\$\(|\x00|%00|%0d%0a",
    re.IGNORECASE,
)
_NO_URI = re.compile(r"%(?![0-9A-Fa-f]{2})|[\"<>\\^`{|}]")
"""A percent sign that begins no escape (RFC 3986 §2.1), and characters that stand in no URI (§2)."""


class Walls:
    """Tells the pages of firewalls from answers of the API, in the exchanges of a session in their order. ``note`` is
    told of each."""

    def __init__(self, note: Callable[[str, str], None]) -> None:
        self._note = note
        self._barred: set[tuple[str | None, str | None, str | None]] = set()
        """The operations that a credential was kept from by a page, whatever it sent: so the API itself does it."""

    def refusal(self, exchange: Exchange) -> str | None:
        """Why an answer says nothing about the API; ``None`` where it is the API's own.

        It is a firewall's where it names one, or where it is a page of HTML (or a gateway's word) with 403 or 406 to
        what looks like an attack, unless others of the kind were refused so too that look like none. A 400 to what is
        no URI is whoever's reads the request first, unless it is JSON.
        """
        about, response = exchange.about, exchange.response
        if response is None:
            return None
        if response.status == 407:
            return "a proxy before the API asks for credentials of its own (407, RFC 9110 §15.5.8)"
        kind, status, name = (
            (about.resource, about.operation, exchange.credential),
            response.status,
            response.blocked_by,
        )
        if name is None and status < 400:
            if status < 300:
                self._barred.discard(kind)
            return None
        by_others = is_page(response.body) or exchange.header("x-amzn-ErrorType") == _GATEWAY
        if name is None and status in (403, 406) and by_others:
            if not _looks_like_an_attack(exchange):
                self._barred.add(kind)
            elif kind not in self._barred:
                name = "one with a page of its own"
        if name is None and status == 400 and _NO_URI.search(exchange.url) and exchange.json is None:
            return "the request asks for what is no URI (RFC 3986 §2), and any server before the API refuses that"
        if name is None:
            return None
        self._note("firewall", f"{exchange.request.method} {exchange.url}: refused by a firewall ({name})")
        return f"a firewall before the API ({name}) refused the request with {status}"


def _looks_like_an_attack(exchange: Exchange) -> bool:
    request = exchange.request
    body = (request.body or b"").decode("utf-8", "replace")
    fields = "\n".join(value for _, value in request.headers)
    return any(_ATTACK.search(text) for text in (exchange.url, unquote(exchange.url), body, fields))
