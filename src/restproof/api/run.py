"""``restproof.run``: a run from Python.

It takes place in a process of its own, so that it can be asked for from any thread, from an asyncio program and from
within pytest: it has its own signals, its own pytest and its own modules. A target may be an application object; that
one is served by a thread of the present process.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, TypedDict, Unpack

import restproof.version
from restproof.api.child import asked
from restproof.api.ended import Run
from restproof.errors import ConfigurationError, RestproofError, TargetError
from restproof.record.events import RUN_FILE
from restproof.session.handed import raised
from restproof.targetids import id_variable

Application = Callable[..., Any]
"""An ASGI or WSGI application."""


class RunOptions(TypedDict, total=False):
    """The options of a run: those of ``restproof run``, by the same names and with the same defaults."""

    profile: Literal["smoke", "ci", "deep"]
    seed: int
    only: tuple[str, ...]
    resource: tuple[str, ...]
    case: str | None
    read_only: bool
    max_requests: int | None
    max_creates: int | None
    max_wait: float
    cleanup_timeout: float
    rate: float | None
    coordinate: str | None
    shard: str | None
    deviations: str | None
    fail_on: Literal["must", "should"]
    write_deviations: str | None
    require_tested: tuple[str, ...]
    require_complete: bool
    out: str | None
    baseline: str | None
    new_only: bool
    evidence: Literal["failures", "sample", "all"]
    stubs: str | None
    against: str | None
    faults: tuple[str, ...]


class Settings(RunOptions, total=False):
    """The options of a run, and how it is asked for. ``credentials`` and ``ids``: those of a target that is a URL or an
    application, by the names that they have in ``restproof.toml``; ``ca_bundle``: what its certificate is verified
    with. ``workers``: processes that share the run, by default as many as ``restproof run`` has; ``engine``: where its
    shards take place instead (``local``, ``dask://HOST:PORT``). ``progress``: told on standard error. ``cwd``: where
    ``restproof.toml`` is looked for, and what relative paths start from; the working directory by default."""

    credentials: Mapping[str, str]
    ids: Mapping[str, int | str]
    ca_bundle: str | Path
    workers: int
    engine: str | None
    progress: bool
    cwd: str | Path


def run(
    contract: str | Path | None = None, target: str | Application | None = None, **settings: Unpack[Settings]
) -> Run:
    """Prove that a target keeps a contract.

    ``contract``: a directory, a file, the name of a bundled contract, or an OpenAPI document; by default what
    ``restproof run`` takes. ``target``: a name of ``restproof.toml``, a URL, or an ASGI or WSGI application; by default
    what ``restproof run`` takes. ``settings``: :class:`RunOptions` and :class:`Settings`.

    Returns however the run ended. Raises ``RestproofError`` where there is none: ``ContractError`` and
    ``ConfigurationError`` for what is to be mended, ``TargetError`` for a target that cannot be reached. Interrupted
    (``KeyboardInterrupt``), it tidies up first.
    """
    return _Job(contract, target, settings).run()


async def run_async(
    contract: str | Path | None = None, target: str | Application | None = None, **settings: Unpack[Settings]
) -> Run:
    """As :func:`run`, while the event loop goes on. Cancelled, the run tidies up before this returns."""
    job = _Job(contract, target, settings)
    running = asyncio.get_running_loop().run_in_executor(None, job.run)
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        job.stop()
        with suppress(RestproofError):
            await running
        raise


@dataclass
class _Job:
    """One run that is asked for; ``stop`` may come from another thread."""

    contract: str | Path | None
    target: str | Application | None
    settings: Settings
    _process: subprocess.Popen[str] | None = None
    _stopped: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self) -> Run:
        cwd = Path(self.settings.get("cwd", "."))
        with ExitStack() as stack:
            target = self.target
            if target is not None and not isinstance(target, str):
                from restproof.session.app import served

                target = stack.enter_context(served(target, "the target"))
            result = Path(stack.enter_context(TemporaryDirectory(prefix="restproof-run-"))) / "result.json"
            text = asked(
                self._options(target),
                self.settings.get("workers"),
                self.settings.get("progress", False),
                self._engine(),
            )
            with self._lock:
                if self._stopped:
                    raise RestproofError("the run was stopped before it began")
                self._process = _started(result, cwd, {**os.environ, **self._environment()}, text, self.settings)
            said = self._waited(self._process)
            return _ending(result, said)

    def stop(self) -> None:
        """End the run as SIGTERM does: nothing more is sent, and what was made is deleted."""
        with self._lock:
            self._stopped = True
            if self._process is not None and self._process.poll() is None:
                self._process.send_signal(signal.SIGTERM)

    def _waited(self, process: subprocess.Popen[str]) -> str:
        """What the process has said at its end."""
        try:
            return "".join(process.stderr or ())
        except BaseException:  # KeyboardInterrupt: the run is in a session of its own, and no terminal tells it
            self.stop()
            process.wait()
            raise
        finally:
            process.wait()
            for stream in (process.stdin, process.stderr):
                if stream is not None:
                    stream.close()

    def _engine(self) -> str | None:
        engine = self.settings.get("engine")
        if engine not in (None, "local") and callable(self.target):
            raise ConfigurationError("an application is served on this machine alone", hint="Give engine='local'.")
        return engine

    def _options(self, target: str | None) -> dict[str, Any]:
        own = Settings.__annotations__.keys() - RunOptions.__annotations__.keys()
        options: dict[str, Any] = {name: value for name, value in self.settings.items() if name not in own}
        for name in options.keys() - RunOptions.__annotations__.keys():
            raise TypeError(f"a run has no option {name!r}")
        contract = None if self.contract is None else str(self.contract)
        return {**options, "contract": contract, "target": target}

    def _environment(self) -> dict[str, str]:
        """What of the settings the process takes from its environment, as any run against a URL does."""
        found = {f"RESTPROOF_{name.upper()}": value for name, value in self.settings.get("credentials", {}).items()}
        found |= {id_variable(name): str(value) for name, value in self.settings.get("ids", {}).items()}
        if "ca_bundle" in self.settings:
            found["RESTPROOF_CA_BUNDLE"] = str(Path(self.settings["ca_bundle"]).absolute())
        if found and (self.target is None or (isinstance(self.target, str) and "://" not in self.target)):
            raise ConfigurationError(
                "credentials, ids and ca_bundle are for a target that is a URL or an application",
                hint="Those of a named target stand in restproof.toml.",
            )
        return found


def _started(
    result: Path, cwd: Path, environment: Mapping[str, str], text: str, settings: Settings
) -> subprocess.Popen[str]:
    source = str(Path(restproof.version.__file__).parent.parent)
    path = os.pathsep.join(p for p in (source, environment.get("PYTHONPATH", "")) if p)
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "restproof.api.child", str(result)],
        cwd=cwd,
        env={**environment, "PYTHONPATH": path},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=None if settings.get("progress") else subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    if process.stdin is not None:
        process.stdin.write(text)
        process.stdin.flush()
    return process


def _ending(result: Path, said: str) -> Run:
    """How the run ended. Raises the error that it ended with."""
    try:
        answer: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise TargetError("the run ended before it had begun", hint=said.strip()[-2000:] or None) from None
    if "error" in answer:
        raise raised(answer)
    if answer["directory"] is None:
        raise RestproofError("the run left no run file", hint=said.strip()[-2000:] or None)
    return Run(Path(answer["directory"]) / RUN_FILE, answer["code"])
