"""Runs of the command against contracts of these tests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).parents[2] / "src"


@dataclass(frozen=True)
class Told:
    """What a run came to: its exit code, and ``summary.json``."""

    exit_code: int
    summary: dict[str, Any]

    def requirements(self, *outcomes: str) -> set[str]:
        """The requirements of the items that ended like that."""
        return {r["requirement"] for r in self.summary["results"] if r["outcome"] in outcomes}

    @property
    def troubles(self) -> list[str]:
        """The items that did not end well, each with what was said first."""
        bad = [r for r in self.summary["results"] if r["outcome"] in ("fail", "error", "blocked")]
        return [f"{json.dumps(r)[:500]}" for r in bad]


def run(contract: Path, out: Path, *options: str, env: dict[str, str] | None = None, cwd: Path | None = None) -> Told:
    """Run the suites at profile smoke."""
    command: Sequence[str] = (
        *(sys.executable, "-m", "restproof", "run", str(contract), "-q", "--profile", "smoke"),
        *("--out", str(out), *options),
    )
    path = os.pathsep.join([str(SOURCE), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    ended = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": path, **(env or {})},
        cwd=cwd or out.parent,
    )
    summary = out / "summary.json"
    assert summary.exists(), f"exit {ended.returncode}\n{ended.stdout}\n{ended.stderr}"
    return Told(ended.returncode, json.loads(summary.read_text(encoding="utf-8")))
