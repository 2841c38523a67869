"""How many simple requests a second the sandbox answers on one core.

    python benchmarks/sandbox.py

The sandbox runs in a process of its own; one client sends reads of one resource over one kept HTTPS connection, with
prepared bytes, so that the
client costs little. Prints requests per second of wall time and of the server's own CPU time.
"""

from __future__ import annotations

import json
import os
import socket
import ssl
import time
from pathlib import Path
from urllib.parse import urlsplit

import requests

from restproof.bundle import find_contract
from restproof.sandbox.launch import start

COUNT = 5000


def cpu_seconds(pid: int) -> float:
    """CPU seconds of a process so far (proc(5), fields 14 and 15 of stat)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    with start(find_contract(None, None, Path.cwd())) as sandbox:
        parts = urlsplit(sandbox.base_url)
        headers = {"Authorization": f"Bearer {sandbox.credentials['full']}", "Procore-Company-Id": "5"}
        company = sandbox.ids["company"]
        base = f"{sandbox.base_url.rstrip('/')}/rest/v1.0/offices"
        made = requests.post(
            base,
            json={"company_id": company, "office": {"name": "bench"}},
            headers=headers,
            verify=str(sandbox.ca_bundle),
            timeout=10,
        )
        made.raise_for_status()
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        target = f"/rest/v1.0/offices/{made.json()['id']}?company_id={company}"
        message = f"GET {target} HTTP/1.1\r\nHost: {parts.netloc}\r\n{lines}\r\n".encode()
        context = ssl.create_default_context(cafile=str(sandbox.ca_bundle))
        with (
            socket.create_connection((parts.hostname or "", parts.port or 443)) as plain,
            context.wrap_socket(plain, server_hostname=parts.hostname) as connection,
        ):
            before, began = cpu_seconds(sandbox.pid), time.perf_counter()
            for _ in range(COUNT):
                connection.sendall(message)
                answer = connection.recv(65536)
                while not answer.endswith(b"}"):
                    answer += connection.recv(65536)
                if not answer.startswith(b"HTTP/1.1 200"):
                    raise SystemExit(json.dumps(answer.decode()))
            wall, used = time.perf_counter() - began, cpu_seconds(sandbox.pid) - before
    print(f"{COUNT} reads: {COUNT / wall:.0f} per second of wall time, {COUNT / used:.0f} of the server's CPU time")


if __name__ == "__main__":
    main()
