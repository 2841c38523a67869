"""Runs of the command against contracts of these tests."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests import forked


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
    words = ["run", str(contract), "-q", "--profile", "smoke", "--out", str(out), *options]
    ended = forked.run("restproof", words, env={**os.environ, **(env or {})}, cwd=cwd or out.parent, timeout=900)
    summary = out / "summary.json"
    assert summary.exists(), f"exit {ended.returncode}\n{ended.stdout}\n{ended.stderr}"
    return Told(ended.returncode, json.loads(summary.read_text(encoding="utf-8")))
