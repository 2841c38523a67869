"""A server that fails at what the guard looks at, and at nothing that a rule asks for by itself."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from .harness import write_contract
from .kills import RESTPROOF, environment
from .server import Answer, Asked, Server, listening

ONLY = ("--only", "delete.is-gone", "--only", "robust.no-5xx", "--only", "read.answers-ok", "--resource", "office")


@pytest.mark.parametrize("fails", [True, False])
def test_a_look_at_which_the_server_fails_is_a_failure_of_it(tmp_path: Path, fails: bool) -> None:
    server, contract = Server(), write_contract(tmp_path)
    honest = server.read

    def read(asked: Asked) -> Answer:
        return Answer(500) if fails and "no-cache" in asked.headers.get("cache-control", "") else honest(asked)

    server.read = read
    with listening(server) as url:
        command = [*RESTPROOF, "run", str(contract), "--target", url, "--profile", "smoke", "-q", "--out", "out", *ONLY]
        ended = subprocess.run(
            command, cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=120, check=False
        )
    told = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    outcomes = {(r["requirement"], r["operation"]): r["outcome"] for r in told["results"]}
    assert (ended.returncode, told["verdict"]) == ((1, "not conforming") if fails else (0, "conforming")), ended.stdout
    assert outcomes["robust.no-5xx", "read"] == ("fail" if fails else "pass")
    assert outcomes["read.answers-ok", "read"] == "pass"
    assert server.harm() == []
