"""An ARA Records Ansible of its own for the tests: Django on SQLite, on loopback, in a folder of its own."""

from __future__ import annotations

import http.client
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

import pytest
from tests.ports import free_ports

from .started import started

_STARTUP = 120.0


@dataclass(frozen=True)
class Ara:
    """A running server."""

    port: int
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def listed(self, path: str) -> Any:
        """The JSON of a list under ``/api/v1``."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", f"/api/v1{path}", headers={"Accept": "application/json"})
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()


def installed() -> str:
    """The server's program, of this environment. Skips the test where there is none: ``tox -e ara`` has it."""
    program = shutil.which("ara-manage", path=str(Path(sys.executable).parent))
    if program is None:
        pytest.skip("there is no ARA here: tox -e ara")
    return program


@contextmanager
def running(folder: Path) -> Iterator[Ara]:
    """An empty server, while the block lasts; its database and what it logs lie in ``folder``."""
    program = installed()
    (port,) = free_ports(1)
    server = Ara(port, folder / "ara.log")
    environment = os.environ | {"ARA_BASE_DIR": str(folder / "data"), "ARA_LOG_LEVEL": "ERROR"}
    with server.log.open("wb") as log:
        subprocess.run([program, "migrate"], env=environment, stdout=log, stderr=log, check=True, timeout=_STARTUP)
    command = [program, "runserver", "--noreload", f"127.0.0.1:{server.port}"]

    def answers() -> bool:
        return bool(server.listed("/labels")["count"] == 0)

    with started(command, answers, server.log, environment=environment, seconds=_STARTUP):
        yield server
