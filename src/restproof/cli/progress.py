"""Progress of a run: a live line on a terminal, a plain line for each tenth elsewhere."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any

import click


class Progress:
    """Counts items as they end. ``quiet`` shows nothing."""

    def __init__(self, quiet: bool) -> None:
        self.quiet = quiet
        self.live = sys.stderr.isatty() and not os.environ.get("CI") and os.environ.get("TERM") != "dumb"
        self._bar: Any = None
        self._task: Any = None
        self._total = self._done = self._failed = self._cost = self._all_cost = 0
        self._order: Iterator[Any] = iter(())
        self._started = time.monotonic()

    def begin(self, items: Sequence[Any]) -> None:
        """The plan is known."""
        self._total = len(items)
        self._all_cost = sum(i.cost for i in items)
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
                TextColumn("{task.completed}/{task.total} requests"),
                TimeRemainingColumn(),
            )
            self._bar = Bar(*columns, console=Console(stderr=True), transient=True)
            self._task = self._bar.add_task("reaching the target", total=self._all_cost)
            self._bar.start()

    def advance(self, nodeid: str, outcome: str) -> None:
        """One item has ended."""
        item = next(self._order, None)
        self._done += 1
        self._failed += outcome == "failed"
        if item is None or self.quiet:
            return
        self._cost += item.cost
        if self._bar is not None:
            self._bar.update(
                self._task,
                completed=self._cost,
                description=f"{item.id[:44]}{f'  {self._failed} failed' if self._failed else ''}",
            )
            return
        # Plain lines: one for each tenth of the plan.
        tenth = 10 * self._done // self._total
        if tenth > 10 * (self._done - 1) // self._total:
            spent = time.monotonic() - self._started
            click.echo(
                f"{tenth * 10:>3} %  {self._done} of {self._total} items, about {self._cost} of {self._all_cost} "
                f"requests, {self._failed} failed, {spent:.0f} s",
                err=True,
            )

    def end(self) -> None:
        """The last item has ended."""
        if self._bar is not None:
            self._bar.stop()
