from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from restproof import __version__
from restproof.cli import main
from restproof.errors import ContractError, Place, TargetError


def test_the_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["--help"]) == 0
    text = capsys.readouterr().out
    for name in main.COMMANDS:
        assert f"  {name} " in text


@pytest.mark.parametrize("name", list(main.COMMANDS))
def test_every_command_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run([name, "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"Usage: restproof {name}")


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["--version"]) == 0
    assert capsys.readouterr().out == f"restproof {__version__}\n"


def test_an_unknown_command_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["lnt"]) == 2
    assert "lnt" in capsys.readouterr().err


def test_no_command_shows_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run([]) == 2
    shown = capsys.readouterr()
    assert "Commands:" in shown.out + shown.err


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (TargetError("gone", hint="start it"), 3, "restproof: gone\n  start it\n  more: docs/running.md\n"),
        (
            ContractError("a", place=Place(Path("c.yaml"), 3), others=(ContractError("b"),)),
            2,
            "restproof: c.yaml:3: a\nrestproof: b\n  more: docs/contract.md\n",
        ),
        (click.Abort(), 130, "restproof: interrupted\n"),
        (click.UsageError("no"), 2, "Error: no\n"),
    ],
)
def test_every_error_becomes_a_message_and_a_code(
    error: Exception, code: int, text: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(main.restproof, "main", fail)
    assert main.run([]) == code
    assert capfd.readouterr().err == text


@pytest.mark.parametrize("words", [("rules",), ("--help",), ("run", "--help")])
def test_who_stops_reading_is_told_no_verdict(words: tuple[str, ...]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "restproof", *words], stdout=writer, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, "")


def test_the_help_loads_nothing_heavy() -> None:
    script = (
        "import sys; from restproof.cli import main; main.run(['--help'])\n"
        "heavy = {'hypothesis', 'schemathesis', 'starlette', 'jsonschema', 'jsonschema_rs', 'requests', 'yaml'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stderr == "[]\n"


def test_a_live_run_loads_nothing_of_a_replay() -> None:
    script = (
        "import sys, restproof.cli.watcher, restproof.plugin.life\n"
        "print(sorted({'responses', 'asyncio', 'restproof.session.stubbed'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_module_runs_too() -> None:
    done = subprocess.run([sys.executable, "-m", "restproof", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"restproof {__version__}\n"
