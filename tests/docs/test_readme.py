"""What the README shows is what the present version prints."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
OFFLINE = """
import socket, sys, time
def refuse(*_, **__):
    raise RuntimeError("a replay opens no socket and never waits")
socket.socket.__init__ = socket.create_connection = time.sleep = refuse
from restproof.cli.main import run
sys.exit(run(sys.argv[1:]))
"""


def blocks() -> list[tuple[list[str], str]]:
    """The commands of ``restproof run`` that the README shows, each with the output beside it."""
    found = []
    for marked in re.finditer(r"<!-- restproof (?P<command>[^>]+?) -->\n```\n(?P<text>.*?)```", README, re.S):
        found.append((marked["command"].split(), marked["text"]))
    return found


def general(text: str) -> str:
    """The text without what differs from run to run: times, paths, and the exact number of requests (how many it
    takes to reach a rate limit depends on where its window begins)."""
    text = re.sub(r"[\d,]+ requests", "N requests", text)
    text = re.sub(r"in [\d.,]+ (?:s|ms|min)( \d+ s)?", "in TIME", text)
    return re.sub(r"Report: \S+", "Report: PATH", text).strip()


@pytest.mark.slow
@pytest.mark.parametrize(("command", "shown"), blocks(), ids=lambda v: " ".join(v) if isinstance(v, list) else "")
def test_a_command_prints_what_the_readme_shows(command: list[str], shown: str, tmp_path: Path) -> None:
    """The shipped recording is replayed without network and waiting."""
    start = ["-c", OFFLINE] if any(word.startswith("--stubs") for word in command) else ["-m", "restproof"]
    ended = subprocess.run(
        [sys.executable, *start, *command, "-q", "--out", str(tmp_path / "run")],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert general(ended.stdout) == general(shown), ended.stderr


def test_the_readme_shows_a_run_a_failure_and_a_replay() -> None:
    assert len(blocks()) == 3


def test_every_file_that_the_readme_names_is_there() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target
