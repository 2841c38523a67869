"""What header fields tell of a rate limit, in each of their forms."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from restproof.contract.limits import Rate, RateLimit
from restproof.contract.load import load
from restproof.wire.ceilings import Ceilings
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


def test_a_resource_has_a_rate_beside_those_of_its_operations(tmp_path: Path) -> None:
    (tmp_path / "item.json").write_text(
        '{"type": "object", "properties": {"id": {"type": "integer", "readOnly": true}}}'
    )
    said = "{path: /items, schema: item.json, rate: 20/second, operations: {list: {rate: 5/second}, read: }}"
    (tmp_path / "contract.yaml").write_text(f"contract: rated\nresources: {{item: {said}}}\n")
    contract = load(tmp_path)
    assert contract.rates == {"item": Rate(20, 1), "item.list": Rate(5, 1)}
    waits: list[float] = []
    paced = {name: rate.interval for name, rate in contract.rates.items()}
    ceilings = Ceilings(paced=paced, clock=lambda: 0.0, sleep=waits.append)
    for name in ("item.read", "item.read", "item.list", "item.list", "other.list"):
        ceilings.wait(name)
    assert waits == pytest.approx([1.02 / 20, 2 * 1.02 / 20, 1.02 / 5])
