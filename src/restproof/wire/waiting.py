"""When to send again: what a server says about retrying (RFC 9110 §10.2.3)."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache

from restproof.contract.limits import RateLimit
from restproof.wire.message import Response

# A reset header is a point in time (Unix seconds) with most servers and a number of seconds to wait with others;
# nothing waits thirty years.
_UNIX_TIME_FROM = 1_000_000_000


def backoff(attempt: int) -> float:
    """Seconds to wait before retry number ``attempt`` (from 0) where the server names no time."""
    return float(0.2 * 2**attempt)


def retry_after(
    response: Response | None, limits: RateLimit | None, clock: Callable[[], float] = time.time
) -> float | None:
    """Seconds until a request may be sent again, by ``Retry-After`` or else by the contract's reset header;
    ``None`` where neither says so. Points in time are taken by the server's own ``Date``, where it has one, else by
    ``clock`` (Unix time)."""
    if response is None:
        return None
    said = (response.header("Retry-After") or "").strip()
    if said.isascii() and said.isdigit():
        return float(said)
    at = http_date(said)
    if at is not None:
        return max(0.0, at - _now(response, clock))
    reset = (limits.said(response.header, "reset") or "").strip() if limits else ""
    if not (reset.isascii() and reset.isdigit()):
        return None
    seconds = float(reset)
    return max(0.0, seconds - _now(response, clock)) if seconds >= _UNIX_TIME_FROM else seconds


def _now(response: Response, clock: Callable[[], float]) -> float:
    date = http_date(response.header("Date") or "")
    return clock() if date is None else date


@lru_cache(maxsize=128)  # the same second stands in many answers
def http_date(text: str) -> float | None:
    """An HTTP date (RFC 9110 §5.6.7) as Unix time; ``None`` where it is none."""
    try:
        at: datetime = parsedate_to_datetime(text)
        return at.timestamp()
    except (ValueError, OverflowError):
        return None


def pause(seconds: float, sleep: Callable[[float], None], ends: float | None) -> None:
    """Wait, but not beyond ``ends`` (of ``time.monotonic``)."""
    left = seconds if ends is None else min(seconds, ends - time.monotonic())
    if left > 0:
        sleep(left)
