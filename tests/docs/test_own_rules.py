"""The page that leads through a rule of one's own: its files are a suite, and its commands do what it says."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from tests import forked

import restproof
from restproof.cli.init import FILES

PAGE = (Path(__file__).parents[2] / "docs" / "own-rules.md").read_text(encoding="utf-8")
BLOCKS = {m[1]: m[2] for m in re.finditer(r"^```\w+ (\S+)\n(.*?)^```", PAGE, re.M | re.S)}
COMMANDS = [line for m in re.finditer(r"^```sh\n(.*?)^```", PAGE, re.M | re.S) for line in m[1].splitlines()]
BUNDLED, OWN = "create.answers-created[note-create]", "note.title-kept[note-create]"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """What `restproof init` writes, with the files of the page."""
    for name, text in {**FILES, **BLOCKS}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def in_(root: Path, command: str, *more: str) -> subprocess.CompletedProcess[str]:
    source = str(Path(restproof.__file__).parent.parent)
    kept = {n: v for n, v in os.environ.items() if not n.startswith(("RESTPROOF_", "PYTEST_"))}
    program, *words = command.split()
    path = os.pathsep.join([source, os.environ.get("PYTHONPATH", "")])
    return forked.run(program, [*words, *more], cwd=root, env={**kept, "PYTHONPATH": path}, timeout=100)


def outcomes(folder: Path) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for result in json.loads((folder / "summary.json").read_text())["results"]:
        found.setdefault(result["requirement"], set()).add(result["outcome"])
    return found


def test_the_page_holds_what_init_writes() -> None:
    """The first rule of the page is the example of `restproof init`, entry and test."""
    assert set(BLOCKS) == {"suites/requirements.yaml", "suites/test_note.py"}
    entry = FILES["suites/requirements.yaml"].partition("\n")[2]
    assert BLOCKS["suites/requirements.yaml"].startswith(entry)
    assert FILES["suites/test_note.py"].partition("\n\n\n")[2] in BLOCKS["suites/test_note.py"]


def test_a_rule_of_ones_own_passes_on_the_sandbox_and_judges_its_traffic(repository: Path) -> None:
    narrowed, *_ = COMMANDS
    done = in_(repository, narrowed, "-q", "--out", "passes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert outcomes(repository / "passes") == {"note.title-kept": {"pass"}, "note.no-framework": {"pass", "not tested"}}
    done = in_(repository, "restproof judge passes/run.jsonl.gz -q --out judged")
    assert done.returncode in (0, 3), done.stdout + done.stderr
    told = outcomes(repository / "judged")
    assert "pass" in told["note.no-framework"]
    assert "pass" in told["protocol.json-valid"]
    assert told["note.title-kept"] == {"not tested"}


def test_it_fails_on_the_fault_that_the_page_names(repository: Path) -> None:
    (faulty,) = [command for command in COMMANDS if "--fault" in command]
    done = in_(repository, faulty, "-q", "--out", "fails")
    assert done.returncode == 1, done.stdout + done.stderr
    assert outcomes(repository / "fails")["note.title-kept"] == {"fail"}
    (said,) = re.findall(r"^tells of `note\.title-kept`: \*(.+)\*\.$", PAGE, re.M)
    assert f"note.title-kept: {said}" in done.stdout


@pytest.mark.parametrize("command", [c for c in COMMANDS if "--only" not in c])
def test_ones_own_rules_stand_in_one_plan_with_the_bundled_ones(command: str, repository: Path) -> None:
    """What the whole run would send is enough here."""
    done = in_(repository, command, "--plan" if command.startswith("restproof") else "--restproof-plan")
    assert done.returncode in (0, 5), done.stdout + done.stderr  # pytest ran nothing
    items = {line.split()[-1] for line in done.stdout.splitlines() if line.endswith("]")}
    assert {BUNDLED, OWN, "note.no-framework[note-read]"} <= items


def test_what_plain_pytest_collects(repository: Path) -> None:
    done = in_(repository, "pytest suites --collect-only -q")
    assert "suites/test_note.py::test_a_title_is_kept_as_it_was_typed[note-create]" in done.stdout
    assert "test_create.py" not in done.stdout
    # A module of the same name as a bundled one is in nobody's way.
    (repository / "suites/test_create.py").write_text(BLOCKS["suites/test_note.py"])
    (repository / "suites/test_note.py").unlink()
    done = in_(repository, "pytest suites --restproof-suites --collect-only -q")
    assert "suites/test_create.py::test_a_title_is_kept_as_it_was_typed[note-create]" in done.stdout
    assert "restproof/test_create.py::test_a_valid_create_is_accepted[note-create]" in done.stdout


def test_entries_and_tests_are_held_against_each_other(repository: Path) -> None:
    register = repository / "suites/requirements.yaml"
    lines = register.read_text().count("\n")
    entry = '- id: note.{}\n  level: must\n  statement: "It is."\n  sources: [contract]\n'
    register.write_text(register.read_text() + entry.format("new"))
    for command in ("restproof lint", "restproof run --plan"):
        done = in_(repository, command)
        assert done.returncode == 2, done.stdout
        assert f"suites/requirements.yaml:{lines + 1}: note.new has no test\n" in done.stderr
        assert done.stderr.endswith("\n  more: docs/own-rules.md\n")
    register.write_text(register.read_text() + "  not_tested: later\n")
    assert in_(repository, "restproof lint").returncode == 0
    suite = repository / "suites/test_note.py"
    suite.write_text(suite.read_text().replace("note.no-framework", "note.new"))
    done = in_(repository, "restproof lint")
    assert "note.new has a test and says in not_tested why it has none" in done.stderr
    assert "note.no-framework has no test" in done.stderr
    assert done.stderr.endswith("2 problems\n  more: docs/own-rules.md\n")


def test_a_rule_of_ones_own_has_an_id_of_its_own(repository: Path) -> None:
    suite = BLOCKS["suites/test_note.py"].replace('"note.title-kept"', '"create.reads-back"')
    (repository / "suites/test_note.py").write_text(suite)
    done = in_(repository, "restproof run --plan")
    assert done.returncode == 2
    assert "the bundled suites prove it, and a rule of your own has an id of its own" in done.stderr
