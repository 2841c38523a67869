"""What has passed through the proxy, kept as recorded traffic."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from math import inf

from restproof.headers import Headers
from restproof.record.coding import as_body, uncompressed
from restproof.record.events import Body
from restproof.record.model import Lack, RecordedExchange, Request, Response, Traffic
from restproof.record.packed import LARGEST

LONGEST_BODY = 4 * 1024 * 1024
"""Bytes of one message's content that are kept; of a longer one, nothing is."""


Settled = tuple[RecordedExchange, frozenset[Lack]]
"""An exchange, and what is not known of it."""


@dataclass
class Content:
    """Content as it passes. ``cut``: it is too long to be kept; ``ended``: all of it has come."""

    data: bytearray = field(default_factory=bytearray)
    cut: bool = False
    ended: bool = True

    def add(self, piece: bytes) -> None:
        self.cut = self.cut or len(self.data) + len(piece) > LONGEST_BODY
        if self.cut:
            self.data.clear()
        else:
            self.data += piece

    def body(self, headers: Headers) -> tuple[Body, bool]:
        """It without its coding, and whether it is all there."""
        codings = ",".join(value for name, value in headers if name.lower() == "content-encoding")
        plain = None if self.cut or not self.ended else uncompressed(bytes(self.data), codings if self.data else "")
        return (None, False) if plain is None else (as_body(plain), True)


@dataclass
class Passed:
    """One exchange on its way: a request, and as it comes, its answer or the error in its place. ``began``: seconds
    since the proxy began."""

    began: float
    method: str
    url: str
    headers: Headers
    sent: Content = field(default_factory=Content)
    status: int | None = None
    reason: str = ""
    answered: Headers = ()
    got: Content = field(default_factory=Content)
    error: str | None = None

    def exchange(self, ended: float) -> Settled:
        """It as it is recorded, without a number, and what is not known of it."""
        lacks: set[Lack] = set()
        sent, whole = self.sent.body(self.headers)
        if not whole:
            lacks.add("request body")
        response = None
        if self.status is not None:
            got, whole = self.got.body(self.answered)
            if not whole:
                lacks.add("response body")
            response = Response(self.status, self.reason, self.answered, got)
        exchange = RecordedExchange(
            n=0,
            request=Request(self.method, self.url, self.headers, sent),
            response=response,
            error=self.error if response is None else None,
            started=round(self.began, 6),
            elapsed=round(ended - self.began, 6),
        )
        return exchange, frozenset(lacks)


class Recording:
    """Keeps what passes, from any thread: at most ``largest`` bytes of it, so that a proxy that is forgotten does not
    fill the memory."""

    def __init__(self, largest: int = LARGEST) -> None:
        self._lock = threading.Lock()
        self._left = largest
        self._kept: list[Settled] = []
        self._waiting: list[Settled] = []
        self._under_way: dict[int, float] = {}
        self._skipped: Counter[str] = Counter()

    def begin(self, clock: Callable[[], float], method: str, url: str, headers: Headers) -> Passed:
        """An exchange that begins now, by ``clock`` (seconds since the proxy began)."""
        with self._lock:  # what is settled looks at what is under way
            passed = Passed(clock(), method, url, headers)
            self._under_way[id(passed)] = passed.began
            return passed

    def add(self, passed: Passed, ended: float) -> None:
        """Keep an exchange that has ended at ``ended`` (seconds since the proxy began)."""
        size = len(passed.sent.data) + len(passed.got.data) + len(passed.url)
        size += sum(len(n) + len(v) + 100 for n, v in (*passed.headers, *passed.answered))
        with self._lock:
            self._under_way.pop(id(passed), None)
            if passed.method == "OPTIONS":
                self._skipped["OPTIONS requests"] += 1
            elif size > self._left:
                self._left = 0
                self._skipped[f"exchanges after {LARGEST // 1024**2} MiB, which is all that is recorded"] += 1
            else:
                self._left -= size
                kept = passed.exchange(ended)
                self._kept.append(kept)
                self._waiting.append(kept)

    def settled(self) -> list[Settled]:
        """Those that were not given yet and with which nothing overlaps in time that is under way, or is not given
        along with them; in the order in which they began."""
        with self._lock:
            self._waiting.sort(key=lambda kept: kept[0].started)
            until, count = 0.0, 0
            begins = [exchange.started for exchange, _ in self._waiting]
            first = min(self._under_way.values(), default=inf)
            for at, (exchange, _) in enumerate(self._waiting, 1):
                until = max(until, exchange.started + exchange.elapsed)
                if until < min(first, begins[at] if at < len(begins) else inf):
                    count = at
            found, self._waiting = self._waiting[:count], self._waiting[count:]
            return found

    def traffic(self) -> Traffic:
        """All that was kept, in the order in which it began."""
        with self._lock:
            ordered = sorted(self._kept, key=lambda pair: pair[0].started)
        exchanges = tuple(replace(exchange, n=n) for n, (exchange, _) in enumerate(ordered, 1))
        lacking = {n: lacks for n, (_, lacks) in enumerate(ordered, 1) if lacks}
        return Traffic(exchanges, lacking, dict(self._skipped))
