"""A service in a process of its own, and what restproof makes of it, as a user types it."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from tests import forked
from tests.frameworks.catalogue import Framework
from tests.frameworks.seeded import TOKEN
from tests.ports import free_ports
from tests.servers.started import started

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
PATIENCE = 180.0
"""Seconds until a service must answer; some take a minute on a busy machine."""


def modules() -> Path:
    """Where npm has put the packages of the services in JavaScript; there is none of them without this variable."""
    return Path(os.environ.get("FRAMEWORKS_NODE", "nowhere")) / "node_modules"


def is_there(framework: Framework) -> bool:
    """Whether the framework is installed."""
    if framework.node:
        return shutil.which("node") is not None and (modules() / framework.needs).is_dir()
    return importlib.util.find_spec(framework.needs) is not None


def _command(framework: Framework, port: int) -> list[str]:
    if framework.node:
        hook = ["--require", str(HERE / "node" / "typescript.cjs")] if framework.file.endswith(".ts") else []
        return ["node", *hook, str(HERE / "node" / framework.file), str(port)]
    return [sys.executable, "-m", f"tests.frameworks.services.{framework.file}", str(port)]


@contextmanager
def running(framework: Framework, folder: Path, fault: str = "") -> Iterator[str]:
    """The base URL of the service while it runs. ``folder``: for what it writes."""
    (port,) = free_ports(1)
    env = {
        **os.environ,
        "FAULT": fault,
        "NODE_PATH": str(modules()),
        "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path]),
    }
    url = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        return requests.get(url + framework.document, timeout=5).ok

    log = folder / "service.log"
    with started(_command(framework, port), answers, log, folder=folder, environment=env, seconds=PATIENCE):
        yield url


def document_of(framework: Framework, url: str, folder: Path) -> Path:
    """The document that the service makes of itself, as a file."""
    answer = requests.get(url + framework.document, timeout=10)
    suffix = "yaml" if answer.text.lstrip()[:1] != "{" else "json"
    path = folder / f"openapi.{suffix}"
    path.write_bytes(answer.content)
    return path


@dataclass(frozen=True)
class Ran:
    """How a run ended: its exit code, what was printed, its summary, and the results in that which fail."""

    code: int
    told: str
    summary: dict[str, Any]

    @property
    def failed(self) -> list[dict[str, Any]]:
        return [r for r in self.summary.get("results", []) if r["outcome"] in ("fail", "error")]

    @property
    def accused(self) -> list[str]:
        """What is said against the server at the level that fails a run."""
        bad = [r for r in self.failed if r["level"] != "should"]
        return [f"{r['requirement']} {r['resource']} {r['operation']}: {r['message']}" for r in bad]


def run(framework: Framework, promise: Path, url: str, out: Path, *options: str) -> Ran:
    """A run at ``ci``. ``promise``: a document, or the folder of a contract."""
    told = _restproof(framework, ["run", str(promise), "--target", url, "-q", "--out", str(out), *options], out.parent)
    path = out / "summary.json"
    summary = json.loads(path.read_text()) if path.is_file() else {}
    return Ran(told.returncode, told.stdout + told.stderr, summary)


def learn(framework: Framework, promise: Path, url: str, out: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """What ``learn`` finds out. ``promise``: a document, or the folder of a contract."""
    return _restproof(framework, ["learn", str(promise), "--target", url, "--out", str(out), *options], out.parent)


def _restproof(framework: Framework, words: list[str], cwd: Path) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "RESTPROOF_FULL": framework.credential or TOKEN}
    return forked.run("restproof", words, env=env, cwd=cwd, timeout=1200)
