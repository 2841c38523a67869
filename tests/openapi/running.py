"""``restproof run DOCUMENT`` against a server, as a user types it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests import forked

TOKEN = "an-honest-token"


def run_document(document: Path | str, url: str | None, out: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """The finished command. ``out``: a folder for the run."""
    target = ["--target", url] if url else []
    words = ["run", str(document), *target, "-q", "--out", str(out), *options]
    return forked.run("restproof", words, env={**os.environ, "RESTPROOF_FULL": TOKEN}, cwd=out.parent, timeout=600)
