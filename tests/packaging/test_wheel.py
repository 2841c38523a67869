"""What a user installs: the wheel, in an empty environment and an empty directory."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = [pytest.mark.slow]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` of an environment that holds nothing of its own but the wheel. The libraries are borrowed from the
    environment of the tests, so that no test downloads anything; `test_every_import_is_a_declared_dependency`
    proves that they are declared."""
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, symlinks=True)
    python = home / "bin" / "python"
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", str(python), "install", "-q", "--no-deps", "--no-index", str(wheel)],
        check=True,
    )
    paths = sysconfig.get_paths(vars={"base": str(home), "platbase": str(home)})
    (Path(paths["purelib"]) / "libraries.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    return home / "bin"


def shipped(folder: Path) -> set[Path]:
    """The files below `folder` but for what tools leave behind."""
    found = (p.relative_to(folder) for p in folder.rglob("*") if p.is_file())
    return {p for p in found if not any(part == "__pycache__" or part.startswith(".") for part in p.parts)}


def call(program: Path, *arguments: str, cwd: Path, timeout: float = 60) -> subprocess.CompletedProcess[str]:
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "RESTPROOF_", "PYTEST_"))}
    return subprocess.run(
        [str(program), *arguments], cwd=cwd, env=environ, capture_output=True, text=True, timeout=timeout, check=False
    )


@pytest.mark.parametrize("folder", ["contracts", "schemas", "suites"])
def test_the_wheel_carries_what_a_user_may_replace(wheel: Path, folder: str) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    expected = {f"restproof/_bundle/{folder}/{path}" for path in shipped(ROOT / folder)}
    assert expected
    assert expected <= names


def test_the_wheel_carries_all_of_the_package(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert {f"restproof/{path}" for path in shipped(ROOT / "src" / "restproof")} <= names
    assert "restproof/py.typed" in names
    assert not [n for n in names if n.startswith("tests/") or "__pycache__" in n or "/." in n]


def test_lint_finds_the_bundled_contract(installed: Path, tmp_path: Path) -> None:
    done = call(installed / "restproof", "lint", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert str(installed.parent) in done.stdout
    assert "sound" in done.stdout


def test_init_gives_a_repository_that_lints(installed: Path, tmp_path: Path) -> None:
    assert call(installed / "restproof", "init", cwd=tmp_path).returncode == 0
    done = call(installed / "restproof", "lint", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert str(tmp_path / "contracts/example/contract.yaml") in done.stdout


def test_run_proves_the_bundled_sandbox(installed: Path, tmp_path: Path) -> None:
    done = call(installed / "restproof", "run", "--profile", "smoke", "--out", "report", cwd=tmp_path, timeout=110)
    assert done.returncode == 0, done.stdout + done.stderr
    names = {path.name for path in (tmp_path / "report").iterdir()}
    assert {"run.jsonl.gz", "index.html", "junit.xml", "summary.md", "summary.json"} <= names
    assert [path.name for path in tmp_path.iterdir()] == ["report"], "no ledger is left behind"
