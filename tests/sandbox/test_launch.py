"""The sandbox in a process of its own: it verifies, it answers over TLS only, and it leaves nothing behind."""

from __future__ import annotations

import http.client
import json
import os
import socket
import ssl
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from restproof.errors import ConfigurationError
from restproof.sandbox.launch import Running, start

from .client import ROOT

CONTRACT = ROOT / "contracts" / "procore"


def _send(running: Running, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    parts = urlsplit(running.base_url)
    context = ssl.create_default_context(cafile=str(running.ca_bundle))
    connection = http.client.HTTPSConnection(parts.hostname or "", parts.port, context=context, timeout=10)
    headers = {"Authorization": f"Bearer {running.credentials['full']}", "Content-Type": "application/json"}
    connection.request(method, f"/rest/v1.0{path}", None if body is None else json.dumps(body), headers)
    reply = connection.getresponse()
    content = reply.read()
    connection.close()
    return reply.status, json.loads(content) if content else None


def _is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_it_serves_over_tls_and_leaves_nothing() -> None:
    with start(CONTRACT) as running:
        assert running.ca_bundle is not None
        assert running.ca_bundle.is_file()
        status, companies = _send(running, "GET", "/companies")
        assert status == 200
        assert [c["id"] for c in companies] == [running.ids["company"], running.ids["other_company"]]
    assert not _is_running(running.pid)
    assert not running.ca_bundle.parent.exists()
    running.stop()


def test_it_ends_while_its_owner_does_something_else() -> None:
    with start(CONTRACT) as running:
        running.leave()
        assert running._process.wait(timeout=30) == 0
        running.leave()


def test_plain_http_gets_no_representation() -> None:
    with start(CONTRACT) as running:
        port = urlsplit(running.base_url).port
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", "/rest/v1.0/companies")
        with pytest.raises((http.client.HTTPException, OSError)):
            connection.getresponse()
        connection.close()


def test_concurrent_duplicates_yield_one() -> None:
    with start(CONTRACT) as running:
        body = {"company_id": running.ids["company"], "office": {"name": "North"}}
        with ThreadPoolExecutor(8) as pool:
            statuses = list(pool.map(lambda _: _send(running, "POST", "/offices", body)[0], range(8)))
        assert sorted(statuses) == [201] + [409] * 7
        assert len(_send(running, "GET", f"/offices?company_id={running.ids['company']}")[1]) == 1


def test_a_database_file_keeps_the_state(tmp_path: Path) -> None:
    db = tmp_path / "state.db"
    with start(CONTRACT, db=db) as running:
        ids = running.ids
        _, office = _send(running, "POST", "/offices", {"company_id": ids["company"], "office": {"name": "North"}})
    with start(CONTRACT, db=db) as running:
        assert running.ids == ids
        assert _send(running, "GET", f"/offices/{office['id']}?company_id={ids['company']}") == (200, office)


def test_a_wrong_fault_or_contract_is_told() -> None:
    with pytest.raises(ConfigurationError, match="no-such-fault"):
        start(CONTRACT, faults=["no-such-fault"])
    with pytest.raises(ConfigurationError, match="no such contract"):
        start(ROOT / "nowhere")


@pytest.mark.parametrize("main_thread", [True, False])
def test_it_ends_with_its_parent_however_that_ends(main_thread: bool) -> None:
    script = f"""
import os, signal, threading
from restproof.sandbox.launch import start
def run():
    running = start({str(CONTRACT)!r})
    print(running.pid, running.ca_bundle, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
if {main_thread}:
    run()
else:
    worker = threading.Thread(target=run)
    worker.start()
    worker.join()
"""
    path = os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        env={**os.environ, "PYTHONPATH": path},
    )
    pid, bundle = done.stdout.split()
    gone = threading.Event()
    for _ in range(100):
        if not _is_running(int(pid)) and not Path(bundle).parent.exists():
            break
        gone.wait(0.05)
    assert not _is_running(int(pid))
    assert not Path(bundle).parent.exists()


def test_half_a_request_has_no_effect() -> None:
    with start(CONTRACT, tls=False) as running:
        assert running.ca_bundle is None
        port = urlsplit(running.base_url).port
        content = json.dumps({"company_id": running.ids["company"], "office": {"name": "half"}}).encode()
        head = (
            "POST /rest/v1.0/offices HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {running.credentials['full']}\r\nContent-Length: {len(content) + 10}\r\n\r\n"
        )
        with socket.create_connection(("127.0.0.1", port), timeout=10) as raw:
            raw.sendall(head.encode() + content)
            raw.shutdown(socket.SHUT_WR)
            assert raw.recv(100) in (b"", b"HTTP/1.1 400 Bad Request\r\n")
        path = f"/rest/v1.0/offices?company_id={running.ids['company']}"
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", path, headers={"Authorization": f"Bearer {running.credentials['full']}"})
        assert json.loads(connection.getresponse().read()) == []
        connection.close()
