"""Servers as other languages and their frameworks make them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tests.miniatures.kinds import Items, Kind, item
from tests.miniatures.server import Refused, Row

from restproof.wire.message import Request


def kinds() -> Iterator[Kind]:
    yield from _decoders()


class Replacing(Items):
    """Bytes that are no UTF-8 are read as U+FFFD, as many decoders do."""

    def body(self, request: Request) -> Row:
        text = (request.body or b"").decode(errors="replace")
        return super().body(replace(request, body=text.encode()))


class Failing(Items):
    def body(self, request: Request) -> Row:
        try:
            return super().body(request)
        except Refused as refusal:
            raise Refused(500 if refusal.message == "the body is no JSON" else refusal.status, "failed") from None


def _decoders() -> Iterator[Kind]:
    words = {"statuses": {"malformed": [200, 201, 400]}}
    yield Kind("invalid UTF-8 is replaced", *item(**words), Replacing, Failing, ("robust",))
