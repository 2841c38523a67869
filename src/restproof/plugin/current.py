"""The run of the present session of pytest, and who started it."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import pytest

from restproof.errors import RestproofError
from restproof.session.handed import HANDED, Handed
from restproof.session.options import OPTIONS, Options
from restproof.session.promise import Promise, promised
from restproof.session.run import Run, Worker

_RUN = pytest.StashKey[Run]()


class Caller:
    """Who runs pytest for a run, where somebody does: it hands over what it has read, and learns what ended the session
    early. Given to ``pytest.main`` among its plugins. ``concurrency``: how many items are in flight at once, ``None``
    where the run may choose; ``sent``: how many requests its workers have sent so far, where they tell;
    ``looks_at_marks``: whether somebody may look at the marks of items."""

    looks_at_marks = True

    def __init__(self, promise: Promise, concurrency: int | None = 1) -> None:
        self.promise = promise
        self.concurrency = concurrency
        self.sent: int | None = None
        self.error: RestproofError | None = None

    def run_plainly(self, item: pytest.Item) -> bool | None:
        """Run an item without the phases of pytest: whether it has failed; ``None``, and nothing done, where it needs
        them."""
        return None

    def ended(self, session: pytest.Session, *, failed: bool) -> None:
        """An item has ended that was run so."""


def caller_of(config: pytest.Config) -> Caller | None:
    """The session's caller; ``None`` under plain pytest, and in a worker of pytest-xdist."""
    return next((p for p in config.pluginmanager.get_plugins() if isinstance(p, Caller)), None)


def worker_of(config: pytest.Config) -> Worker | None:
    """What the controller of pytest-xdist has handed over, where this process is one of its workers."""
    told = getattr(config, "workerinput", {})
    return Worker(told["workerid"], Handed.read(told[HANDED])) if HANDED in told else None


def options_of(config: pytest.Config) -> Options:
    """The options of a session: those of its caller, those that the controller hands to a worker, or those of the
    command line."""
    caller = caller_of(config)
    if caller is not None:
        return caller.promise.options
    worker = worker_of(config)
    if worker is not None:
        return worker.handed.options
    return Options.said({o.name: config.getoption(f"restproof_{o.name}") for o in OPTIONS})


def run_of(config: pytest.Config, register: Path | None = None) -> Run | None:
    """The session's run: made when the first test of a suite is collected (or its directory is named). Raises
    ``RestproofError`` where it cannot be made."""
    found = config.stash.get(_RUN, None)
    if found is None and register is not None:
        caller = caller_of(config)
        worker = worker_of(config)
        given = worker.handed.given if worker else None
        promise = caller.promise if caller else promised(options_of(config), Path.cwd(), given)
        filters = {name: text for name in ("keyword", "markexpr") if (text := config.getoption(name, ""))}
        found = Run.planned(promise, register, filters, worker)
        config.stash[_RUN] = found
    return found


def end(config: pytest.Config, error: RestproofError) -> NoReturn:
    """End the session with the error's message and exit code, and no traceback."""
    caller = caller_of(config)
    if caller is not None:
        caller.error = error
    pytest.exit(str(error), returncode=error.exit_code)
