"""The target section that ``serve`` writes for a run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from restproof.sandbox.serve import write_section

from .client import ROOT


def test_it_adds_a_section_and_keeps_the_rest(tmp_path: Path) -> None:
    file = tmp_path / "restproof.toml"
    file.write_text('contract = "c"\n\n[targets.staging]\nbase_url = "https://s"\n', encoding="utf-8")
    write_section(file, "https://127.0.0.1:1", tmp_path / "ca.pem", {"full": 'a"b'}, {"company": 5, "bucket": "main"})
    told = tomllib.loads(file.read_text(encoding="utf-8"))
    assert told["contract"] == "c"
    assert told["targets"]["staging"] == {"base_url": "https://s"}
    assert told["targets"]["sandbox"] == {
        "base_url": "https://127.0.0.1:1",
        "ca_bundle": str(tmp_path / "ca.pem"),
        "credentials": {"full": 'a"b'},
        "ids": {"company": 5, "bucket": "main"},
    }


def test_it_replaces_an_earlier_section(tmp_path: Path) -> None:
    file = tmp_path / "restproof.toml"
    write_section(file, "https://127.0.0.1:1", None, {"full": "a", "foreign": "b"}, {"company": 5})
    with file.open("a", encoding="utf-8") as out:
        out.write('\n[targets.other]\nbase_url = "https://o"\n')
    write_section(file, "http://127.0.0.1:2", None, {"full": "c"}, {})
    told = tomllib.loads(file.read_text(encoding="utf-8"))
    assert told["targets"] == {
        "other": {"base_url": "https://o"},
        "sandbox": {"base_url": "http://127.0.0.1:2", "credentials": {"full": "c"}},
    }


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 0)])
def test_it_prints_where_it_is_and_leaves_no_files(number: signal.Signals, code: int, tmp_path: Path) -> None:
    script = (
        "from restproof.contract.load import load\nfrom restproof.sandbox.serve import serve\n"
        f"serve(load({str(ROOT / 'contracts' / 'procore')!r}), write_target={str(tmp_path / 'restproof.toml')!r})"
    )
    path = os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": path}
    )
    assert process.stdout is not None
    with process, process.stdout as out:
        told = [out.readline()]
        while not told[-1].startswith("Press"):
            assert told[-1], "it ended before it was ready"
            told.append(out.readline())
        target = tomllib.loads((tmp_path / "restproof.toml").read_text(encoding="utf-8"))["targets"]["sandbox"]
        assert f"{target['base_url']}/rest/v1.0" in told[0]
        assert any(target["credentials"]["full"] in line for line in told)
        assert Path(target["ca_bundle"]).is_file()
        process.send_signal(number)
        assert process.wait(timeout=10) == code
    assert not Path(target["ca_bundle"]).parent.exists()
