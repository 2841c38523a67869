"""Workers that are forks of their run: one that cannot end well is heard, and what it judged is kept."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from restproof.cli.main import run
from restproof.engine.watch import Watch
from restproof.errors import ConfigurationError, StorageError
from restproof.plugin import pool
from restproof.session.live import LiveConnection

CONTRACT = Path(__file__).parents[1] / "generated" / "contracts" / "minimal"


def run_in_two(out: Path, *more: str) -> int:
    words = ["--profile", "smoke", "--only", "create", "--only", "update", *more, "--workers", "2"]
    return run(["run", str(CONTRACT), "-q", "--out", str(out), *words])


def results(folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((folder / "summary.json").read_text())["results"]
    return found


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (RuntimeError("no way to tidy up"), "a worker could not end:\nTraceback (most recent call last):"),
        (StorageError("cannot be written: No space left on device"), "cannot be written: No space left on device"),
    ],
    ids=["a mistake of ours", "a full disk"],
)
def test_a_worker_that_cannot_end_is_told_and_what_it_judged_is_kept(
    error: Exception,
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fails(_: LiveConnection) -> None:
        raise error

    monkeypatch.setattr(LiveConnection, "close", fails)
    code = run_in_two(tmp_path / "run")
    assert code == 3
    assert told in capsys.readouterr().err
    lost = [r for r in results(tmp_path / "run") if r["outcome"] == "not tested" and "the run ended" in r["message"]]
    assert lost == []


def test_what_keeps_a_worker_from_beginning_is_told_without_a_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(*_: object) -> None:
        raise ConfigurationError("Redis has gone", hint="Start it.")

    monkeypatch.setattr(LiveConnection, "__init__", fails)
    assert run_in_two(tmp_path / "run") == 2
    told = capsys.readouterr().err
    assert "Redis has gone\n  Start it." in told
    assert "Traceback" not in told


def test_lists_of_a_worker_that_has_died_are_judged_by_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def dies_once(item: Any, **options: Any) -> Any:
        if item.plan_item.operation == "list" and not (tmp_path / "died").exists():
            (tmp_path / "died").touch()
            os._exit(1)
        return runtestprotocol(item, **options)

    monkeypatch.setattr(pool, "runtestprotocol", dies_once)
    assert run_in_two(tmp_path / "run", "--only", "list") == 3
    ended = [r["outcome"] for r in results(tmp_path / "run") if r["operation"] == "list"]
    assert ended.count("error") == 1
    assert "pass" in ended


def test_a_worker_that_dies_when_all_is_sent_leaves_the_rest_to_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    honest = Watch.tally

    def dies_once(watch: Watch) -> Any:
        if not (tmp_path / "died").exists():
            (tmp_path / "died").touch()
            os._exit(1)
        return honest(watch)

    monkeypatch.setattr(Watch, "tally", dies_once)
    assert run_in_two(tmp_path / "run", "--only", "shape") == 0
    assert (tmp_path / "died").exists()
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (StorageError("cannot be written: No space left on device"), 3, "cannot be written: No space left on device"),
        (RuntimeError("no way to look"), 3, "a worker has broken down:\nTraceback (most recent call last):"),
    ],
    ids=["a full disk", "a mistake of ours"],
)
def test_a_worker_that_cannot_tell_what_it_has_seen_is_told(
    error: Exception,
    code: int,
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fails(_: Watch) -> None:
        raise error

    monkeypatch.setattr(Watch, "tally", fails)
    assert run_in_two(tmp_path / "run", "--only", "shape") == code
    said = capsys.readouterr().err
    assert told in said
    assert "INTERNALERROR" not in said
