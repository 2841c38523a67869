"""The suites against ARA Records Ansible, a product made with Django REST Framework that nobody here wrote: what fails
is what was checked by hand and declared. ``tox -e ara`` has the server."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from restproof.deviations import load_deviations

from .ara_server import Ara, running

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("ara"), pytest.mark.timeout(900)]

ROOT = Path(__file__).parents[2]
DEVIATIONS = ROOT / "deviations" / "ara.yaml"


@pytest.fixture(scope="module")
def ara(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ara]:
    with running(tmp_path_factory.mktemp("ara")) as server:
        yield server


def test_ara_conforms_but_for_what_is_declared(ara: Ara, tmp_path: Path) -> None:
    """A deviation that no longer fails is stale, and the verdict says so: no failure is missing, and none is new."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "RESTPROOF_"))}
    command = [sys.executable, "-m", "restproof", "run", str(ROOT / "contracts" / "ara"), "--target", ara.url]
    process = subprocess.run(
        [*command, "--out", "run", "--deviations", str(DEVIATIONS)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=850,
        check=False,
    )
    said = process.stdout + process.stderr
    assert process.returncode == 0, said
    summary: dict[str, Any] = json.loads((tmp_path / "run" / "summary.json").read_text(encoding="utf-8"))
    assert summary["verdict"] == "conforming", said
    assert {n: summary["counts"][n] for n in ("fail", "error", "blocked")} == {"fail": 0, "error": 0, "blocked": 0}, (
        said
    )
    assert summary["unproven"] == []
    left = [entry for path in ("/labels", "/records", "/hosts") for entry in ara.listed(path)["results"]]
    assert all(f"/{entry['id']}" in json.dumps(summary["left"]) for entry in left)


def test_each_deviation_has_its_evidence() -> None:
    for deviation in load_deviations(DEVIATIONS):
        evidence = deviation["evidence"] or ""
        assert "Sent: " in evidence, deviation
        assert "Answered: " in evidence, deviation


def test_only_its_contract_knows_ara() -> None:
    folders = (ROOT / "src" / "restproof", ROOT / "suites")
    files = [p for folder in folders for p in folder.rglob("*") if p.suffix in (".py", ".json", ".yaml")]
    assert [str(p) for p in files if re.search(r"\bara\b", p.read_text(encoding="utf-8").lower())] == []
