"""A working directory of its own, and a sandbox that outlives the runs against it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from restproof.sandbox.launch import Running, start

from .runs import CONTRACT, configured


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    """A sandbox that runs do not start and end themselves."""
    with start(CONTRACT) as running:
        yield running


@pytest.fixture
def target(here: Path, server: Running) -> Running:
    """The server as the target ``sandbox`` of a restproof.toml in the working directory."""
    return configured(here, server)
