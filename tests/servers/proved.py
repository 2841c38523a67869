"""What is asked of each server of others: it conforms but for what was checked by hand and declared."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from restproof.deviations import load_deviations


def conforming(
    contract: Path,
    base_url: str,
    deviations: Path,
    folder: Path,
    *,
    arguments: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    seconds: float = 550.0,
) -> dict[str, Any]:
    """The summary of a run of ``contract``, which has to conform with its ``deviations``; it stands in ``folder/run``.
    In a whole run a deviation that no longer fails is stale, and the verdict says so: no failure is missing, and none
    is new. ``environment``: what the run finds besides; ``seconds``: how long it may take."""
    usual = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "RESTPROOF_"))}
    command = [sys.executable, "-m", "restproof", "run", str(contract), "--target", base_url]
    process = subprocess.run(
        [*command, "--out", "run", "--deviations", str(deviations), *arguments],
        cwd=folder,
        env={**usual, **(environment or {})},
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    said = process.stdout + process.stderr
    assert process.returncode == 0, said
    summary: dict[str, Any] = json.loads((folder / "run" / "summary.json").read_text(encoding="utf-8"))
    assert summary["verdict"] == "conforming", said
    assert [r for r in summary["results"] if r["outcome"] in ("fail", "error", "blocked")] == [], said
    return summary


def evidenced(deviations: Path) -> None:
    """Each deviation has to tell what was sent and what was answered."""
    for deviation in load_deviations(deviations):
        evidence = deviation["evidence"] or ""
        assert "Sent: " in evidence, deviation
        assert "Answered: " in evidence, deviation
