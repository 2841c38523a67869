"""A Kinto of its own for the tests: installed where it is not yet, on loopback, in memory, with three accounts."""

from __future__ import annotations

import base64
import http.client
import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.ports import free_ports

from .started import started

ROOT = Path(__file__).parents[2]
VERSION = "26.5.0"
"""What contracts/kinto and deviations/kinto.yaml were checked against."""
CACHE = ROOT / ".cache" / f"kinto-{VERSION}"
_INSTALL = 300.0

ACCOUNTS: Mapping[str, str] = {
    "full": "owner:restproof-owner",
    "read_only": "reader:restproof-reader",
    "foreign": "stranger:restproof-stranger",
}
"""Credential of a run → the account that it is. The reader may read everybody's objects, and create none."""

# The package has no `python -m kinto`, and where its script lies differs from system to system.
_START = "import sys; from kinto.__main__ import main; sys.exit(main())"
_INI = """
[server:main]
use = egg:waitress#main
host = 127.0.0.1
port = {port}

[app:main]
use = egg:kinto
kinto.includes = kinto.plugins.accounts
kinto.storage_backend = kinto.core.storage.memory
kinto.cache_backend = kinto.core.cache.memory
kinto.permission_backend = kinto.core.permission.memory
kinto.experimental_collection_schema_validation = true
kinto.userid_hmac_secret = restproof
multiauth.policies = account
multiauth.policy.account.use = kinto.plugins.accounts.AccountsPolicy
kinto.account_create_principals = system.Everyone
kinto.account_cache_ttl_seconds = 3600
kinto.bucket_create_principals = account:owner account:stranger
kinto.bucket_read_principals = account:reader
kinto.collection_read_principals = account:reader
kinto.record_read_principals = account:reader

[loggers]
keys = root
[handlers]
keys = stderr
[formatters]
keys = plain
[logger_root]
level = WARNING
handlers = stderr
[handler_stderr]
class = StreamHandler
args = (sys.stderr,)
formatter = plain
[formatter_plain]
format = %(asctime)s %(levelname)s %(name)s %(message)s
"""


@dataclass(frozen=True)
class Kinto:
    """A running server."""

    port: int
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """The credentials, as a run takes them from the environment."""
        return {f"RESTPROOF_{name.upper()}": account for name, account in ACCOUNTS.items()}

    def call(self, method: str, path: str, body: Any = None, *, account: str | None = "full") -> tuple[int, Any]:
        """One request under ``/v1``: the status and the JSON of the answer."""
        headers = {"Content-Type": "application/json"} if body is not None else {}
        if account is not None:
            headers["Authorization"] = "Basic " + base64.b64encode(ACCOUNTS[account].encode()).decode()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, f"/v1{path}", None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        return answer.status, json.loads(text) if text else None


def interpreter() -> Path:
    """A Python that has Kinto: this one, else that of a virtual environment which is made once and kept. Skips the
    test where there is no network to install it from, but for CI."""
    try:
        if importlib.metadata.version("kinto") == VERSION:
            return Path(sys.executable)
    except importlib.metadata.PackageNotFoundError:
        pass
    python = CACHE / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    done = CACHE / "installed"
    if not done.exists():
        shutil.rmtree(CACHE, ignore_errors=True)
        CACHE.parent.mkdir(exist_ok=True)
        (CACHE.parent / ".gitignore").write_text("*\n", encoding="utf-8")
        venv.create(CACHE, with_pip=True)
        command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", f"kinto=={VERSION}"]
        told = subprocess.run(command, capture_output=True, text=True, timeout=_INSTALL, check=False)
        if told.returncode != 0:
            reason = f"pip cannot install kinto=={VERSION}: {told.stderr.strip()[-300:]}"
            if os.environ.get("CI"):
                pytest.fail(reason)
            pytest.skip(reason)
        done.touch()
    return python


@contextmanager
def running(folder: Path) -> Iterator[Kinto]:
    """A server with its accounts, while the block lasts; what it logs goes to ``folder``."""
    python = interpreter()
    (port,) = free_ports(1)
    ini = folder / "kinto.ini"
    ini.write_text(_INI.format(port=port), encoding="utf-8")
    server = Kinto(port, folder / "kinto.log")
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME")}
    command = [str(python), "-c", _START, "start", "--ini", str(ini)]

    def answers() -> bool:
        return server.call("GET", "/__lbheartbeat__", account=None)[0] == 200

    with started(command, answers, server.log, folder=folder, environment=environment):
        for account in ACCOUNTS.values():
            name, _, password = account.partition(":")
            status, _ = server.call("PUT", f"/accounts/{name}", {"data": {"password": password}}, account=None)
            assert status == 201, f"the account {name} was answered {status}"
        yield server
