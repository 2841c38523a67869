"""What a run does before its first request, and does once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import hypothesis.strategies
import pytest

from restproof.cli.main import run
from restproof.suite import inputs
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


def test_a_plan_is_the_same_with_pytest_and_without(capsys: pytest.CaptureFixture[str]) -> None:
    """What it takes for pytest to select from a hundred thousand items is spared where nothing is asked of it."""
    shown = []
    for extra in ([], ["--", "-m", "must or not must"]):
        code = run(["run", str(CONTRACT), "--plan", "--shard", "2/3", *extra])
        shown.append((code, *capsys.readouterr()))
    assert shown[0] == shown[1]
    assert shown[0][0] == 0
    assert shown[0][1]


def test_a_plan_is_made_without_what_draws() -> None:
    """Hypothesis takes longer to load than most plans to make."""
    words = ["run", str(CONTRACT), "--plan"]
    code = f"import sys; from restproof.cli.main import run; run({words}); sys.exit('hypothesis' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_the_type_of_what_is_drawn_is_that_of_hypothesis() -> None:
    assert inputs.SearchStrategy is hypothesis.strategies.SearchStrategy
    with pytest.raises(AttributeError):
        inputs.NoSuchWord  # noqa: B018
