"""What a run does before its first request, and does once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from restproof.cli.main import run
from restproof.userfile import composed

CONTRACT = Path(__file__).parents[1] / "generated" / "contracts" / "minimal"


def test_a_plan_reads_the_register_once_and_looks_for_no_entry_points(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Path] = []
    scans: list[str] = []

    def counted(file: Path) -> Any:
        read.append(file)
        return composed(file)

    monkeypatch.setattr("restproof.engine.register.composed", counted)
    monkeypatch.setattr(
        pytest.PytestPluginManager, "load_setuptools_entrypoints", lambda *_, name=None: scans.append(name)
    )
    assert run(["run", str(CONTRACT), "--plan", "--only", "create"]) == 0
    assert [file.name for file in read] == ["requirements.yaml"]
    assert scans == []
