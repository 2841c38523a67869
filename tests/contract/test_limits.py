"""What header fields tell of a rate limit, in each of their forms."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from restproof.contract.limits import Rate, RateLimit
from restproof.wire.message import Response
from restproof.wire.waiting import retry_after

IETF = RateLimit.of("ietf")
OWN = RateLimit.of({"limit": "X-Limit", "remaining": "X-Left", "reset": "X-Reset"})


@pytest.mark.parametrize(
    ("limits", "headers", "told"),
    [
        (OWN, {"X-Limit": "10", "X-Left": "3", "X-Reset": "60"}, ("10", "3", "60")),
        (IETF, {"RateLimit-Policy": '"default";q=100;w=60', "RateLimit": '"default";r=50;t=30'}, ("100", "50", "30")),
        (
            IETF,
            {"RateLimit-Policy": '"hour";q=1000;w=3600, "day";q=5000;w=86400;qu="requests"'}
            | {"RateLimit": '"day";r=100;t=36000;pk=:cHJvamVjdA==:, "hour";r=90'},
            ("1000", "90", None),
        ),
        (IETF, {"RateLimit": "limit=100, remaining=50, reset=30"}, ("100", "50", "30")),
        (IETF, {"RateLimit": "default;r=7"}, (None, "7", None)),
        (IETF, {"RateLimit": "50 of 100"}, (None, None, None)),
        (IETF, {}, (None, None, None)),
    ],
)
def test_what_is_told(limits: RateLimit, headers: Mapping[str, str], told: tuple[str | None, ...]) -> None:
    assert tuple(limits.said(headers.get, part) for part in ("limit", "remaining", "reset")) == told


@pytest.mark.parametrize("limits", [OWN, IETF])
def test_what_is_spelled_reads_the_same(limits: RateLimit) -> None:
    headers = limits.spelled(limit=9, remaining=4, reset=1_700_000_030, now=1_700_000_000, window=60)
    assert limits.said(headers.get, "limit") == "9"
    assert limits.said(headers.get, "remaining") == "4"
    answer = Response(429, "", (*headers.items(), ("Date", "Tue, 14 Nov 2023 22:13:20 GMT")), b"")
    assert retry_after(answer, limits) == 30


def test_a_rate_leaves_so_much_time_that_no_window_holds_one_more() -> None:
    rate = Rate.of("10/minute")
    assert rate == Rate(10, 60)
    assert str(rate) == "10/minute"
    assert int(60 / rate.interval) + 1 <= 10
    assert Rate.of(None) is None
