"""Python of users (suites, hooks, applications), loaded so that whatever it raises ends in one sentence."""

from __future__ import annotations

import importlib.util
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from restproof.errors import ConfigurationError, Place
from restproof.untold import UNTOLD


def module_at(file: Path, name: str, trouble: str) -> ModuleType:
    """The module of ``file``, known as ``name``. Raises ``ConfigurationError``, which begins with ``trouble``."""
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise ConfigurationError(f"{trouble}: it is no module of Python", place=Place(file))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # data classes look themselves up there
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:  # whatever a user's module raises
        del sys.modules[name]
        raise ConfigurationError(
            f"{trouble}: {message_of(error)}", place=Place(file, line_in(file, error) or 0)
        ) from error
    return module


def message_of(error: Exception | SystemExit) -> str:
    """What an error of users' code says, without its place and without the secrets that it was given."""
    return UNTOLD.text(f"{type(error).__name__}: {error.msg if isinstance(error, SyntaxError) else error}")


def line_in(file: Path, error: Exception | SystemExit) -> int | None:
    """The line of ``file`` that led to an error."""
    if isinstance(error, SyntaxError) and error.filename == str(file):
        return error.lineno
    return next((line for at, line in _way(error) if at == file), None)


def origin_of(error: Exception) -> Place:
    """Where an error was raised."""
    if isinstance(error, SyntaxError) and error.filename:
        return Place(Path(error.filename), error.lineno or 0)
    file, line = next(_way(error))
    return Place(file, line)


def _way(error: Exception | SystemExit) -> Iterator[tuple[Path, int]]:
    """The places that an error went through, the innermost first."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        yield Path(frame.filename), frame.lineno or 0
