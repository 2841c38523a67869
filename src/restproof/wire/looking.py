"""The looks of a decision, as they are sent: at what a server fails is told like any other failure of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from restproof.frozen import frozen
from restproof.wire.message import USUAL_HEADERS, About, Exchange, Request
from restproof.wire.walk import Sender

Failed = Callable[[Exchange], None]
"""Takes a look that was answered with 5xx, as one of the case that asked for it."""


@frozen
class Looking:
    """Sends through ``sender`` what a decision about a request looks at. ``asked``: what that request is about;
    ``failed`` is told of each look at which the server itself fails, be it sent again or not."""

    sender: Sender
    asked: About
    failed: Failed

    def send(
        self, request: Request, about: About, credential: str | None = "full", *, beyond_ceiling: bool = False
    ) -> Exchange:
        exchange = self.sender.send(request, about, credential, beyond_ceiling=beyond_ceiling)
        if (exchange.status or 0) >= 500:
            self.failed(replace(exchange, about=replace(exchange.about, item=self.asked.item, case=self.asked.case)))
        return exchange


def is_like_a_look(exchange: Exchange, look: Request, credential: str) -> bool:
    """Whether a read was sent with the header fields of a look, that of its ``credential``, and no other."""
    wanted = {n.lower(): v for n, v in (*USUAL_HEADERS.items(), *look.headers)}
    sent = {n.lower(): v for n, v in exchange.request.headers}
    if exchange.credential is not None:
        sent.pop(credential.lower(), None)
    return exchange.request.body == look.body and sent == wanted
