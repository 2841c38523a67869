"""Python's byte code is there, as in what pip has installed, whatever the environment says of it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

SHORT = ("run", "procore", "-q", "--profile", "smoke", "--only", "input.generated", "--resource", "office", "--out")


def is_installed() -> bool:
    """Whether this process finds the byte code."""
    return not sys.dont_write_bytecode and sys.pycache_prefix is not None


@contextmanager
def installed() -> Iterator[dict[str, str]]:
    """The environment for processes of restproof that find their byte code."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryDirectory() as kept:
        environment["PYTHONPYCACHEPREFIX"] = kept
        once = [sys.executable, "-m", "restproof", *SHORT, f"{kept}/run"]
        subprocess.run(once, capture_output=True, check=False, env=environment)
        yield environment


def main_of(file: str) -> int:
    """Run a benchmark that measures its own process with the same words, in one that finds its byte code."""
    with installed() as environment:
        return subprocess.run([sys.executable, file, *sys.argv[1:]], check=False, env=environment).returncode
