"""A replay says what the live run said, without a server, a credential or a draw."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from restproof.bundle import find_contract
from restproof.engine.property import Property
from restproof.record.reader import read
from restproof.session.stubbed import SHIPPED

from .conftest import CONTRACT, Command, Ended
from .equal import differences

FAULTS = (("update-not-stored", "update"), ("coerces-to-text", "input"), ("truncated-json", "list"))
"""One that a later read shows, one of inputs, one of bytes; ``tox -e replay`` tries twenty."""


def without(file: Path, out: Path, unwanted: Callable[[dict[str, Any]], bool]) -> Path:
    """A copy of a run file without some of its events."""
    lines = gzip.decompress(file.read_bytes()).decode().splitlines()
    out.write_bytes(gzip.compress("".join(f"{n}\n" for n in lines if not unwanted(json.loads(n))).encode()))
    return out


def test_a_replay_says_what_the_live_run_said(recorded: Ended, restproof: Command) -> None:
    replayed = restproof("--stubs", str(recorded.folder))
    assert differences(recorded.folder, replayed.folder) == []
    assert (replayed.code, replayed.run.header.target.kind) == (recorded.code, "stubs") == (0, "stubs")


@pytest.mark.parametrize(("fault", "family"), FAULTS)
def test_a_replay_fails_where_the_live_run_failed(fault: str, family: str, restproof: Command) -> None:
    live = restproof("--fault", fault, "--only", family, "--only", "shape", "--only", "retry", "--profile", "smoke")
    replayed = restproof("--stubs", str(live.folder))
    assert live.ended("fail")
    assert differences(live.folder, replayed.folder) == []
    assert replayed.code == live.code == 1


def test_a_recording_of_an_api_whose_key_stands_in_the_url_can_be_replayed(tmp_path: Path, restproof: Command) -> None:
    """Its parameter is called like a secret, and holds what stands for a credential."""
    shutil.copytree(CONTRACT, tmp_path / "keyed")
    said = (tmp_path / "keyed" / "contract.yaml").read_text().replace("auth: none\n", "")
    (tmp_path / "keyed" / "contract.yaml").write_text(f"{said}\nauth: {{scheme: api_key, query: api_key}}\n")
    options = ("--only", "list", "--profile", "smoke")
    live = restproof(*options, contract=tmp_path / "keyed")
    replayed = restproof("--stubs", str(live.folder), contract=tmp_path / "keyed")
    assert live.ended("pass")
    assert any("api_key=[redacted]" in exchange.request.url for exchange in live.run.exchanges)
    assert differences(live.folder, replayed.folder) == []


def test_requests_that_were_sent_again_are_answered_again(restproof: Command) -> None:
    options = ("--resource", "department", "--only", "list.sort", "--only", "retry", "--profile", "smoke")
    live = restproof(*options, "--fault", "sorted-lists-busy", "--max-wait", "1", contract=None)
    replayed = restproof("--stubs", str(live.folder), contract=None)
    assert "retry.503" in live.ended("fail")
    assert any(exchange.attempt > 1 for exchange in live.run.exchanges)
    assert differences(live.folder, replayed.folder) == []


def test_no_list_carries_what_a_case_has_made_large() -> None:
    run = read(find_contract(None, None, Path.cwd()).parent / SHIPPED / "sandbox.jsonl.gz")
    sent = [len(e.request.body) for e in run.exchanges if isinstance(e.request.body, str)]
    lists = [e.response.body for e in run.exchanges if e.operation == "list" and e.response is not None]
    assert max(sent) > 200_000
    assert max(len(body) for body in lists if isinstance(body, str)) < 200_000


def test_a_list_that_was_judged_twice_is_judged_twice_again(restproof: Command) -> None:
    options = ("--resource", "project", "--only", "list.filter-sound")
    live = restproof(*options, "--fault", "sorted-lists-busy", contract=None)
    replayed = restproof("--stubs", str(live.folder), contract=None)
    assert len(live.run.findings) > 1
    assert differences(live.folder, replayed.folder) == []


def test_a_replay_draws_nothing(recorded: Ended, restproof: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def check(*_: object) -> None:
        raise AssertionError("a replay takes its inputs from the recording")

    monkeypatch.setattr(Property, "check", check)
    replayed = restproof("--stubs", str(recorded.folder), "--only", "create", "--only", "lifecycle")
    assert replayed.code == 0
    assert any(item.requirement == "lifecycle.model" for item in replayed.run.items)


def test_a_part_of_a_recording_is_replayed_by_itself(recorded: Ended, restproof: Command) -> None:
    for family in ("list", "update", "delete"):
        replayed = restproof("--stubs", str(recorded.folder), "--only", family)
        assert not replayed.ended("error"), family
        assert not replayed.ended("fail"), family


def test_the_recording_of_several_workers_is_replayed(restproof: Command) -> None:
    live = restproof("--profile", "smoke", "--only", "create", "--only", "update", "--workers", "2")
    replayed = restproof("--stubs", str(live.folder))
    assert {case.worker for case in live.run.cases}
    assert differences(live.folder, replayed.folder) == []


def test_the_recording_of_a_narrowed_run_is_as_narrow(restproof: Command) -> None:
    live = restproof("--profile", "smoke", "--only", "create", "--max-requests", "12")
    replayed = restproof("--stubs", str(live.folder))
    assert differences(live.folder, replayed.folder) == []
    assert live.ended("not tested") == replayed.ended("not tested") != set()
    assert replayed.run.footer is not None
    assert not replayed.run.footer.complete


def test_what_a_profile_left_out_is_left_out_of_the_replay(restproof: Command) -> None:
    narrowed = (
        "--only",
        "update.answers-ok",
        "--only",
        "create.defaults",
        "--resource",
        "office",
        "--resource",
        "program",
    )
    live = restproof("--profile", "smoke", *narrowed, contract=None)
    replayed = restproof("--stubs", str(live.folder), contract=None)
    assert "not in this profile" in {outcome.reason for outcome in live.run.outcomes}
    assert differences(live.folder, replayed.folder) == []


def test_a_second_replay_writes_the_same_events(recorded: Ended, restproof: Command) -> None:
    def events(ended: Ended) -> list[str]:
        lines = gzip.decompress((ended.folder / "run.jsonl.gz").read_bytes()).decode().splitlines()
        return lines[1:-1]  # the header and the footer tell when this one ran

    one, other = (restproof("--stubs", str(recorded.folder), "--only", "create") for _ in range(2))
    assert events(one) == events(other)


def test_a_request_that_was_not_recorded_is_told_exactly(recorded: Ended, restproof: Command, tmp_path: Path) -> None:
    case = next(c.id for c in recorded.run.cases if c.item.startswith("read.answers-ok"))
    taken = without(
        recorded.folder / "run.jsonl.gz",
        tmp_path / "stale.jsonl.gz",
        lambda e: e["event"] == "exchange" and e["case"] == case,
    )
    replayed = restproof("--stubs", str(taken), "--only", "read.answers-ok", "--only", "create.answers-created")
    outcome, message = replayed.outcomes["read.answers-ok read"]
    assert (replayed.code, outcome) == (3, "error")
    assert message.startswith(f"stale stub in case {case}: the suite wanted GET http")
    assert message.endswith("the recording holds no further exchange: record again")


def test_a_rule_that_the_recording_has_not_is_not_judged(recorded: Ended, restproof: Command, tmp_path: Path) -> None:
    name = next(i.id for i in recorded.run.items if i.requirement == "read.answers-ok")
    older = without(recorded.folder / "run.jsonl.gz", tmp_path / "older.jsonl.gz", lambda e: e.get("item") == name)
    replayed = restproof("--stubs", str(older), "--only", "read", "--only", "create")
    assert replayed.code == 3
    assert replayed.outcomes["read.answers-ok read"][1].startswith(
        f"not recorded: the recording holds no case of {name}"
    )
    assert restproof("--stubs", str(older), "--only", "create").code == 0


def test_a_case_without_an_input_of_today_is_stale(recorded: Ended, restproof: Command, tmp_path: Path) -> None:
    lines = gzip.decompress((recorded.folder / "run.jsonl.gz").read_bytes()).decode().splitlines()
    events = [json.loads(line) for line in lines]
    for event in events:
        if event["event"] == "case" and event["item"].startswith("create.answers-created"):
            event["input"] = {"of": "yesterday"}
    file = tmp_path / "older.jsonl.gz"
    file.write_bytes(gzip.compress("".join(f"{json.dumps(e)}\n" for e in events).encode()))
    replayed = restproof("--stubs", str(file), "--only", "create.answers-created")
    assert replayed.code == 3
    assert "the suite wants the input" in replayed.outcomes["create.answers-created create"][1]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "this is no recording"),
        (b"GIF89a", "this is no recording"),
        (gzip.compress(b"no json\n", mtime=0), "not JSON"),
        (gzip.compress(b'{"event":"item"}\n', mtime=0), "not a run's header"),
        (gzip.compress(b'{"event":"header","format":99}\n', mtime=0), "format 99"),
        (b"---\nevent: [\n", "not valid YAML"),
        (b"---\nnothing: here\n", "no event"),
        (b"responses:\n- response: {method: GET}\n", "not what `responses` records"),
    ],
)
def test_a_file_that_is_no_recording_is_told_with_its_name(
    content: bytes, words: str, restproof: Command, tmp_path: Path
) -> None:
    file = tmp_path / "stubs"
    file.write_bytes(content)
    ended = restproof("--stubs", str(file))
    assert ended.code == 2
    assert words in ended.told
    assert str(file) in ended.told
    assert "Traceback" not in ended.told


def test_a_recording_that_was_cut_is_told(recorded: Ended, restproof: Command, tmp_path: Path) -> None:
    cut = without(recorded.folder / "run.jsonl.gz", tmp_path / "cut.jsonl.gz", lambda e: e["event"] == "footer")
    ended = restproof("--stubs", str(cut))
    assert (ended.code, "no footer" in ended.told) == (2, True)


def test_a_server_and_a_recording_exclude_each_other(recorded: Ended, restproof: Command) -> None:
    ended = restproof("--stubs", str(recorded.folder), "--fault", "null-ignored")
    assert (ended.code, "--fault is for a server" in ended.told) == (2, True)


def test_a_name_that_is_no_recording_lists_those_that_ship(restproof: Command) -> None:
    ended = restproof("--stubs", "sandboks", contract=None)
    assert ended.code == 2
    assert "sandbox" in ended.told
