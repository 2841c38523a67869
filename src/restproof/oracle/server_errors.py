"""Answers that say that the server itself failed, told in one sentence whatever the rules made of them."""

from __future__ import annotations

from collections import Counter

from restproof.record.model import RecordedExchange, RecordedRun

_NAMED = 3
_REFUSALS = (501, 505)
"""An unknown method, an unknown version of HTTP (RFC 9110 §15.6.2, §15.6.6): the request was understood well enough to
be refused."""


def server_errors(run: RecordedRun) -> str:
    """``the server failed 4 times: 500 to note create (3), 502 to note list``, the most frequent first; empty where it
    never did. A 503 that says when to come again is a limit that is kept, and not counted."""
    found = Counter(_place(e) for e in run.exchanges if _failed(e))
    if not found:
        return ""
    told = [f"{place} ({count:,})" if count > 1 else place for place, count in found.most_common(_NAMED)]
    told += [f"{len(found) - _NAMED:,} more"] if len(found) > _NAMED else []
    times = sum(found.values())
    return f"the server failed {'once' if times == 1 else f'{times:,} times'}: {', '.join(told)}"


def _failed(exchange: RecordedExchange) -> bool:
    response = exchange.response
    if response is None or response.status < 500 or response.status in _REFUSALS:
        return False
    return response.status != 503 or all(name.lower() != "retry-after" for name, _ in response.headers)


def _place(exchange: RecordedExchange) -> str:
    status = exchange.response.status if exchange.response else 0
    what = f"{exchange.resource or 'the server'} {exchange.operation or exchange.request.method}"
    return f"{status} to {what}"
