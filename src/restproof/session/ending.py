"""A run that can be ended by a signal: nothing more is sent, what was made is deleted, and reports are written."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from restproof.session.run import Run
from restproof.wire.stop import STOP, Word, heeded

_Handler = Callable[[int, FrameType | None], None]


@contextmanager
def closed_at_end(run: Run) -> Iterator[None]:
    """Close the run at the end of the block, in which a signal that ends it becomes ``KeyboardInterrupt``. While it
    tidies up, who asks it to end gets what is under way, within the bound of an interrupted run (see ``Heard``). A
    worker ends with its session, and nothing cuts its tidying up short. A whole run keeps the signals until
    :func:`told_at_end`."""
    STOP.begin()
    heed(run, asked(run))
    try:
        yield
    finally:
        heed(run, closing(run) if run.worker is None else signal.SIG_IGN)
        STOP.forget()
        run.close()


def heed(run: Run, handler: _Handler | signal.Handlers) -> None:
    """Give the signals that this process heeds to ``handler``."""
    run.usual = run.usual or {number: signal.getsignal(number) for number in heeded()}
    for number in run.usual:
        signal.signal(number, handler)


@contextmanager
def told_at_end(run: Run, *, last: bool = False) -> Iterator[None]:
    """A block that tells of a run: no signal costs its reports but one that wants to wait no more. ``last``: the
    process ends with it, and where a signal has ended the run, with the code that says so, whatever comes with it."""
    heed(run, closing(run))
    try:
        yield
    finally:
        if not (last and run.signal):
            _let_go(run)


def _let_go(run: Run) -> None:
    """Give the signals back to who had them before the run."""
    for number, usual in run.usual.items():
        signal.signal(number, usual)
    run.usual.clear()


def asked(run: Run) -> _Handler:
    """The handler for a run that goes on: the first signal ends it. To a worker only that one counts: its controller
    says the rest."""

    def handler(number: int, _frame: FrameType | None) -> None:
        word = run.heard.word(number)
        if word == "end":
            run.signal = signal.Signals(number).name
            STOP.ask()
        elif run.worker is None:
            _obey(run, word, number)

    return handler


def closing(run: Run) -> _Handler:
    """The handler for a run that tidies up, or writes its reports."""

    def handler(number: int, _frame: FrameType | None) -> None:
        word = run.heard.word(number)
        if word == "end":
            STOP.hurry(run.options.cleanup_timeout)
        else:
            _obey(run, word, number)

    return handler


def _obey(run: Run, word: Word, number: int) -> None:
    if word == "hurry":
        STOP.hurry()
    elif word == "leave":
        signal.signal(number, run.usual[signal.Signals(number)])
        os.kill(os.getpid(), number)
