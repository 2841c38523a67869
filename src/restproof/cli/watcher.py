"""The session of ``restproof run`` as its command follows it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from itertools import zip_longest
from pathlib import Path
from warnings import catch_warnings

import pytest

from restproof.cli.closing import closing
from restproof.cli.progress import Progress
from restproof.errors import RestproofError
from restproof.garbage import keep, uncollected
from restproof.plugin.collection import BundledModule
from restproof.plugin.current import Caller, run_of
from restproof.plugin.item import RuleItem
from restproof.session.planning import nothing_selected
from restproof.session.promise import Promise

NOTHING = int(pytest.ExitCode.NO_TESTS_COLLECTED)


class Watcher(Caller):
    """Follows the session from outside: shows progress, and keeps what the exit code needs. ``plainly``: whether no
    option of pytest asks for more of it than the run does."""

    def __init__(
        self, progress: Progress, promise: Promise, concurrency: int | None = 1, *, plainly: bool = False
    ) -> None:
        super().__init__(promise, concurrency)
        self.progress = progress
        self._plainly = plainly
        self.config: pytest.Config | None = None
        self.errors: list[str] = []
        self._is_interrupted = False
        self._items = self._ended = 0

    def pytest_configure(self, config: pytest.Config) -> None:
        self.config = config

    @pytest.hookimpl(wrapper=True)
    def pytest_collection(self) -> Iterator[None]:
        with uncollected():
            return (yield)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.errors.append(str(report.longrepr))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> None:
        items = [i.plan_item for i in session.items if isinstance(i, RuleItem)]
        self._items = len(items)
        self._plainly = self._plainly and all(map(_is_known, session.config.pluginmanager.get_plugins()))
        self.progress.begin(items)
        keep()

    @pytest.hookimpl(specname="pytest_runtestloop")
    def pytest_one_by_one(self, session: pytest.Session) -> bool | None:
        """Takes the place of pytest's own loop where nobody else listens: what its plugins do around each item costs as
        much as fifty requests in a whole run."""
        if not self._plainly or session.testsfailed:
            return None
        for item, following in zip_longest(session.items, session.items[1:]):
            failed = self.run_plainly(item)
            if failed is None:
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            else:
                self.ended(session, failed=failed)
            if session.shouldfail:
                raise session.Failed(session.shouldfail)
            if session.shouldstop:
                raise session.Interrupted(session.shouldstop)
        return True

    def run_plainly(self, item: pytest.Item) -> bool | None:
        """A bundled rule has nothing to set up or to tear down, and where nobody else listens, the three phases of
        pytest with all that is caught in them cost as much as a request."""
        if not (self._plainly and isinstance(item, RuleItem) and isinstance(item.parent, BundledModule)):
            return None
        # A hook of the user may say something, or warn.
        with redirect_stdout(StringIO()), catch_warnings(action="ignore"):
            call = pytest.CallInfo.from_call(item.runtest, "call", reraise=(pytest.exit.Exception, KeyboardInterrupt))
        raised = None if call.excinfo is None else call.excinfo.value
        return raised is not None and not isinstance(raised, pytest.skip.Exception | pytest.xfail.Exception)

    def ended(self, session: pytest.Session, *, failed: bool) -> None:
        session.testsfailed += failed
        self._advance("failed" if failed else "passed")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or (report.when == "setup" and report.outcome != "passed"):
            self._advance(report.outcome)

    def _advance(self, outcome: str) -> None:
        run = run_of(self.config) if self.config else None
        part = run.part if run is not None else None
        # Workers of pytest-xdist tell their numbers at their end.
        self.progress.advance(outcome, part.connection.session.requests if part is not None else self.sent)
        self._ended += 1
        if run is not None and self._ended == self._items and run.target_keeps:
            self.progress.clean_up()

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        self._is_interrupted = isinstance(excinfo.value, KeyboardInterrupt)

    def pytest_sessionfinish(self) -> None:
        self.progress.end()

    @property
    def directory(self) -> Path | None:
        """Where the reports are; ``None`` where the run left none."""
        run = run_of(self.config) if self.config else None
        return None if run is None or run.ended is None else run.ended.directory

    def exit_code(self, code: int) -> int:
        """The verdict's exit code; raises what ended the session early."""
        if self.error is not None:
            raise self.error
        run = run_of(self.config) if self.config else None
        if self.errors:
            raise RestproofError("the suites cannot be loaded:\n" + "\n".join(self.errors))
        if run is not None and run.ended is not None:
            return closing(run.ended, run.signal)
        if self._is_interrupted:  # before the target was reached: there is nothing to tell
            raise KeyboardInterrupt
        if code == 0:
            return 0
        if code == NOTHING and not self.promise.is_shared:
            raise nothing_selected()
        return code if code == NOTHING else 2


def _is_known(plugin: object) -> bool:
    """Whether a plugin is one of pytest's own, or of restproof's."""
    module = getattr(plugin, "__name__", None) or type(plugin).__module__
    return module.partition(".")[0] in ("_pytest", "restproof")
