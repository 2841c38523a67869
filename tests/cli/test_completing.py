"""What a shell completes, asked for as the scripts of the three shells do."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

from restproof.cli.main import restproof

VARIABLE = "_RESTPROOF_COMPLETE"
CONFIGURED = """\
[targets.staging]
base_url = "https://staging.example.com"
[targets.production]
base_url = "https://example.com"
"""
SHELLS: dict[str, type[ShellComplete]] = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "restproof.toml").write_text(CONFIGURED)
    own = tmp_path / "contracts" / "prices"
    own.mkdir(parents=True)
    (own / "contract.yaml").write_text("contract: prices\nresources: {price: {path: /prices}}\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def asked(line: str, shell: str = "bash") -> list[str]:
    """The names that come back for a line, whose last word is the one that was begun."""
    found = SHELLS[shell](restproof, {}, "restproof", VARIABLE)
    *words, begun = line.split(" ")
    return [item.value for item in found.get_completions(words[1:], begun) if item.type == "plain"]


@pytest.mark.parametrize(
    ("line", "completed"),
    [
        ("restproof ru", ["run", "rules"]),
        ("restproof run p", ["powerdns", "prices", "procore"]),
        ("restproof lint pri", ["prices"]),
        ("restproof run --target s", ["staging"]),
        ("restproof proxy --target ", ["production", "staging"]),
        ("restproof run --only create.answers-c", ["create.answers-created"]),
        ("restproof run --require-tested creat", ["create"]),
        ("restproof rules delete.a", ["delete.answers"]),
        ("restproof run procore --resource off", ["office"]),
        ("restproof serve --fault create-answers-", ["create-answers-200"]),
        ("restproof run procore --only create --fault create-answers-", ["create-answers-200"]),
        ("restproof explain delete.answ", ["delete.answers"]),
        ("restproof run --profile ", ["smoke", "ci", "deep"]),
        ("restproof report r --format jun", ["junit"]),
    ],
)
def test_names_are_completed(line: str, completed: list[str], here: Path) -> None:
    found = asked(line)
    assert [name for name in found if name in completed] == completed
    assert all(name.startswith(line.rpartition(" ")[2]) for name in found)


def test_a_configuration_that_is_wrong_completes_nothing(here: Path) -> None:
    (here / "restproof.toml").write_text("[targets\n")
    (here / "contracts" / "prices" / "contract.yaml").write_text("contract: [\n")
    assert asked("restproof run --target ") == []
    assert asked("restproof run prices --resource ") == []


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_completes(shell: str, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The script that the shell is given is its own language, and what it asks for is answered."""
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed")
    bin_folder = here / "bin"
    bin_folder.mkdir()
    own = bin_folder / "restproof"
    own.write_text(f'#!/bin/sh\nexec {sys.executable} -m restproof "$@"\n')
    own.chmod(0o755)
    monkeypatch.setenv("PATH", f"{bin_folder}:/usr/bin:/bin")
    script = here / f"complete.{shell}"
    script.write_text(SHELLS[shell](restproof, {}, "restproof", VARIABLE).source())
    asks = {
        "bash": "COMP_WORDS=(restproof run --target st); COMP_CWORD=3; _restproof_completion restproof; "
        "printf '%s\\n' \"${COMPREPLY[@]}\"",
        "fish": "complete -C 'restproof run --target st'",
        "zsh": "compdef() { }; compadd() { print -l -- ${(P)@[-1]} }; _describe() { print -l -- ${(P)@[-1]} }; "
        "words=(restproof run --target st) CURRENT=4 _restproof_completion restproof",
    }
    line = f"source {script}; {asks[shell]}"
    if shell == "zsh":
        definitions, _, call = asks["zsh"].rpartition("; ")
        line = f"{definitions}; source {script}; {call}"
    done = subprocess.run([program, "-c", line], capture_output=True, text=True, timeout=60, cwd=here, check=False)
    assert done.stdout.split() == ["staging"], done.stderr
