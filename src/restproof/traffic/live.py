"""What passes through the proxy, judged while it passes: each finding as a line.

The last word has the judge of the whole recording, which knows what came later; what is told here is a part of what it
finds."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from secrets import token_bytes
from typing import Any
from urllib.parse import urlsplit

from restproof.contract.secrecy import Secrecy
from restproof.record.build import deviation
from restproof.record.model import Traffic
from restproof.report.text import visible
from restproof.traffic.judging import Judging
from restproof.traffic.passed import Recording, Settled
from restproof.traffic.placing import Placing
from restproof.traffic.whole import Terms
from restproof.usercode import message_of
from restproof.wire.standin import StandIns

_EVERY = 0.2
"""Seconds between two looks at what has passed."""


class Live:
    """Judges the exchanges with the server ``base_url`` as they come, and gives each finding to ``tell``."""

    def __init__(self, terms: Terms, base_url: str, tell: Callable[[str], None]) -> None:
        contract = terms.contract
        self._tell = tell
        sink = StandIns(_Telling(terms, tell), Secrecy(contract), token_bytes(16), is_run=False)
        self._placing = Placing(contract, base_url)
        self._judging = Judging(contract, terms.register, terms.items, sink)
        self._numbers = count(1)

    def take(self, settled: Sequence[Settled]) -> None:
        """Judge the next ones, with which nothing else overlaps in time."""
        numbered = [(replace(exchange, n=next(self._numbers)), lacks) for exchange, lacks in settled]
        if not numbered:
            return
        exchanges = tuple(exchange for exchange, _ in numbered)
        matched = self._placing.place(Traffic(exchanges, {int(e.n): lacks for e, lacks in numbered if lacks}))
        # Whether it will be sent again, nobody knows yet.
        self._judging.take(replace(matched, retried=frozenset(int(e.n) for e in exchanges)))

    @contextmanager
    def following(self, recording: Recording) -> Iterator[None]:
        """Judge what a recording gets, in a thread of its own, until the block ends. Where that breaks, a line tells
        it: what has passed is there all the same."""
        ended = threading.Event()

        def follow() -> None:
            while not ended.wait(_EVERY):
                self.take(recording.settled())
            self.take(recording.settled())

        with ThreadPoolExecutor(1, "live") as pool:
            pool.submit(follow).add_done_callback(self._broken)
            try:
                yield
            finally:
                ended.set()

    def _broken(self, following: Future[None]) -> None:
        error = following.exception()
        if isinstance(error, Exception):
            self._tell(f"findings are no longer told as they are seen ({message_of(error)}): they stand in the reports")


class _Telling:
    """Takes the events of a run file, and tells the findings that are no declared deviations."""

    def __init__(self, terms: Terms, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._register = terms.register
        self._items = {item.id: item for item, _ in terms.items}
        self._deviations = [deviation(d) for d in terms.deviations]
        self._exchange: Mapping[str, Any] = {}

    def write(self, event: Mapping[str, Any]) -> None:
        if event["event"] == "exchange":
            self._exchange = event
        elif event["event"] == "finding" and not self._is_declared(event):
            rule = self._register[self._items[event["item"]].proof.requirement]
            level = " (should)" if rule.level == "should" else ""
            self._tell(visible(f"{rule.id}{level}: {event['message']}{self._seen_in(event)}"))

    def close(self) -> None:
        """Nothing: nothing is kept."""

    def _is_declared(self, event: Mapping[str, Any]) -> bool:
        item = self._items[event["item"]]
        resource = item.resource.name if item.resource else None
        return any(
            d.is_about(item.proof.requirement, resource, item.operation)
            and d.describes(event["field"], event["kind"], event["expected"], event["actual"])
            for d in self._deviations
        )

    def _seen_in(self, event: Mapping[str, Any]) -> str:
        """The request that shows it."""
        request = self._exchange.get("request")
        if request is None or event["exchange"] != self._exchange["n"]:
            return ""
        return f" [{request['method']} {urlsplit(request['url']).path}]"
