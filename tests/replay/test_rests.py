"""What rested in a run, while other items went on, rests in its replay."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from restproof.cli.main import run
from restproof.engine.items import Item
from restproof.engine.order import may_go_ahead
from restproof.record.stream import lines
from restproof.session.replay import Replayer

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


def test_what_may_go_ahead_in_a_run_needs_nothing_of_its_item(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each first case that may go ahead goes before all else. Replayed in the midst of its own item, it asks for what
    it asked for before, and so do the others."""
    live, again = tmp_path / "live", tmp_path / "again"
    ahead: list[str] = []

    def all_of_them(plan: Sequence[Item], _: object) -> dict[str, list[Item]]:
        ahead.extend(item.id for item in plan if may_go_ahead(item))
        return {plan[0].id: [item for item in plan if may_go_ahead(item)]}

    monkeypatch.setattr("restproof.session.run.first_cases", all_of_them)
    assert run(["run", "-q", "--profile", "smoke", "--out", str(live)]) == 0
    sent = [item for item in senders(live) if item]
    assert [*dict.fromkeys(sent)][: len(ahead)] == ahead
    monkeypatch.setattr(Replayer, "send_ahead", lambda *_: None)
    assert run(["run", "-q", "--stubs", str(live / "run.jsonl.gz"), "--out", str(again)]) == 0
    assert "error" not in outcomes(again).values()


def test_where_there_is_room_for_few_an_item_does_not_lose_what_it_has_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What other cases have made goes after each, so that there is room for the next."""
    text = {"type": "string", "maxLength": 80}
    properties = {
        "id": {"type": "integer", "readOnly": True},
        "name": text,
        "motto": {**text, "type": ["string", "null"]},
    }
    (tmp_path / "key.json").write_text(json.dumps({"type": "object", "required": ["name"], "properties": properties}))
    (tmp_path / "contract.yaml").write_text(
        "contract: keys\nresources:\n  key: {path: /keys, schema: key.json, rules: [{at_most: 5}]}\n"
    )
    monkeypatch.setattr(
        "restproof.session.run.first_cases",
        lambda plan, _: {plan[0].id: [item for item in plan if may_go_ahead(item)]},
    )
    words = ["--profile", "ci", "--only", "update", "--only", "create", "--out", str(tmp_path / "out")]
    assert run(["run", str(tmp_path / "contract.yaml"), "-q", *words]) == 0
