"""``restproof judge`` from its command line, and what docs/traffic.md shows of it."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from restproof.cli.main import run
from restproof.contract.load import load
from restproof.errors import TrafficError
from restproof.record.reader import read
from restproof.record.traffic import read_traffic
from restproof.traffic.placing import match

from .client import har, har_text, traffic

ROOT = Path(__file__).parents[2]
DOCS = (ROOT / "docs" / "traffic.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("har") / "traffic.har"
    file.write_text(har_text())
    return file


def test_conforming_traffic_ends_with_0_and_leaves_the_usual_reports(
    recorded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["judge", str(recorded), "--contract", "procore", "--out", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert told.startswith("65 exchanges with https://api.restproof.test/rest/v1.0\n")
    assert "CONFORMING in part (incomplete run)" in told
    names = {"run.jsonl.gz", "index.html", "junit.xml", "summary.md", "summary.json"}
    assert names <= {f.name for f in tmp_path.iterdir()}
    header = read(tmp_path / "run.jsonl.gz").header
    assert (header.target.kind, header.selection) == ("traffic", {"traffic": "traffic.har"})


def test_a_finding_ends_with_1_and_a_declared_one_with_0(tmp_path: Path) -> None:
    (tmp_path / "t.har").write_text(har_text("create-answers-200"))
    options = ["judge", str(tmp_path / "t.har"), "--contract", "procore", "-q", "--out", str(tmp_path / "out")]
    assert run(options) == 1
    (tmp_path / "d.yaml").write_text(
        "- {requirement: create.answers-created, owner: me, reason: known, expires: 2099-01-01}\n"
    )
    assert run([*options, "--deviations", str(tmp_path / "d.yaml")]) == 0


def test_a_should_fails_only_if_asked_for(tmp_path: Path) -> None:
    (tmp_path / "t.har").write_text(har_text("no-date"))
    options = ["judge", str(tmp_path / "t.har"), "--contract", "procore", "-q", "--out", str(tmp_path / "out")]
    assert run(options) == 0
    assert run([*options, "--fail-on", "should"]) == 1


def test_traffic_that_shows_no_core_rule_is_not_judged(tmp_path: Path) -> None:
    refused = [e for e in traffic() if e.status == 401]
    (tmp_path / "t.har").write_text(json.dumps(har(refused)))
    assert run(["judge", str(tmp_path / "t.har"), "--contract", "procore", "-q", "--out", str(tmp_path / "out")]) == 3


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--contract", "kinto"], "no entry is a request to a path of the contract 'kinto'"),
        (
            ["--contract", "procore", "--base-url", "https://other.test"],
            "There are entries of: https://api.restproof.test",
        ),
        (["--contract", "procore", "--base-url", "other.test"], "is no base URL"),
        (["--contract", "nowhere"], "there is no contract 'nowhere'"),
    ],
)
def test_what_cannot_be_judged_ends_with_2_and_leaves_nothing(
    arguments: list[str], told: str, recorded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["judge", str(recorded), *arguments, "--out", str(tmp_path / "out")]) == 2
    assert told in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_the_report_of_a_run_as_har_can_be_judged(recorded: Path, tmp_path: Path) -> None:
    first, again = tmp_path / "first", tmp_path / "again"
    assert run(["judge", str(recorded), "--contract", "procore", "-q", "--out", str(first)]) == 0
    assert run(["report", str(first), "--format", "har"]) == 0
    assert run(["judge", str(first / "traffic.har"), "--contract", "procore", "-q", "--out", str(again)]) == 0
    one, other = (read(d / "run.jsonl.gz") for d in (first, again))
    assert [e.request for e in one.exchanges] == [e.request for e in other.exchanges]
    assert [e.response for e in one.exchanges] == [e.response for e in other.exchanges]


def test_the_commands_that_the_docs_show_are_understood(
    recorded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = re.findall(r"^\$ restproof (judge .*)$", DOCS, re.M)
    assert len(shown) == 3
    for line in shown:
        words = [str(recorded) if w.endswith((".har", ".yaml")) else w for w in shlex.split(line)]
        words = [w.replace("contracts/procore", "procore").replace("reports/cassette", str(tmp_path)) for w in words]
        if "--contract" not in words:
            words += ["--contract", "procore", "--out", str(tmp_path)]
        assert run(words) == (2 if "--base-url" in words else 0), capsys.readouterr().err


def test_a_run_file_says_which_server_it_is_about(recorded: Path) -> None:
    """Where the API has a prefix that the contract does not have, nothing else does."""
    plain = read_traffic(recorded)
    contract = replace(load(ROOT / "contracts" / "procore"), base_path="")
    with pytest.raises(TrafficError, match="no entry is a request to a path of the contract"):
        match(plain, contract, None, recorded)
    named = replace(plain, base_url="https://api.restproof.test/rest/v1.0")
    assert len(match(named, contract, None, recorded).seen) == 65
    folder = recorded.parent / "run"
    assert run(["judge", str(recorded), "--contract", "procore", "-q", "--out", str(folder)]) == 0
    assert read_traffic(folder).base_url == "https://api.restproof.test"
