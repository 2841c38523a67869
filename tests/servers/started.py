"""Servers of others, as processes of their own while a block lasts."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest


@contextmanager
def started(
    command: Sequence[str],
    answers: Callable[[], bool],
    log: Path,
    *,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
    seconds: float = 60.0,
) -> Iterator[None]:
    """The process of ``command``, from when it ``answers`` (which may raise ``OSError`` until then) to the end of the
    block. Fails with what it has logged where it ends, or says nothing for so many ``seconds``."""
    with log.open("ab") as file:
        process = subprocess.Popen(command, stdout=file, stderr=file, cwd=folder, env=environment)
        try:
            _wait_for(process, answers, log, seconds)
            yield
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_for(process: subprocess.Popen[bytes], answers: Callable[[], bool], log: Path, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        with suppress(OSError):
            if answers():
                return
        time.sleep(0.1)
    tail = log.read_text(encoding="utf-8", errors="replace")[-2000:]
    pytest.fail(f"{process.args!r} does not answer:\n{tail}")
