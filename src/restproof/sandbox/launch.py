"""The sandbox in a process of its own, which never outlives the one that started it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import restproof.version
from restproof.errors import ConfigurationError, TargetError

_NEEDED = ("HOME", "LANG", "PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "TZ", "VIRTUAL_ENV")


@dataclass
class _Child:
    _process: subprocess.Popen[str] = field(repr=False)
    _folder: Path = field(repr=False)

    def stop(self) -> None:
        """End the process and remove its files; a second call does nothing."""
        _end(self._process)
        shutil.rmtree(self._folder, ignore_errors=True)


@dataclass
class Running(_Child):
    """A running sandbox. ``base_url`` is without the contract's base path; ``ca_bundle``: what to verify its
    certificate with (``None`` without TLS); ``credentials``: secrets by name; ``ids``: the given parents."""

    base_url: str
    ca_bundle: Path | None
    credentials: dict[str, str]
    ids: dict[str, Any]
    pid: int

    def leave(self) -> None:
        """Ask the process to end, and do not wait for it: nobody speaks to it any more."""
        if self._process.poll() is None:
            self._process.terminate()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()


@dataclass
class Starting(_Child):
    """A sandbox whose process has begun, and may not accept connections yet."""

    def ready(self) -> Running:
        """Wait until it accepts connections. Raises ``ConfigurationError`` for a wrong contract, fault or port, and
        ``TargetError`` where it does not start."""
        try:
            facts = _first_line(self._process)
        except BaseException:
            self.stop()
            raise
        return Running(
            base_url=facts["base_url"],
            ca_bundle=Path(facts["ca_bundle"]) if facts["ca_bundle"] else None,
            credentials=facts["credentials"],
            ids=facts["ids"],
            pid=self._process.pid,
            _process=self._process,
            _folder=self._folder,
        )


def start(
    contract_path: str | Path,
    *,
    tls: bool = True,
    db: str | Path | None = None,
    faults: Iterable[str] = (),
    port: int = 0,
) -> Running:
    """Start a sandbox of a contract on 127.0.0.1 and wait until it accepts connections. Raises as ``Starting.ready``
    does."""
    return begin(contract_path, tls=tls, db=db, faults=faults, port=port).ready()


def begin(
    contract_path: str | Path,
    *,
    tls: bool = True,
    db: str | Path | None = None,
    faults: Iterable[str] = (),
    port: int = 0,
) -> Starting:
    """Start a sandbox of a contract on 127.0.0.1, and do not wait for it."""
    folder = Path(tempfile.mkdtemp(prefix="restproof-sandbox-"))
    command = [
        sys.executable,
        "-P",
        "-m",
        "restproof.sandbox",
        str(contract_path),
        "--port",
        str(port),
        "--folder",
        str(folder),
    ]
    command += [] if tls else ["--no-tls"]
    command += ["--db", str(db)] if db else []
    command += [word for name in faults for word in ("--fault", name)]
    # The death signal follows the thread that starts the process, so only the main thread may ask for it.
    if threading.current_thread() is threading.main_thread():
        command += ["--parent", str(os.getpid())]
    source = str(Path(restproof.version.__file__).parent.parent)
    path = os.pathsep.join(p for p in (source, os.environ.get("PYTHONPATH", "")) if p)
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**{n: v for n, v in os.environ.items() if _is_needed(n)}, "PYTHONPATH": path},
        start_new_session=True,
    )
    return Starting(process, folder)


def _is_needed(variable: str) -> bool:
    """Whether the sandbox needs a variable of the environment. What else is there may be a credential."""
    return variable in _NEEDED or variable.startswith(("LC_", "PYTHON", "COVERAGE", "COV_"))


def _first_line(process: subprocess.Popen[str]) -> dict[str, Any]:
    """What the child says when it is ready, or why it will never be."""
    if process.stdout is None or process.stderr is None:
        raise TargetError("the sandbox has no output to read")
    line = process.stdout.readline()
    if not line:
        # Of a traceback, the last line says what it was: a full disk, a library that is not there.
        details = process.stderr.read().strip().splitlines()
        raise TargetError("the sandbox did not start", hint=details[-1] if details else None)
    facts: dict[str, Any] = json.loads(line)
    if "error" in facts:
        raise ConfigurationError(facts["error"])
    return facts


def _end(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(timeout=3)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            stream.close()
