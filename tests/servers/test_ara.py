"""The suites against ARA Records Ansible, a product made with Django REST Framework that nobody here wrote: what fails
is what was checked by hand and declared. ``tox -e ara`` has the server."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from .ara_server import Ara, running
from .proved import conforming, evidenced

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

ROOT = Path(__file__).parents[2]
DEVIATIONS = ROOT / "deviations" / "ara.yaml"


@pytest.fixture(scope="module")
def ara(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ara]:
    with running(tmp_path_factory.mktemp("ara")) as server:
        yield server


def test_ara_conforms_but_for_what_is_declared(ara: Ara, tmp_path: Path) -> None:
    summary = conforming(ROOT / "contracts" / "ara", ara.url, DEVIATIONS, tmp_path, seconds=850)
    assert summary["unproven"] == []
    left = [entry for path in ("/labels", "/records", "/hosts") for entry in ara.listed(path)["results"]]
    assert all(f"/{entry['id']}" in json.dumps(summary["left"]) for entry in left)


def test_each_deviation_has_its_evidence() -> None:
    evidenced(DEVIATIONS)


def test_only_its_contract_knows_ara() -> None:
    folders = (ROOT / "src" / "restproof", ROOT / "suites")
    files = [p for folder in folders for p in folder.rglob("*") if p.suffix in (".py", ".json", ".yaml")]
    assert [str(p) for p in files if re.search(r"\bara\b", p.read_text(encoding="utf-8").lower())] == []
