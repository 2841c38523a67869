"""What rested in a run, while other items went on, rests in its replay."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from restproof.cli.main import run
from restproof.record.stream import lines

RESTS = "limit.retry-after[server]"


def events(folder: Path) -> list[dict[str, Any]]:
    return [event for _, event in lines(folder / "run.jsonl.gz")]


def exchanges(folder: Path) -> list[dict[str, Any]]:
    return [event for event in events(folder) if event["event"] == "exchange"]


def senders(folder: Path) -> list[str]:
    """The items of the exchanges, in their order."""
    return [exchange["item"] for exchange in exchanges(folder)]


def outcomes(folder: Path) -> dict[str, str]:
    return {event["item"]: event["outcome"] for event in events(folder) if event["event"] == "outcome"}


def test_a_replay_goes_on_with_other_items_where_the_run_did(tmp_path: Path) -> None:
    live, again = tmp_path / "live", tmp_path / "again"
    assert run(["run", "-q", "--profile", "smoke", "--only", "limit", "--only", "update", "--out", str(live)]) == 0
    assert run(["run", "-q", "--stubs", str(live / "run.jsonl.gz"), "--out", str(again)]) == 0
    for folder in (live, again):
        sent = senders(folder)
        at = [n for n, item in enumerate(sent) if item == RESTS]
        assert set(sent[at[0] : at[-1]]) != {RESTS}
        assert outcomes(folder)[RESTS] == "pass"
    judged = json.loads((again / "summary.json").read_text())
    assert judged["verdict"] == "conforming"


def test_what_rested_in_one_of_several_workers_does_not_in_its_replay(tmp_path: Path) -> None:
    """There is one now, which takes each item from the worker that had it."""
    live, again = tmp_path / "live", tmp_path / "again"
    words = ["--profile", "smoke", "--only", "limit", "--only", "update", "--workers", "2"]
    assert run(["run", "-q", *words, "--out", str(live)]) == 0
    assert run(["run", "-q", "--stubs", str(live / "run.jsonl.gz"), "--out", str(again)]) == 0
    times = {item: [e["started"] for e in exchanges(live) if e["item"] == item] for item in senders(live)}
    assert any(times[RESTS][0] < at < times[RESTS][-1] for item in times if item != RESTS for at in times[item])
    sent = senders(again)
    at = [n for n, item in enumerate(sent) if item == RESTS]
    assert at == list(range(at[0], at[0] + len(at)))
    assert outcomes(again)[RESTS] == "pass"
