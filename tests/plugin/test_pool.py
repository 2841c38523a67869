"""Workers that are forks of their run: one that cannot end well is heard, and what it judged is kept."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from restproof.cli.main import run
from restproof.engine.watch import Watch
from restproof.errors import ConfigurationError, StorageError
from restproof.hooks import Hooks
from restproof.plugin.collection import BundledModule
from restproof.plugin.item import RuleItem
from restproof.plugin.pool import by_itself
from restproof.record.stream import lines
from restproof.record.writer import join
from restproof.session.endpoint import Task
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


def test_what_sends_nothing_is_told_as_one_worker_tells_it(tmp_path: Path) -> None:
    """What the profile leaves out is told with the first item, and what only looks at the end."""
    words = ["--profile", "smoke", "--only", "protocol", "--only", "create"]
    found = []
    for workers in ("1", "2"):
        out = tmp_path / workers
        assert run(["run", "procore", "-q", "--out", str(out), *words, "--workers", workers]) == 0
        found.append([{**result, "cases": None} for result in results(out)])
    assert found[0] == found[1]
    assert any("not in this profile" in (result["message"] or "") for result in found[0])
    assert any(result["requirement"].startswith("protocol.") and result["outcome"] == "pass" for result in found[0])


def test_what_the_profile_leaves_out_is_told_where_nothing_else_is_planned(tmp_path: Path) -> None:
    words = ["--profile", "smoke", "--only", "input.generated", "--workers", "2"]
    assert run(["run", str(CONTRACT), "-q", "--out", str(tmp_path / "run"), *words]) == 3
    assert {r["message"] for r in results(tmp_path / "run")} == {"not in this profile"}


def test_what_the_profile_leaves_out_is_told_though_the_worker_that_was_to_do_it_has_died(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = RuleItem.runtest

    def dies_once(item: RuleItem) -> None:
        if not (tmp_path / "died").exists():
            (tmp_path / "died").touch()
            os._exit(1)
        honest(item)

    monkeypatch.setattr(RuleItem, "runtest", dies_once)
    assert run_in_two(tmp_path / "run", "--only", "input.generated") == 3
    told = [r["message"] for r in results(tmp_path / "run") if r["requirement"] == "input.generated"]
    assert set(told) == {"not in this profile"}


def test_the_plan_is_announced_once_and_before_all_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parts: list[tuple[str, int]] = []

    def seen(paths: Sequence[Path], *more: Any, **options: Any) -> None:
        parts.extend((path.name, sum(e["event"] == "item" for _, e in lines(path, partial=True))) for path in paths)
        join(paths, *more, **options)

    monkeypatch.setattr("restproof.session.run.join", seen)
    assert run_in_two(tmp_path / "run") == 0
    assert [name for name, items in parts if items] == [parts[0][0]]


def test_lists_of_a_worker_that_has_died_are_judged_by_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = RuleItem.runtest

    def dies_once(item: RuleItem) -> None:
        if item.plan_item.operation == "list" and not (tmp_path / "died").exists():
            (tmp_path / "died").touch()
            os._exit(1)
        honest(item)

    monkeypatch.setattr(RuleItem, "runtest", dies_once)
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


def test_the_times_of_all_workers_begin_at_one_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is judged as traffic takes the exchanges of all in the order in which they began."""
    honest, told = LiveConnection.__init__, tmp_path / "told"

    def late(self: LiveConnection, target: Any, prefix: str, task: Task, *more: Any) -> None:
        with told.open("a") as file:
            file.write(f"{task.epoch}\n")
        honest(self, target, prefix, task, *more)

    monkeypatch.setattr(LiveConnection, "__init__", late)
    assert run_in_two(tmp_path / "run") == 0
    first, second = told.read_text().split()
    assert first == second != "None"


def test_the_log_tells_what_all_workers_have_sent(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--profile", "smoke", "--only", "create", "--workers", "2"]
    assert run(["run", str(CONTRACT), "--out", str(tmp_path / "run"), *words]) == 0
    last = capsys.readouterr().err.splitlines()[-1]
    sent = json.loads((tmp_path / "run" / "summary.json").read_text())["requests"]
    assert last.startswith("100 %")
    assert f", {sent} requests, 0 failed" in last


def planned(
    target: str | None = None, cost: int = 5_000, hooks: Hooks | None = None, *, bundled: bool = True, bound: str = ""
) -> int:
    """How many items of such a plan are in flight by itself."""
    none = dict.fromkeys(("max_requests", "max_creates", "rate", "coordinate", "faults"))
    promise = SimpleNamespace(target=target, recorded=None, hooks=hooks or Hooks())
    parent = BundledModule.__new__(BundledModule) if bundled else None
    item: Any = SimpleNamespace(parent=parent, plan_item=SimpleNamespace(cost=cost))
    of: Any = SimpleNamespace(promise=promise, options=SimpleNamespace(**none | ({bound: 100} if bound else {})))
    return by_itself(of, [item])


@pytest.mark.parametrize(("processors", "expected"), [(1, 1), (2, 3), (3, 3), (4, 3), (64, 4)])
def test_a_long_plan_on_the_embedded_sandbox_keeps_the_processors_busy(
    processors: int, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(processors)), raising=False)
    assert planned() == expected


def test_nothing_else_has_several_items_in_flight_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    assert planned(target="https://api.example.com") == 1
    assert planned(cost=900) == 1
    assert planned(bundled=False) == 1
    assert planned(hooks=Hooks({"on_finish": [print]})) == 1
    for bound in ("max_requests", "max_creates", "rate", "coordinate", "faults"):
        assert planned(bound=bound) == 1


@pytest.mark.parametrize(("workers", "times"), [("4", 0), ("5", 1)])
def test_what_draws_is_loaded_once_for_many_workers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: str, times: int
) -> None:
    loaded: list[None] = []
    monkeypatch.setattr("restproof.engine.property.load", lambda: loaded.append(None))
    words = ["--only", "input.generated", "--only", "create.answers-created", "--workers", workers]
    assert run(["run", str(CONTRACT), "-q", "--out", str(tmp_path / "run"), *words]) == 0
    assert len(loaded) == times
