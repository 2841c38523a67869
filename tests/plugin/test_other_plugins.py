"""Whatever plugins of pytest are installed beside it, a run is the same run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from restproof.bundle import bundled_dir
from restproof.session.options import OPTIONS

ROOT = Path(__file__).parents[2]
POPULAR = ("profiling", "randomly", "pytest_cov")
"""One that has an option of restproof's (``--profile``), one that sorts items and seeds, one that wraps everything."""
SOME = ("--resource", "office", "--only", "read", "--out", "run")


def ended(*command: str, cwd: Path, **more: str) -> subprocess.CompletedProcess[str]:
    kept = {n: v for n, v in os.environ.items() if not n.startswith(("RESTPROOF_", "PYTEST_"))}
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=cwd,
        env={**kept, **more},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def results(folder: Path) -> list[tuple[str, str]]:
    summary = json.loads((folder / "summary.json").read_text())
    return [(r["requirement"], r["outcome"]) for r in summary["results"] if r["outcome"] != "not applicable"]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name in ("suites", "contracts", "schemas"):
        (tmp_path / name).symlink_to(bundled_dir() / name)
    (tmp_path / "conftest.py").symlink_to(ROOT / "conftest.py")
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --import-mode=importlib -p no:schemathesis\n")
    return tmp_path


def test_the_popular_ones_are_here() -> None:
    """Else the tests below would prove nothing. They are ``dev`` extras."""
    assert {*POPULAR} <= {e.name for e in entry_points(group="pytest11")}


def test_every_option_has_a_name_of_its_own_under_pytest(checkout: Path) -> None:
    told = ended("pytest", "suites", "--help", cwd=checkout).stdout
    assert all(f"--restproof-{option.flag}" in told for option in OPTIONS)
    assert "--profile " in told, "that of pytest-profiling"


def test_the_plan_is_the_same_whoever_shuffles(checkout: Path) -> None:
    words = ("--restproof-plan", "--restproof-only", "create", "-q", "-p", "no:cacheprovider")
    plans = [ended("pytest", "suites", *words, f"--randomly-seed={n}", cwd=checkout).stdout for n in (1, 2)]
    items = [[line.split()[-1] for line in plan.splitlines() if "[" in line] for plan in plans]
    assert items[0]
    assert items[0] == items[1]


def test_pytest_runs_the_suites_beside_others(checkout: Path) -> None:
    words = [w.replace("--", "--restproof-") for w in SOME]
    done = ended("pytest", "suites", *words, "--profile", cwd=checkout)
    assert done.returncode == 0, done.stdout + done.stderr
    assert results(checkout / "run")
    assert (checkout / "prof").is_dir(), "the other plugin did its work"


@pytest.mark.parametrize(
    ("words", "more"),
    [
        ((), {"PYTEST_ADDOPTS": "--profile --randomly-seed=1"}),
        (("--", "-p", "no:profiling"), {}),
        (("--", "-p", "pytest_randomly", "-p", "pytest_profiling", "--profile"), {}),
    ],
)
def test_a_run_goes_its_way(words: tuple[str, ...], more: dict[str, str], tmp_path: Path) -> None:
    done = ended("restproof", "run", "procore", "-q", *SOME, *words, cwd=tmp_path, **more)
    assert done.returncode == 0, done.stdout + done.stderr
    assert results(tmp_path / "run")
    assert (tmp_path / "prof").exists() == ("--profile" in words)
