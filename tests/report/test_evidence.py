"""The exchanges that travel in the page."""

from __future__ import annotations

import base64
import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest
from tests.record import realistic_run
from tests.record import synthetic_run as build

from restproof.oracle.verdict import judge
from restproof.record.model import RecordedRun
from restproof.record.reader import read
from restproof.report.evidence import pack
from restproof.report.formats import render


def opened(packed: str) -> Any:
    return json.loads(gzip.decompress(base64.b64decode(packed)))


def packed(run: RecordedRun, level: Any = "sample") -> tuple[Any, list[Any]]:
    found = pack(run, judge(run), level, {})
    return opened(found.index), [case for chunk in found.chunks for case in opened(chunk)]


@pytest.fixture(scope="module")
def small_run(tmp_path_factory: pytest.TempPathFactory) -> RecordedRun:
    folder: Path = tmp_path_factory.mktemp("small")
    return read(build.write(folder / "run", *realistic_run.realistic(repeats=1, per_item=3)))


@pytest.mark.parametrize("level", ["failures", "sample", "all"])
def test_every_exchange_of_a_failing_case_is_there_at_every_level(small_run: RecordedRun, level: str) -> None:
    index, cases = packed(small_run, level)
    held = {entry[0]: entry for entry in index["cases"]}
    failing = {f.case for f in small_run.findings if f.case}
    assert failing <= held.keys()
    assert all(len(held[case][3]) == len(small_run.exchanges_by_case[case]) for case in failing)
    assert len(cases) == len(index["cases"])


def test_the_levels_hold_nothing_a_sample_or_all_of_what_passed(small_run: RecordedRun) -> None:
    sizes = {level: len(packed(small_run, level)[0]["cases"]) for level in ("failures", "sample", "all")}
    assert sizes["failures"] < sizes["sample"] < sizes["all"] == len(small_run.cases)
    index, _ = packed(small_run)
    rules = {index["items"][item][1] for _, item, fails, _ in index["cases"] if not fails}
    passed = {r.requirement for r in judge(small_run).results if r.outcome == "pass"}
    assert rules == passed


def test_shared_set_up_is_there_when_all_is_asked_for(tmp_path: Path) -> None:
    of = build.item("read.answers-ok", "office", "read")
    shared = build.exchange(1, of, None, setup="office:main")
    run = read(build.write(tmp_path / "run", *build.small(of, shared, build.outcome(of))))
    index, _ = packed(run, "all")
    assert index["cases"][0][0] == "set-up: office:main"


def test_a_long_body_is_cut_and_its_true_size_told(tmp_path: Path) -> None:
    of = build.item("read.answers-ok", "office", "read")
    sample = build.case(of)
    sent = build.exchange(1, of, sample, got={"a": "é" * 9000}, status=200, sent={"b": 1})
    found = build.finding(of, sample, 1)
    run = read(build.write(tmp_path / "run", *build.small(of, sample, sent, found, build.outcome(of, "fail"))))
    _, [[_, _, [shot]]] = packed(run)
    text, size, cut = shot[7]
    assert (len(text), cut) == (4096, 1)
    assert size == len(str(run.exchanges[0].response and run.exchanges[0].response.body).encode())
    assert shot[3][0] == ["Authorization", "Bearer [redacted]"]
    assert "RESTPROOF_FULL" in shot[8]


def test_a_run_in_which_most_fails_holds_as_many_failing_cases_as_there_is_room_for(
    small_run: RecordedRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("restproof.report.evidence.FAILING", 3)
    index, _ = packed(small_run, "failures")
    assert len(index["cases"]) == 3
    assert len(packed(small_run, "all")[0]["cases"]) == len(small_run.cases)


def test_the_same_run_file_makes_the_same_page(small_run: RecordedRun) -> None:
    pages = {render(small_run, judge(small_run), "html") for _ in range(2)}
    assert len(pages) == 1
    assert re.search(r"<script type=\"application/x-restproof\" id=\"chunk-0\">[A-Za-z0-9+/=]+</script>", pages.pop())
