"""What declared deviations cover, what they never hide, and when they are stale."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.record import synthetic_run as build

from restproof.oracle.results import Ending
from restproof.oracle.verdict import judge

from .runs import Event, deviation, failing, item, outcomes, passing, run_of


def test_a_declared_deviation_is_no_failure(tmp_path: Path) -> None:
    head = build.header(deviations=[deviation("input.type", resource="office", field="zip")])
    events = [*passing("create.answers-created"), *failing("input.type", field="zip")]
    verdict = judge(run_of(tmp_path, *events, head=head))
    assert (verdict.verdict, verdict.counts["deviation"]) == ("conforming", 1)
    assert verdict.results[0].message == "known (team, until 2027-01-01)"


def test_a_deviation_covers_a_result_only_with_all_its_findings(tmp_path: Path) -> None:
    of = item("input.type")
    events = [of, build.finding(of, field="zip"), build.finding(of, field="city"), build.outcome(of, "fail")]
    head = build.header(deviations=[deviation("input.type", field="zip")])
    verdict = judge(run_of(tmp_path, *events, head=head))
    assert outcomes(verdict) == {of["item"]: "fail"}
    both = build.header(deviations=[deviation("input.type", field="zip"), deviation("input.type", field="city")])
    assert judge(run_of(tmp_path, *events, head=both)).counts["deviation"] == 1


def test_what_a_deviation_does_not_describe_is_told_without_what_it_does(tmp_path: Path) -> None:
    of = item("create.answers-created")
    known = build.finding(of, expected="201", actual="202", message="known")
    events = [of, known, build.finding(of, kind="value", message="lost"), build.outcome(of, "fail")]
    head = build.header(deviations=[deviation("create.answers-created", kind="status", expected="201", actual="202")])
    verdict = judge(run_of(tmp_path, *events, head=head))
    assert (verdict.results[0].outcome, verdict.results[0].message) == ("fail", "lost")
    assert [c.title for c in verdict.causes] == ["Lost (office)"]


def test_a_declared_deviation_blocks_nothing_and_is_told_as_a_likely_reason(tmp_path: Path) -> None:
    head = build.header(deviations=[deviation("create.answers-created")])
    update = failing("update.only-named", operation="update", kind="changed")
    verdict = judge(run_of(tmp_path, *failing("create.answers-created"), *update, head=head))
    assert outcomes(verdict) == {
        "update.only-named[office-update]": "fail",
        "create.answers-created[office-create]": "deviation",
    }
    assert verdict.verdict == "not conforming"
    assert [(c.requirement, c.follows) for c in verdict.causes] == [("update.only-named", "create.answers-created")]


def test_a_cause_names_the_rules_that_it_keeps_from_being_judged(tmp_path: Path) -> None:
    events = [*failing("create.answers-created"), *failing("read.is-safe", operation="read")]
    verdict = judge(run_of(tmp_path, *events, *failing("read.is-safe", "rfi", "read", message="unsafe")))
    assert {c.requirement: c.blocks for c in verdict.causes} == {
        "create.answers-created": ("read.is-safe",),
        "read.is-safe": (),
    }


@pytest.mark.parametrize(
    "narrowed",
    [
        {"resource": "rfi"},
        {"operation": "update"},
        {"field": "city"},
        {"kind": "value"},
        {"expected": "400"},
        {"actual": "200"},
    ],
)
def test_a_deviation_for_another_place_covers_nothing(tmp_path: Path, narrowed: Event) -> None:
    head = build.header(deviations=[deviation("input.type", **narrowed)])
    verdict = judge(run_of(tmp_path, *failing("input.type", field="zip"), head=head))
    assert outcomes(verdict)["input.type[office-create]"] == "fail"
    assert verdict.counts["deviation"] == 0


def test_a_deviation_whose_rule_now_passes_is_stale(tmp_path: Path) -> None:
    head = build.header(deviations=[deviation("input.type")])
    verdict = judge(run_of(tmp_path, *passing("create.answers-created", "input.type"), head=head))
    assert verdict.verdict == "not conforming"
    assert verdict.causes[0].requirement == "deviation.stale"
    assert verdict.results[0].item == "deviation.stale[1]"


def test_a_deviation_that_shows_only_sometimes_may_pass(tmp_path: Path) -> None:
    head = build.header(deviations=[deviation("conflict.race", shows="sometimes")])
    expected: list[tuple[list[Event], Ending]] = [
        (passing("conflict.race"), "pass"),
        (failing("conflict.race"), "deviation"),
    ]
    for events, outcome in expected:
        verdict = judge(run_of(tmp_path, *passing("create.answers-created"), *events, head=head))
        assert verdict.verdict == "conforming"
        assert verdict.counts[outcome] >= 1


def test_a_deviation_that_matches_nothing_is_stale_in_a_full_run_only(tmp_path: Path) -> None:
    deviations = [deviation("no.such-rule")]
    full = run_of(tmp_path, *passing("create.answers-created"), head=build.header(deviations=deviations))
    assert judge(full).verdict == "not conforming"
    head = build.header(deviations=deviations, selection={"only": ["create.answers-created"]})
    assert judge(run_of(tmp_path, *passing("create.answers-created"), head=head)).verdict == "conforming"


def test_a_deviation_that_the_run_did_not_come_to_is_not_stale(tmp_path: Path) -> None:
    of = item("input.type")
    head = build.header(deviations=[deviation("input.type")])
    events = [*passing("create.answers-created"), of, build.outcome(of, "not tested", 0, "ceiling")]
    assert judge(run_of(tmp_path, *events, head=head)).verdict == "conforming"


@pytest.mark.parametrize("cost", [5, 0])
def test_a_deviation_of_which_some_cases_were_sent_is_not_stale(tmp_path: Path, cost: int) -> None:
    """``cost`` 0: a rule about every exchange, which sees what the other rules have sent."""
    of, sampled = {**item("input.type"), "cost": cost}, item("input.bounds")
    head = build.header(deviations=[deviation("input.type")])
    said = "3 of 24 cases, smoke"
    ends = [build.outcome(of, "pass", 3, said if cost else None), build.outcome(sampled, "pass", 3, said)]
    events = [*passing("create.answers-created"), of, sampled, *ends]
    assert judge(run_of(tmp_path, *events, head=head)).verdict == "conforming"


@pytest.mark.parametrize(
    ("expires", "word"),
    [("2026-11-22", "not conforming"), ("2026-11-23", "conforming"), ("20261122", "not conforming")],
)
def test_a_deviation_holds_until_the_end_of_its_last_day(tmp_path: Path, expires: str, word: str) -> None:
    head = build.header(deviations=[deviation("input.type", expires=expires)])
    verdict = judge(run_of(tmp_path, *passing("create.answers-created"), *failing("input.type"), head=head))
    assert verdict.verdict == word
    if word == "not conforming":
        assert verdict.counts["fail"] == 2
        assert any("expired on 2026-11-22" in c.title for c in verdict.causes)
