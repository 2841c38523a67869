"""``restproof run DOCUMENT`` against a server, as a user types it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TOKEN = "an-honest-token"


def run_document(document: Path | str, url: str | None, out: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """The finished command. ``out``: a folder for the run."""
    target = ["--target", url] if url else []
    command = [sys.executable, "-m", "restproof", "run", str(document), *target, "-q", "--out", str(out), *options]
    environment = {**os.environ, "RESTPROOF_FULL": TOKEN}
    return subprocess.run(
        command, env=environment, cwd=out.parent, capture_output=True, text=True, timeout=600, check=False
    )
