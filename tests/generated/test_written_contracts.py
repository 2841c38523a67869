"""Eight small contracts that have little in common: each one's sandbox conforms to it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

CONTRACTS = sorted(p for p in (Path(__file__).parent / "contracts").iterdir() if p.is_dir())


@pytest.mark.slow
@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda p: p.name)
def test_the_sandbox_of_a_contract_conforms(contract: Path, tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "restproof",
        "run",
        str(contract),
        "-q",
        "--profile",
        "smoke",
        "--out",
        str(tmp_path),
    ]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    summary = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    assert summary["verdict"] == "conforming", ended.stdout
    assert summary["counts"]["fail"] == summary["counts"]["error"] == summary["counts"]["blocked"] == 0
