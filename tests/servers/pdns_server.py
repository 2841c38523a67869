"""A PowerDNS of its own for the tests: Debian's server with its SQLite backend, on loopback, in a folder of its own."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.ports import free_ports

from .started import started

KEY = "restproof-pdns"
_SERVER = "/usr/sbin/pdns_server"
_TABLES = Path("/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql")

_CONF = """
launch=gsqlite3
gsqlite3-database={folder}/pdns.sqlite3
gsqlite3-dnssec=yes
gsqlite3-pragma-synchronous=0
socket-dir={folder}
local-address=127.0.0.1
local-port={dns}
webserver=yes
webserver-address=127.0.0.1
webserver-port={port}
webserver-allow-from=127.0.0.1
api=yes
api-key={key}
daemon=no
guardian=no
disable-syslog=yes
write-pid=no
security-poll-suffix=
zone-cache-refresh-interval=0
loglevel=4
"""


@dataclass(frozen=True)
class PowerDNS:
    """A running server."""

    port: int
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """One request under ``/api/v1/servers/localhost``: the status and the JSON of the answer."""
        headers = {"X-API-Key": KEY, "Accept": "application/json", "Content-Type": "application/json"}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            sent = None if body is None else json.dumps(body)
            connection.request(method, f"/api/v1/servers/localhost{path}", sent, headers)
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        return answer.status, json.loads(text) if text else None


def installed() -> str:
    """The server's program. Skips the test where it or its SQLite backend is missing, but fails in CI."""
    program = shutil.which("pdns_server") or (_SERVER if os.access(_SERVER, os.X_OK) else None)
    if program is None or not _TABLES.exists():
        reason = "there is no PowerDNS: apt-get install pdns-server pdns-backend-sqlite3"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return program


@contextmanager
def running(folder: Path) -> Iterator[PowerDNS]:
    """An empty server, while the block lasts; its database and what it logs lie in ``folder``."""
    program = installed()
    port, dns = free_ports(2)
    conf = _CONF.format(folder=folder, dns=dns, port=port, key=KEY)
    (folder / "pdns.conf").write_text(conf, encoding="utf-8")
    with sqlite3.connect(folder / "pdns.sqlite3") as database:
        database.executescript(_TABLES.read_text(encoding="utf-8"))
    database.close()
    server = PowerDNS(port, folder / "pdns.log")
    command = [program, f"--config-dir={folder}"]
    with started(command, lambda: server.call("GET", "/zones") == (200, []), server.log, folder=folder):
        yield server
