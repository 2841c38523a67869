"""The sandbox as a server of its own, found and reached through the restproof.toml that it writes."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from restproof.bundle import find_contract
from restproof.config import load_config, resolve_target
from restproof.contract.load import load
from restproof.wire.message import About, Request
from restproof.wire.preflight import check_target
from restproof.wire.session import Session, Unrecorded


@pytest.fixture(params=["--tls", "--no-tls"])
def served(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[str]]:
    command = [
        sys.executable,
        "-m",
        "restproof",
        "serve",
        "--port",
        "0",
        request.param,
        "--write-target",
        "restproof.toml",
    ]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
        process.kill()


def test_what_serve_writes_is_a_target_that_can_be_used(served: subprocess.Popen[str], tmp_path: Path) -> None:
    contract = load(find_contract(None, None, tmp_path))
    target = resolve_target("sandbox", load_config(tmp_path), contract, {})
    assert target is not None
    check_target(target, contract)
    with Session(target, contract, Unrecorded()) as session:
        refused = session.send(Request("GET", contract.base_path + "/companies"), About("company", "list"), None)
        allowed = session.send(Request("GET", contract.base_path + "/companies"), About("company", "list"))
    assert (refused.status, allowed.status) == (401, 200)


def test_an_interrupted_server_ends_quietly(served: subprocess.Popen[str]) -> None:
    served.send_signal(signal.SIGINT)
    _, err = served.communicate(timeout=10)
    assert "Traceback" not in err
    assert served.returncode in (0, 130)
