"""A run that has ended, as a value."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from restproof.compare.diff import Judged
from restproof.compare.earlier import judged
from restproof.frozen import frozen
from restproof.oracle.results import Result
from restproof.oracle.verdict import Verdict, exit_code
from restproof.record.events import run_file
from restproof.record.model import RecordedRun
from restproof.report.formats import render
from restproof.report.terminal import closing_lines


@frozen
class Run:
    """A run that has ended, read when it is first asked for. ``file``: its run file; ``exit_code``: what
    ``restproof run`` would have ended with (0 conforming, 1 not conforming, 3 not judged, 130 or 143 interrupted)."""

    file: Path
    exit_code: int

    @classmethod
    def at(cls, path: str | Path) -> Run:
        """The run of an earlier day: of its directory, or of its run file. Raises ``RunFileError``."""
        file = run_file(Path(path))
        return cls(file, exit_code(judged(file).verdict))

    @property
    def directory(self) -> Path:
        """Where its reports are."""
        return self.file.parent

    @cached_property
    def _judged(self) -> Judged:
        return judged(self.file)

    @property
    def recorded(self) -> RecordedRun:
        """All that was planned, sent and found: items, cases, exchanges, findings. Raises ``RunFileError``."""
        return self._judged.run

    @property
    def verdict(self) -> Verdict:
        """The verdict, with the outcome of each item and the causes of what fails. Raises ``RunFileError``."""
        return self._judged.verdict

    @property
    def conforming(self) -> bool:
        """Whether the verdict is *conforming*."""
        return self.verdict.verdict == "conforming"

    @property
    def failures(self) -> tuple[Result, ...]:
        """The results that fail and are not declared, worst first, each with its findings."""
        return tuple(result for result in self.verdict.results if result.outcome == "fail")

    def report(self, format: str = "markdown") -> str:
        """The run in a format of ``restproof report``. Raises ``ConfigurationError`` for another one."""
        return render(self.recorded, self.verdict, format)

    def must_conform(self) -> None:
        """Raises ``AssertionError``, which tells what ``restproof run`` tells at its end, unless the run conforms."""
        if not self.conforming:
            raise AssertionError(f"\n{self}")

    def __str__(self) -> str:
        return "\n".join(closing_lines(self.verdict, self.directory / "index.html"))
