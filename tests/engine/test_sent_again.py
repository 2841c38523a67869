"""A write that was turned away for the moment, and could not be sent again without harm, says nothing of the server."""

from __future__ import annotations

from dataclasses import replace

import pytest

from restproof.engine.failure import Inconclusive, check_sent_again
from restproof.wire.message import About, Exchange, Request, Response

PATCH = Exchange(
    1,
    Request("PATCH", "/items", body=b"{}"),
    "/items",
    Response(503, "", (), b""),
    None,
    0.0,
    0.0,
    None,
    About("item", "update"),
)


def test_one_that_was_not_sent_again_says_nothing() -> None:
    with pytest.raises(Inconclusive, match="could not be sent again"):
        check_sent_again(PATCH)


@pytest.mark.parametrize(
    "exchange",
    [
        replace(PATCH, attempt=2),
        replace(PATCH, request=Request("GET", "/items")),
        replace(PATCH, response=Response(500, "", (), b"")),
    ],
    ids=["sent again", "a read", "a failure of its own"],
)
def test_what_lasts_is_judged(exchange: Exchange) -> None:
    check_sent_again(exchange)
