"""What the examples say of themselves is so."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from tests import forked
from tests.docs.test_readme import README, general

from restproof.cli.main import run as restproof

EXAMPLES = Path(__file__).parents[2] / "examples"
MISTAKE = 'if (given.get("pages") or 1) < 1:'
MENDED = 'if given.get("pages") is not None and given["pages"] < 1:'


@contextmanager
def served(source: str) -> Iterator[str]:
    """The URL of the bookshelf whose module has this source."""
    module = ModuleType("bookshelf")
    exec(compile(source, "server.py", "exec"), module.__dict__)
    server = ThreadingHTTPServer(("127.0.0.1", 0), module.Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def run(source: str, tmp_path: Path) -> tuple[dict[str, Any], str]:
    """The summary of a run against the bookshelf, and what it printed."""
    shutil.copytree(EXAMPLES / "bookshelf", tmp_path / "bookshelf")
    with served(source) as url:
        words = ["run", "-q", "--target", url, "--out", str(tmp_path / "run")]
        ended = forked.run("restproof", words, cwd=tmp_path / "bookshelf")
    return json.loads((tmp_path / "run" / "summary.json").read_text()), ended.stdout


def test_a_run_finds_the_mistake_of_the_bookshelf_and_nothing_else(tmp_path: Path) -> None:
    source = (EXAMPLES / "bookshelf" / "server.py").read_text()
    found, printed = run(source, tmp_path)
    shown = re.search(r"<!-- examples/bookshelf -->\n```\n(.*?)```", README, re.S)
    assert shown is not None
    assert general(printed) == general(shown[1])
    assert found["verdict"] == "not conforming"
    assert found["left"] == []
    failed = {r["requirement"] for r in found["results"] if r["outcome"] == "fail"}
    assert "input.bounds" in failed
    assert failed <= {"input.bounds", "shape.resource", "shape.list"}


def test_the_mended_bookshelf_conforms(tmp_path: Path) -> None:
    source = (EXAMPLES / "bookshelf" / "server.py").read_text()
    assert MISTAKE in source
    told = (EXAMPLES / "bookshelf" / "README.md").read_text()
    assert MISTAKE in told
    assert MENDED in told
    found, _ = run(source.replace(MISTAKE, MENDED), tmp_path)
    assert (found["verdict"], found["unproven"], found["left"]) == ("conforming", [], [])


@pytest.mark.parametrize("name", ["client"])
def test_an_example_of_tests_passes(name: str, tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES / name, tmp_path / name)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST")}
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=tmp_path / name,
        check=False,
        capture_output=True,
        text=True,
        env=environment,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert re.search(r"\d+ passed", ended.stdout)


def test_the_example_of_a_rule_fails_where_it_says_so_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(EXAMPLES / "own-rule", tmp_path / "own-rule")
    monkeypatch.chdir(tmp_path / "own-rule")
    told = (EXAMPLES / "own-rule" / "README.md").read_text()
    (faulty,) = re.findall(r"^restproof (run .*--fault.*)$", told, re.M)
    for command, outcome in (("run --only book", "pass"), (faulty, "fail")):
        out = tmp_path / outcome
        assert restproof([*command.split(), "-q", "--out", str(out)]) == (outcome == "fail")
        results = json.loads((out / "summary.json").read_text())["results"]
        assert [(r["requirement"], r["outcome"]) for r in results] == [("book.comes-back", outcome)]


def test_the_index_names_every_example() -> None:
    index = (EXAMPLES / "README.md").read_text()
    named = re.findall(r"\]\(([^)]+)/README\.md\)", index)
    assert sorted(named) == sorted(p.name for p in EXAMPLES.iterdir() if p.is_dir())
