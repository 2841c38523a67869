"""A session of pytest as the life of a run: from the first item to the reports.

PYTEST_DONT_REWRITE: it asserts nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from restproof.errors import RestproofError, StorageError
from restproof.plugin.current import caller_of, end, run_of
from restproof.plugin.item import RuleItem
from restproof.plugin.pool import by_itself
from restproof.plugin.workers import PIDS, between, workers_end_first
from restproof.report.terminal import closing_lines
from restproof.session.ending import closed_at_end, told_at_end
from restproof.session.handed import HANDED
from restproof.session.planning import plan_lines, write_out


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Iterator[None]:
    run = run_of(session.config)
    items = [i for i in session.items if isinstance(i, RuleItem)]
    if run is None or session.config.option.collectonly:
        return (yield)
    if not items:
        workers_end_first(run, session.config.stash.setdefault(PIDS, []))
        return (yield)
    if run.options.plan:
        write_out(plan_lines(run, [i.plan_item for i in items]))
        session.items.clear()
        return (yield)
    try:
        run.start()
    except RestproofError as error:
        end(session.config, error)
    caller = caller_of(session.config)
    if caller is not None and caller.concurrency is None:
        caller.concurrency = by_itself(run, items)
    if caller is not None and caller.concurrency != 1:
        workers_end_first(run, session.config.stash.setdefault(PIDS, []))
        return (yield)
    try:
        with closed_at_end(run):
            plan = [i.plan_item for i in items]
            run.open(plan, between(run, session.config, plan), [i.nodeid for i in items])
            return (yield)
    except KeyboardInterrupt:
        run.signal = run.signal or "SIGINT"
        if run.worker is None:
            raise
        # A worker that was interrupted counts as crashed, and another one would be started in its place.
        session.shouldstop = f"interrupted by {run.signal}"
        return None
    except StorageError as error:
        end(session.config, error)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> Iterator[None]:
    # The innermost wrapper: pytest-xdist's sends what a worker tells and the terminal's prints the summary after this.
    run = run_of(session.config)
    if run is not None and run.worker is not None:
        session.config.workeroutput[HANDED] = run.tally().plain()  # type: ignore[attr-defined]
    yield
    if run is None or run.worker is not None:
        return
    caller = caller_of(session.config)
    try:
        with told_at_end(run, last=caller is not None):
            if run.place is None:
                return
            run.finish()
    except RestproofError as error:
        if caller is None:
            end(session.config, error)
        caller.error = caller.error or error
    if caller is None and run.ended is not None and run.ended.broken is not None:
        end(session.config, run.ended.broken)
    fails = run.ended is not None and (run.ended.drifts or run.ended.verdict.verdict == "not conforming")
    if run.ended is not None and run.ended.excused and session.exitstatus == pytest.ExitCode.TESTS_FAILED:
        session.exitstatus = pytest.ExitCode.OK
        return
    if fails and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    run = run_of(config)
    if run is not None and run.ended is not None:
        terminalreporter.section("restproof")
        ended = run.ended
        for line in closing_lines(ended.verdict, ended.directory / "index.html", ended.comparison):
            terminalreporter.write_line(line)
