"""Many runs of the suites from one process: what takes seconds, to import and to collect, is done once, and each run is
a fork of that, with a sandbox that is a fork as well.

    python -m tests.kill.server CONTRACT PROFILE

reads one JSON object a line (``faults``, ``only``, ``resource``, ``stop_at``, ``out``), and answers one: ``code`` and
``output``. The run file is left in ``out``.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
#: What every run imports: once here, so that no fork has to.
NEEDED: tuple[str, ...] = (
    "restproof.report.write",
    "restproof.sandbox.app",
    "restproof.sandbox.launch",
    "restproof.session.live",
)
NEEDED += ("restproof.engine.runner", "restproof.wire.cleanup", "jsonschema_rs")


class Server:
    """The process, for its parent. Close it."""

    def __init__(self, contract: str, profile: str = "ci") -> None:
        command = [sys.executable, "-m", "tests.kill.server", contract, profile]
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(self, **said: Any) -> dict[str, Any]:
        """One run of the suites; its exit code and what it wrote."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(said) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the server of runs has ended: {self._process.wait(10)}")
        told: dict[str, Any] = json.loads(line)
        return told

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)


@dataclass
class Sandbox:
    """A forked sandbox, as ``restproof.sandbox.launch.Running``."""

    base_url: str
    ca_bundle: Path | None
    credentials: dict[str, str]
    ids: dict[str, Any]
    pid: int

    def leave(self) -> None:
        os.kill(self.pid, signal.SIGTERM)

    def stop(self) -> None:
        self.leave()
        os.waitpid(self.pid, 0)


class Forge:
    """Takes orders where pytest would run its tests, and runs each in a fork."""

    def __init__(self, folder: Path) -> None:
        from restproof.sandbox.server import new_certificate, write_authority

        self.certificate = new_certificate()
        self.bundle = write_authority(self.certificate, folder / "ca.pem")
        self.stop_at: str | None = None
        self.answers = os.fdopen(os.dup(1), "w")
        os.dup2(2, 1)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Iterator[None]:
        for line in sys.stdin:
            order = json.loads(line)
            with tempfile.TemporaryFile() as output:
                child = os.fork()
                if child == 0:
                    os.dup2(output.fileno(), 1)
                    os.dup2(output.fileno(), 2)
                    self._prepare(session, order)
                    return (yield)
                _, status = os.waitpid(child, 0)
                output.seek(0)
                told = {"code": os.waitstatus_to_exitcode(status), "output": output.read().decode("utf-8", "replace")}
            self.answers.write(json.dumps(told) + "\n")
            self.answers.flush()
        os._exit(0)

    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        """Enough is seen where the rule in question has failed once."""
        failed = call.when == "call" and call.excinfo is not None and call.excinfo.typename == "RuleFailed"
        if failed and self.stop_at in ("*", item.plan_item.proof.requirement):  # type: ignore[attr-defined]
            item.session.shouldstop = "the fault is caught"

    def _prepare(self, session: pytest.Session, order: dict[str, Any]) -> None:
        from restproof.oracle.verdict import judge
        from restproof.plugin.current import run_of
        from restproof.plugin.item import RuleItem
        from restproof.record.reader import read
        from restproof.report import write
        from restproof.sandbox import launch

        run = run_of(session.config)
        assert run is not None
        options = replace(
            run.options,
            faults=tuple(order["faults"]),
            only=tuple(order.get("only", ())),
            resource=tuple(order.get("resource", ())),
            out=order["out"],
        )
        self.stop_at = order.get("stop_at")
        run.promise = replace(run.promise, options=options)
        session.items[:] = [i for i in session.items if isinstance(i, RuleItem) and run.selected(i.plan_item)]
        launch.start = self._start  # type: ignore[assignment]
        write.write_all = lambda path, *_, **__: write.Written(judge(read(path)))

    def _start(self, contract_path: Path, *, tls: bool = True, faults: Iterable[str] = ()) -> Sandbox:
        from restproof.contract.load import load
        from restproof.sandbox.app import Application
        from restproof.sandbox.server import bind, in_front, server

        listening = bind(0)
        ready, told = os.pipe()
        child = os.fork()
        certificate = self.certificate if tls else None
        if child == 0:
            application = Application(load(contract_path), faults=faults)
            facts = {"credentials": {n: c.secret for n, c in application.credentials.items()}, "ids": application.ids}

            def say() -> None:
                os.write(told, json.dumps(facts).encode() + b"\n")

            running = server(application, certificate, say)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            try:
                running.run(sockets=[in_front(application, certificate, listening)])
            finally:
                os._exit(0)
        os.close(told)
        with os.fdopen(ready) as lines:
            facts = json.loads(lines.readline())
        port = listening.getsockname()[1]
        listening.close()
        return Sandbox(
            base_url=f"{'https' if tls else 'http'}://127.0.0.1:{port}",
            ca_bundle=self.bundle if tls else None,
            credentials=facts["credentials"],
            ids=facts["ids"],
            pid=child,
        )


def main(contract: str, profile: str) -> None:
    for name in NEEDED:
        importlib.import_module(name)
    from restproof.bundle import bundled_suites
    from restproof.plugin.current import Caller
    from restproof.session.options import Options
    from restproof.session.promise import promised

    folder = tempfile.TemporaryDirectory(prefix="restproof-kill-")
    owner = os.getpid()
    options = Options(contract=contract, profile=profile, fail_on="should")
    arguments = ["-s", "-p", "restproof.plugin", "-p", "no:schemathesis", "-p", "no:cacheprovider", "-p", "no:terminal"]
    arguments += ["--import-mode=importlib", f"--rootdir={bundled_suites()}", "-o", "addopts="]
    try:
        plugins = [Forge(Path(folder.name)), Caller(promised(options, Path.cwd()))]
        code = pytest.main([str(bundled_suites()), *arguments], plugins=plugins)
    finally:
        if os.getpid() == owner:
            folder.cleanup()
    sys.stdout.flush()
    os._exit(int(code))


if __name__ == "__main__":
    main(*sys.argv[1:])
