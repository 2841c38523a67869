"""The commands about more than one run: diff, merge, and report of several."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.record import synthetic_run as build

from restproof.cli.main import run

Capture = pytest.CaptureFixture[str]
RULES = ("create.answers-created", "input.type")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def made(folder: str, *words: str, rules: tuple[str, ...] = RULES, **head: Any) -> str:
    """The directory of a run with one item for each word, of as many rules, that ended so."""
    events: list[build.Event] = []
    for rule, word in zip(rules, words, strict=False):
        of = build.item(rule, "office", "create")
        case = build.case(of)
        events += [of, case, build.exchange(len(events) + 1, of, case, got={"id": 1})]
        events += [build.finding(of, case)] if word == "fail" else []
        events.append(build.outcome(of, word))
    build.write(Path(folder, "run.jsonl.gz"), *build.small(*events, head=build.header(**head)))
    return folder


# ------------------------------------------------------------------------------------------------------------ diff


def test_diff_ends_with_1_on_a_regression_and_else_with_0(capsys: Capture) -> None:
    old, new = made("old", "pass", "pass"), made("new", "pass", "fail")
    assert run(["diff", old, new]) == 1
    assert "REGRESSION\n1 new failure\n" in capsys.readouterr().out
    assert run(["diff", new, old]) == 0
    assert run(["diff", new, new]) == 0
    assert run(["diff", f"{old}/run.jsonl.gz", f"{new}/run.jsonl.gz"]) == 1


def test_diff_ends_with_1_where_the_verdict_falls(capsys: Capture) -> None:
    assert run(["diff", made("old", "pass"), made("new", "error")]) == 1
    assert "REGRESSION" in capsys.readouterr().out


def test_diff_of_what_is_no_run_ends_with_2(here: Path, capsys: Capture) -> None:
    (here / "text").write_text("<html>")
    (here / "empty").mkdir()
    for bad in ("absent", "text", "empty"):
        assert run(["diff", made("old", "pass"), bad]) == 2
        assert run(["diff", bad, "old"]) == 2
        assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("format", "start"), [("text", "REGRESSION"), ("markdown", "# ❌"), ("html", "<!doctype html>"), ("json", "{")]
)
def test_diff_writes_each_format_to_a_file_or_to_standard_output(
    here: Path, capsys: Capture, format: str, start: str
) -> None:
    runs = [made("old", "pass", "pass"), made("new", "pass", "fail")]
    assert run(["diff", *runs, "--format", format]) == 1
    printed = capsys.readouterr().out
    assert printed.startswith(start)
    assert run(["diff", *runs, "--format", format, "--out", "a/told"]) == 1
    assert (here / "a/told").read_text(encoding="utf-8") == printed


def test_diff_tells_that_the_runs_are_not_alike(capsys: Capture) -> None:
    run(["diff", made("old", "pass", seed=1), made("new", "pass", selection={"only": ["create"]})])
    out = capsys.readouterr().out
    assert "  seed: 1 → 4711\n" in out
    assert "  selection: none → only create\n" in out


def test_diff_tells_changed_shapes_of_responses_and_calls_them_no_regression(here: Path, capsys: Capture) -> None:
    of = build.item("create.answers-created", "office", "create")
    for name, got in (("old", {"id": 1}), ("new", {"id": "1"})):
        sample = build.case(of)
        events = [of, sample, build.exchange(1, of, sample, got=got), build.outcome(of)]
        build.write(here / name / "run.jsonl.gz", *build.small(*events))
    assert run(["diff", "old", "new"]) == 0
    out = capsys.readouterr().out
    assert "Shapes of responses that changed" in out
    assert "/id" in out


# ----------------------------------------------------------------------------------------------------------- merge


def shards(words: tuple[str, ...] = ("pass", "pass")) -> list[str]:
    return [
        made(f"s{k}", word, rules=(RULES[k - 1],), selection={"shard": f"{k}/2"}) for k, word in enumerate(words, 1)
    ]


def test_merge_leaves_a_run_with_its_reports_and_ends_as_the_verdict_says(here: Path, capsys: Capture) -> None:
    assert run(["merge", *shards(), "--out", "whole"]) == 0
    assert capsys.readouterr().out.startswith("CONFORMING in part\n2 pass;")
    found = json.loads((here / "whole/summary.json").read_text())
    assert (found["complete"], found["selection"], len(found["results"])) == (True, {}, 2)
    assert (here / "whole/index.html").is_file()
    assert run(["merge", *shards(("pass", "fail")), "--out", "broken"]) == 1
    assert run(["merge", *shards(("error", "pass")), "--out", "unjudged"]) == 3


def test_merge_to_a_file_writes_the_run_alone(here: Path) -> None:
    assert run(["merge", *shards(), "--out", "all.jsonl.gz"]) == 0
    assert sorted(p.name for p in here.iterdir()) == ["all.jsonl.gz", "s1", "s2"]
    assert run(["report", "all.jsonl.gz", "--format", "json", "--out", "x.json"]) == 0
    assert json.loads((here / "x.json").read_text())["complete"] is True


def test_a_missing_shard_is_told(here: Path, capsys: Capture) -> None:
    assert run(["merge", shards()[0], "--out", "part"]) == 0
    told = capsys.readouterr()
    assert "missing: 2/2" in told.err
    assert told.out.startswith("CONFORMING (incomplete run)")


def test_runs_that_are_no_shards_are_refused_with_2(here: Path, capsys: Capture) -> None:
    assert run(["merge", made("one", "pass"), made("two", "pass"), "--out", "out"]) == 2
    assert "restproof run --shard K/N" in capsys.readouterr().err
    assert not (here / "out/run.jsonl.gz").exists()


# ---------------------------------------------------------------------------------------------------------- report


def test_several_runs_become_a_matrix_in_the_working_directory(here: Path, capsys: Capture) -> None:
    runs = [made("a", "pass", "pass"), made("b", "pass", "fail")]
    assert run(["report", *runs]) == 0
    assert capsys.readouterr().out.split() == ["matrix.html", "matrix.md", "matrix.json"]
    document = json.loads((here / "matrix.json").read_text())
    assert [r["name"] for r in document["runs"]] == ["staging a", "staging b"]


def test_a_folder_of_runs_becomes_a_trend(here: Path, capsys: Capture) -> None:
    for number in (1, 2, 3):
        made(f"reports/{number}", "pass", started=f"2026-11-2{number}T00:00:00Z")
    (here / "reports/latest").symlink_to("3")
    (here / "reports/4").mkdir()
    (here / "reports/4/run.jsonl.gz").write_bytes(b"nothing")
    assert run(["report", "reports", "--format", "json"]) == 0
    document = json.loads((here / "reports/trend.json").read_text())
    assert [r["name"] for r in document["series"][0]["runs"]] == ["1", "2", "3"]
    assert document["unread"][0].startswith("4: ")
    assert run(["report", "reports", "--last", "2", "--format", "json", "--out", "-"]) == 0


def test_one_format_of_several_runs_goes_where_it_is_sent(here: Path, capsys: Capture) -> None:
    runs = [made("a", "pass"), made("b", "pass")]
    assert run(["report", *runs, "--format", "markdown", "--out", "-"]) == 0
    assert capsys.readouterr().out.startswith("# procore: 2 runs")
    assert run(["report", *runs, "--format", "html", "--out", "sub/side.html"]) == 0
    assert (here / "sub/side.html").is_file()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["a", "b", "--format", "junit"], "no junit report of more than one run"),
        (["a", "b", "--baseline", "a"], "--baseline is for the report of one run"),
        (["empty"], "this directory is no run and holds none"),
        (["a", "b", "--out", "a/run.jsonl.gz/x"], "run.jsonl.gz"),
    ],
)
def test_what_cannot_be_reported_is_refused_with_a_next_step(
    here: Path, capsys: Capture, arguments: list[str], told: str
) -> None:
    made("a", "pass")
    made("b", "pass")
    (here / "empty").mkdir()
    assert run(["report", *arguments]) != 0
    assert told in capsys.readouterr().err


def test_the_report_of_one_run_can_be_compared_later(here: Path) -> None:
    old, new = made("old", "pass", "pass"), made("new", "pass", "fail")
    assert run(["report", new, "--baseline", old, "--format", "markdown", "--page", "https://ci.example.com/1/"]) == 0
    text = (here / "new/summary.md").read_text()
    assert "1 new failure" in text
    assert "https://ci.example.com/1/#r-input.type" in text
