"""The errors that users see: what is wrong, where, and what to do next."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from restproof.frozen import frozen


@frozen
class Place:
    """A place in a file. ``line`` counts from 1; 0 where the whole file is meant."""

    file: Path
    line: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else str(self.file)


class RestproofError(Exception):
    """Base of all errors that end a command with one message and no traceback.

    ``exit_code`` is what the command line ends with: 2 for wrong usage, contract or configuration, 3 where the target
    could not be judged.
    """

    exit_code = 2

    def __init__(self, message: str, *, place: Place | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.place = place
        self.hint = hint

    def __str__(self) -> str:
        text = f"{self.place}: {self.message}" if self.place else self.message
        return f"{text}\n  {self.hint}" if self.hint else text

    def tell_left(self, left: Iterable[str]) -> None:
        """Say besides what was made on the target and could not be taken away, a line each, since no report does."""
        told = [f"left on the target: {line}" for line in left]
        self.hint = "\n  ".join([*([self.hint] if self.hint else []), *told]) or None


class ContractError(RestproofError):
    """A contract or one of its schemas is wrong. ``others`` holds further errors found in the same reading."""

    def __init__(
        self,
        message: str,
        *,
        place: Place | None = None,
        hint: str | None = None,
        others: tuple[ContractError, ...] = (),
    ) -> None:
        super().__init__(message, place=place, hint=hint)
        self.others = others


class ConfigurationError(RestproofError):
    """``restproof.toml``, an option or an environment variable is wrong."""


class Interrupted(RestproofError):
    """A signal has ended a command that has tidied up behind it; ``number``: of the signal, ``left``: what no report
    tells that it could not take away, a line each. The exit code is a shell's: 128 and the number."""

    def __init__(self, number: int, left: Iterable[str] = ()) -> None:
        super().__init__("interrupted")
        self.tell_left(left)
        self.exit_code = 128 + number


class RunFileError(RestproofError):
    """A run file is missing, damaged, truncated, foreign or of another version."""


class TrafficError(RestproofError):
    """Recorded traffic is missing, damaged or of no known format."""


class TargetError(RestproofError):
    """The target cannot be reached or used at all, so nothing was judged."""

    exit_code = 3


class StorageError(RestproofError):
    """Something cannot be written: the disk is full, a folder is not writable."""

    exit_code = 3


class WorkerError(RestproofError):
    """A process that shares a run has broken down, by a mistake of restproof's own."""

    exit_code = 3
