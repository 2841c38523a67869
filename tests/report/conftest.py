from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from tests.record import synthetic_run as build
from tests.record.realistic_run import realistic, surfaced

from restproof.record.model import RecordedRun
from restproof.record.reader import read


@pytest.fixture(scope="session")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run file of the usual size, of a server that breaks some rules and answers with hostile bodies."""
    return build.write(tmp_path_factory.mktemp("faulty") / "run.jsonl.gz", *surfaced(realistic()))


@pytest.fixture(scope="session")
def faulty_run(faulty: Path) -> RecordedRun:
    return read(faulty)


@pytest.fixture(scope="session")
def clean_run(tmp_path_factory: pytest.TempPathFactory) -> RecordedRun:
    """The same run of a server that keeps every rule."""
    return read(build.write(tmp_path_factory.mktemp("clean") / "run.jsonl.gz", *realistic(faults=False, repeats=1)))
