"""Deviations from the first run to the next: drafted, filled in, and hiding nothing else."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import yaml
from tests import forked

from restproof.bundle import find_contract
from restproof.contract.document import Problems
from restproof.contract.schemas import SchemaFolder

ARGUMENTS = ["run", "-q", "--profile", "smoke", "--resource", "office", "--only", "create.answers-created"]
ARGUMENTS += ["--only", "update.persists", "--fault", "create-answers-202"]


def restproof(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return forked.run("restproof", arguments, cwd=cwd)


def of_a_house(folder: Path, deviations: str) -> Path:
    """The bundled contract, under a standard that declares these deviations."""
    bundled = find_contract("procore", None, folder)
    (folder / "standard.yaml").write_text(f"deviations: {deviations}\n")
    (folder / "contract.yaml").write_text("extends: standard.yaml\n" + bundled.read_text())
    for schema in SchemaFolder(bundled, Problems()).folders[-1].glob("*.json"):
        shutil.copy(schema, folder)
    return folder / "contract.yaml"


def test_a_declared_create_does_not_hide_an_update_that_is_not_stored(tmp_path: Path) -> None:
    draft, filled = tmp_path / "deviations/draft.yaml", tmp_path / "filled.yaml"
    first = restproof(*ARGUMENTS, "--out", "one", "--write-deviations", str(draft), cwd=tmp_path)
    assert first.returncode == 1
    entries = yaml.safe_load(draft.read_text())
    filled.write_text(
        yaml.safe_dump([{**e, "owner": "us", "reason": "known", "expires": "2999-01-01"} for e in entries])
    )
    declared = [*ARGUMENTS, "--deviations", str(filled)]
    assert restproof(*declared, "--out", "two", cwd=tmp_path).returncode == 0
    contract = of_a_house(tmp_path, filled.name)
    broken = restproof(*ARGUMENTS, str(contract), "--fault", "update-not-stored", "--out", "three", cwd=tmp_path)
    assert broken.returncode == 1
    outcomes = {
        r["requirement"]: r["outcome"] for r in json.loads((tmp_path / "three/summary.json").read_text())["results"]
    }
    assert outcomes == {"create.answers-created": "deviation", "update.persists": "fail"}


def test_a_file_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("# mine\n")
    found = restproof(*ARGUMENTS, "--write-deviations", "mine.yaml", cwd=tmp_path)
    assert found.returncode == 2
    assert "there is such a file" in found.stderr
    assert (tmp_path / "mine.yaml").read_text() == "# mine\n"
