"""A run that can be ended by a signal: nothing more is sent, what was made is deleted, and reports are written."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any

from restproof.session.run import Run
from restproof.wire.stop import STOP, heeded

_Handler = Callable[[int, FrameType | None], None]


@contextmanager
def closed_at_end(run: Run) -> Iterator[None]:
    """Close the run at the end of the block, in which a signal that ends it becomes ``KeyboardInterrupt``. While it
    tidies up, who asks it to end gets what is under way, within the bound of an interrupted run; who asks again, or has
    asked before, does not wait. A worker ends with its session, and nothing cuts its tidying up short."""
    STOP.forget()
    previous: dict[signal.Signals, Any] = {number: signal.getsignal(number) for number in heeded()}
    for number in previous:
        signal.signal(number, asked(run, previous))
    try:
        yield
    finally:
        closing = _hurried(run, previous) if run.worker is None else signal.SIG_IGN
        for number in previous:
            signal.signal(number, closing)
        STOP.forget()
        try:
            run.close()
        finally:
            if run.worker is None:
                for number, usual in previous.items():
                    signal.signal(number, usual)


def asked(run: Run, usual: Mapping[signal.Signals, Any]) -> _Handler:
    """The handler for a run that goes on: the first signal ends it in order, the second at once. To a worker only the
    first counts: it hears of one Ctrl-C twice, from the terminal and from its controller."""

    def handler(number: int, _frame: FrameType | None) -> None:
        if run.signal is None:
            run.signal = signal.Signals(number).name
            STOP.ask()
        elif run.worker is None:
            _leave(number, usual)

    return handler


def _hurried(run: Run, usual: Mapping[signal.Signals, Any]) -> _Handler:
    heard: list[int] = []

    def handler(number: int, _frame: FrameType | None) -> None:
        if heard or run.signal is not None:
            _leave(number, usual)
            return
        heard.append(number)
        if run.part is not None:
            run.part.connection.session.ends = time.monotonic() + run.options.cleanup_timeout

    return handler


def _leave(number: int, usual: Mapping[signal.Signals, Any]) -> None:
    signal.signal(number, usual[signal.Signals(number)])
    os.kill(os.getpid(), number)
