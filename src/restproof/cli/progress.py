"""Progress of a run: a live line on a terminal, a plain line for each tenth elsewhere."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any

import click

from restproof.wire.stop import handled

_SLOW = 0.1
"""Seconds for an answer from which on a run is mostly spent waiting."""
_LONG = 60
"""Seconds still to go from which on it is worth a hint."""


class Progress:
    """Counts items as they end. ``quiet`` shows nothing. ``is_alone``: one request is sent at a time because nobody
    said otherwise."""

    def __init__(self, quiet: bool, *, is_alone: bool = False) -> None:
        self.quiet = quiet
        self._is_alone = is_alone
        self.live = sys.stderr.isatty() and not os.environ.get("CI") and os.environ.get("TERM") != "dumb"
        self._bar: Any = None
        self._task: Any = None
        self._total = self._done = self._failed = 0
        self._order: Iterator[Any] = iter(())
        self._started = time.monotonic()

    def begin(self, items: Sequence[Any]) -> None:
        """The plan is known."""
        self._total = len(items)
        self._order = iter(items)
        if self.quiet or not items:
            return
        if self.live:
            from rich.console import Console
            from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
            from rich.progress import Progress as Bar

            columns = (
                TextColumn("{task.description:<48}"),
                BarColumn(),
                TextColumn("{task.completed}/{task.total} items{task.fields[sent]}"),
                TimeRemainingColumn(),
            )
            self._bar = Bar(*columns, console=Console(stderr=True), transient=True)
            self._task = self._bar.add_task("reaching the target", total=self._total, sent="")
            early: list[int] = []
            with handled(lambda number, _frame: early.append(number)):  # what has half begun cannot be ended
                self._bar.start()
            for number in early:
                signal.raise_signal(number)

    def advance(self, outcome: str, sent: int | None) -> None:
        """One item has ended; ``sent``: the requests that were sent so far, where they are known."""
        item = next(self._order, None)
        self._done += 1
        self._failed += outcome == "failed"
        if item is None or self.quiet:
            return
        told = "" if sent is None else f", {sent:,} requests"
        spent, tenth = time.monotonic() - self._started, 10 * self._done // self._total
        if self._is_alone and sent and tenth:
            self._is_alone = False
            if spent / sent > _SLOW and spent / self._done * (self._total - self._done) > _LONG:
                self._say(
                    f"one request at a time, {spent / sent:.1f} s each: --concurrency 8 has up to eight under way"
                )
        if self._bar is not None:
            failed = f"  {self._failed} failed" if self._failed else ""
            self._bar.update(self._task, completed=self._done, description=f"{item.id[:44]}{failed}", sent=told)
            return
        # Plain lines: one for each tenth of the plan.
        if tenth > 10 * (self._done - 1) // self._total:
            self._say(
                f"{tenth * 10:>3} %  {self._done} of {self._total} items{told}, {self._failed} failed, {spent:.0f} s"
            )

    def _say(self, line: str) -> None:
        if self._bar is not None:
            self._bar.console.print(line, highlight=False)
        else:
            click.echo(line, err=True)

    def clean_up(self) -> None:
        """All items have ended; what they made is tidied up, which may take as long as making it did."""
        if self.quiet or not self._done:
            return
        if self._bar is not None:
            self._bar.update(self._task, description="cleaning up")
        else:
            self._say("cleaning up what the run has made")

    def end(self) -> None:
        """The last item has ended."""
        if self._bar is not None:
            self._bar.stop()
