"""The verdict: which outcome each result has, what blocks what, and what the whole run proves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.record import synthetic_run as build

from restproof.oracle.results import OUTCOMES
from restproof.oracle.verdict import exit_code, judge
from restproof.record.reader import read

from .runs import Event, failing, item, outcomes, pass_of, passing, run_of


def test_a_run_without_failures_conforms(tmp_path: Path) -> None:
    verdict = judge(run_of(tmp_path, *passing("create.answers-created", "input.type")))
    assert (verdict.verdict, verdict.complete, exit_code(verdict)) == ("conforming", True, 0)
    assert list(verdict.counts) == list(OUTCOMES)
    assert verdict.counts["pass"] == 2


def test_a_finding_fails_its_item_whatever_the_outcome_says(tmp_path: Path) -> None:
    of = item("create.answers-created")
    verdict = judge(run_of(tmp_path, of, build.finding(of), build.outcome(of, "pass")))
    assert outcomes(verdict) == {of["item"]: "fail"}
    assert (verdict.verdict, exit_code(verdict)) == ("not conforming", 1)


def test_a_failure_without_a_finding_still_has_a_cause(tmp_path: Path) -> None:
    of = item("create.answers-created")
    verdict = judge(run_of(tmp_path, of, build.outcome(of, "fail", 1, "a timeout")))
    assert verdict.causes[0].title == "A timeout (office)"


def test_results_come_worst_first(tmp_path: Path) -> None:
    words = ["pass", "not applicable", "error", "not tested", "blocked", "fail"]
    items = [item("input.type", "office", f"op{n}") for n, _ in enumerate(words)]
    events = [e for of, word in zip(items, words, strict=True) for e in (of, build.outcome(of, word))]
    found = [r.outcome for r in judge(run_of(tmp_path, *events)).results]
    assert found == ["fail", "error", "blocked", "not tested", "pass", "not applicable"]


def test_a_should_does_not_break_conformance_unless_asked(tmp_path: Path) -> None:
    events = [*passing("create.answers-created"), *failing("error.names-field")]
    assert judge(run_of(tmp_path, *events)).verdict == "conforming"
    assert judge(run_of(tmp_path, *events, head=build.header(fail_on="should"))).verdict == "not conforming"


def test_a_policy_binds_as_a_must_only_where_declared(tmp_path: Path) -> None:
    events = [*passing("create.answers-created"), *failing("error.problem-json")]
    verdict = judge(run_of(tmp_path, *events))
    assert verdict.verdict == "conforming"
    assert outcomes(verdict)["error.problem-json[office-create]"] == "not applicable"
    assert verdict.causes == ()
    assert judge(run_of(tmp_path, *failing("list.totals"))).verdict == "not conforming"


def test_a_rule_that_the_register_does_not_name_counts_as_a_must(tmp_path: Path) -> None:
    events = [*passing("create.answers-created"), *failing("house.rule")]
    assert judge(run_of(tmp_path, *events)).verdict == "not conforming"


def test_an_error_of_the_suite_leaves_the_run_unjudged(tmp_path: Path) -> None:
    of = item("input.type")
    verdict = judge(run_of(tmp_path, *passing("create.answers-created"), of, build.outcome(of, "error", 0, "KeyError")))
    assert (verdict.verdict, exit_code(verdict)) == ("not judged", 3)
    assert (
        judge(run_of(tmp_path, *failing("create.answers-created"), of, build.outcome(of, "error"))).verdict
        == "not conforming"
    )


def test_where_nothing_was_seen_to_succeed_nothing_is_judged(tmp_path: Path) -> None:
    events = passing("create.answers-created", "auth.missing")
    assert judge(run_of(tmp_path, *events, proven=False)).verdict == "not judged"
    assert judge(run_of(tmp_path)).verdict == "not judged"


def test_an_operation_is_proven_by_a_core_rule_on_a_successful_answer_of_its_own(tmp_path: Path) -> None:
    head = build.header(contract={"name": "small", "resources": {"office": ["create", "read"]}})
    made, looked, refused = (
        item("create.answers-created"),
        item("read.answers-ok", operation="read"),
        item("auth.missing"),
    )
    events = [e for of in (made, looked, refused) for e in pass_of(of)]
    for answers, unseen in (
        ([(made, 201), (looked, 200)], []),
        ([(made, 201), (looked, 404)], ["read"]),
        ([(made, 201), (refused, 200)], ["read"]),
    ):
        seen = [build.exchange(n, of, status=status) for n, (of, status) in enumerate(answers, 1)]
        verdict = judge(run_of(tmp_path, *events, *seen, head=head))
        assert verdict.verdict == "conforming"
        assert [(u.resource, u.operation) for u in verdict.unproven] == [("office", o) for o in unseen]
        assert all(u.reason == "no successful answer was seen" for u in verdict.unproven)


def test_a_run_of_some_rules_is_judged_as_far_as_it_was_asked(tmp_path: Path) -> None:
    """Rules about refusals have no success of their own: that of a control or of a set-up shows that there is a
    server."""
    of = item("input.type")
    for status, selection, word in (
        (201, {"only": ["input.type"]}, "conforming"),
        (404, {"only": ["input.type"]}, "not judged"),
        (201, {"read_only": True}, "not judged"),
        (201, {}, "not judged"),
    ):
        control = build.exchange(1, of, operation="list", setup="control", status=status)
        run = run_of(tmp_path, *pass_of(of), control, head=build.header(selection=selection), proven=False)
        assert (judge(run).verdict, judge(run).complete) == (word, not selection)


def test_what_is_not_proven_says_why(tmp_path: Path) -> None:
    head = build.header(contract={"name": "small", "resources": {"office": ["create", "read", "update", "delete"]}})
    refused, failed = item("update.answers-ok", operation="update"), item("delete.answers", operation="delete")
    events = [refused, build.outcome(refused, "not tested", 0, "a read-only run")]
    events += [failed, build.finding(failed), build.outcome(failed, "fail")]
    verdict = judge(run_of(tmp_path, *passing("create.answers-created"), *events, head=head))
    assert {u.operation: u.reason for u in verdict.unproven} == {
        "read": "none of its core rules could be tried",
        "update": "not tested: a read-only run",
        "delete": "its core rules fail",
    }


def test_a_failure_is_blocked_by_a_failed_rule_below_it(tmp_path: Path) -> None:
    verdict = judge(run_of(tmp_path, *failing("create.answers-created"), *failing("read.is-safe", operation="read")))
    assert outcomes(verdict) == {
        "create.answers-created[office-create]": "fail",
        "read.is-safe[office-read]": "blocked",
    }
    assert "create.answers-created" in verdict.results[1].message
    assert [c.requirement for c in verdict.causes] == ["create.answers-created"]


def test_a_failed_rule_of_another_resource_blocks_nothing(tmp_path: Path) -> None:
    verdict = judge(run_of(tmp_path, *failing("create.answers-created", "rfi"), *failing("read.is-safe")))
    assert set(outcomes(verdict).values()) == {"fail"}


def test_a_failed_rule_of_the_whole_server_blocks_every_resource(tmp_path: Path) -> None:
    verdict = judge(run_of(tmp_path, *failing("create.answers-created", None, None), *failing("read.is-safe")))
    assert outcomes(verdict)["read.is-safe[office-create]"] == "blocked"


def test_a_pass_above_a_failed_rule_stays_a_pass(tmp_path: Path) -> None:
    verdict = judge(run_of(tmp_path, *failing("create.answers-created"), *passing("read.is-safe")))
    assert outcomes(verdict)["read.is-safe[office-create]"] == "pass"


def _rules(**depends: tuple[str, list[str]]) -> Event:
    return build.header(
        requirements=[
            {"id": f"create.{name}", "level": level, "statement": name, "depends_on": [f"create.{d}" for d in on]}
            for name, (level, on) in depends.items()
        ]
    )


def test_rules_in_a_circle_do_not_block_each_other_away(tmp_path: Path) -> None:
    head = _rules(a=("must", ["b"]), b=("must", ["a"]))
    verdict = judge(run_of(tmp_path, *failing("create.a"), *failing("create.b"), head=head))
    assert verdict.counts["fail"] == 2


def test_a_broken_should_does_not_hide_a_broken_must(tmp_path: Path) -> None:
    head = _rules(mild=("should", []), hard=("must", ["mild"]), ok=("must", []))
    verdict = judge(
        run_of(tmp_path, *failing("create.mild"), *failing("create.hard"), *passing("create.ok"), head=head)
    )
    assert verdict.verdict == "not conforming"


@pytest.mark.parametrize(
    ("head", "foot"),
    [
        ({"selection": {"read_only": True}}, {}),
        ({}, {"complete": False}),
        ({}, {"interrupted": "SIGINT"}),
    ],
)
def test_a_narrowed_or_interrupted_run_is_not_complete(tmp_path: Path, head: Event, foot: Event) -> None:
    run = run_of(tmp_path, *passing("create.answers-created"), head=build.header(**head), foot=build.footer(**foot))
    assert judge(run).complete is False


def test_what_a_killed_run_did_not_reach_is_not_tested(tmp_path: Path) -> None:
    of = item("input.type")
    path = build.write(tmp_path / "run", build.header(), *passing("create.answers-created"), of)
    verdict = judge(read(path, partial=True))
    assert outcomes(verdict)[of["item"]] == "not tested"
    assert verdict.complete is False


def test_statuses_requests_and_time_are_counted(tmp_path: Path) -> None:
    of = item("create.answers-created")
    sent = [
        build.exchange(1, of, status=201),
        build.exchange(2, of, status=201),
        build.exchange(3, of, response=None, error="timeout"),
    ]
    verdict = judge(run_of(tmp_path, of, *sent, build.outcome(of)))
    assert verdict.statuses == {201: 2}
    assert (verdict.requests, verdict.duration_s) == (4010, 38.6)


def test_what_had_to_be_tested_and_was_not_leaves_the_run_unjudged(tmp_path: Path) -> None:
    of = item("conflict.race")
    events = [*passing("create.answers-created", "input.type"), of, build.outcome(of, "not tested", 0, "no race here")]
    for tested, told in (
        (["input.type"], ()),
        (["create", "input"], ()),
        (["conflict"], (f"conflict was to be tested, and {of['item']} is not tested: no race here",)),
        (["list.sort"], ("list.sort was to be tested, and no result is about it",)),
    ):
        head = build.header(require={"tested": tested, "complete": False})
        verdict = judge(run_of(tmp_path, *events, head=head))
        assert verdict.unmet == told
        assert verdict.verdict == ("not judged" if told else "conforming")


def test_what_had_to_be_complete_names_each_operation_that_is_not_proven(tmp_path: Path) -> None:
    contract = {"name": "small", "resources": {"office": ["create", "read"]}}
    events = passing("create.answers-created")
    head = build.header(contract=contract, require={"tested": [], "complete": True})
    verdict = judge(run_of(tmp_path, *events, head=head))
    assert verdict.unmet == ("office read was to be proven: none of its core rules could be tried",)
    assert exit_code(verdict) == 3
    whole = build.header(contract={"name": "small", "resources": {"office": ["create"]}}, require={"complete": True})
    assert judge(run_of(tmp_path, *events, head=whole)).verdict == "conforming"
    assert judge(run_of(tmp_path, *events, head={**whole, "selection": {"only": ["create"]}})).verdict == "not judged"


def test_a_credential_that_stops_working_is_one_thing_and_no_fault_of_each_answer(tmp_path: Path) -> None:
    good, bad = item("create.answers-created"), item("read.answers-ok", operation="read")
    reads = [build.exchange(n, bad, status=401) for n in range(2, 8)]
    refused = [*reads, build.exchange(8, good, status=401)]
    events = [good, bad, build.exchange(1, good), *refused, build.outcome(good)]
    events += [build.finding(bad, n=3, actual="401"), build.outcome(bad, "fail")]
    verdict = judge(run_of(tmp_path, *events))
    told = "the credential `full` worked, and is refused (401) since request 2"
    assert (verdict.verdict, verdict.causes, verdict.unmet) == ("not judged", (), (told,))
    assert {r.item: (r.outcome, r.message) for r in verdict.results}[bad["item"]] == ("not tested", told)
    # In traffic the token may have been made anew: then its refusals only say that it had expired.
    head = build.header(target={**build.header()["target"], "kind": "traffic"})
    anew = [*events, build.exchange(9, good, credential="another", started=9.0)]
    assert judge(run_of(tmp_path, *events, head=head)).unmet == (told,)
    assert judge(run_of(tmp_path, *anew)).unmet == (told,)
    assert judge(run_of(tmp_path, *anew, head=head)).unmet == ()
    # All credentials of traffic are of clients that send what is theirs.
    named = [e | {"credential": "credential 1"} if e["event"] == "exchange" else e for e in events]
    assert judge(run_of(tmp_path, *named, head=head)).unmet == (told.replace("full", "credential 1"),)
    # What was never accepted may be refused to whoever holds the credential: that it is lost is not seen.
    assert judge(run_of(tmp_path, *[e for e in events if e is not refused[-1]])).verdict == "not conforming"
    # A single refusal among successes, or one that was always there, is a fault like any other.
    again = [build.exchange(9, good), *events]
    assert judge(run_of(tmp_path, *again)).verdict == "not conforming"


@pytest.mark.parametrize("place", ["theirs", "ours"])
def test_somebody_else_who_is_refused_what_the_run_has_made_is_somebody_still(place: str, tmp_path: Path) -> None:
    of = item("auth.object-level", operation="read")

    def asked(n: int, path: str, status: int) -> dict[str, Any]:
        url = f"https://localhost/offices/{path}"
        return build.exchange(n, of, operation="read", status=status, credential="foreign", method="GET", url=url)

    events = [of, asked(1, "theirs", 200), *(asked(n, place, 401) for n in range(2, 9)), build.outcome(of)]
    lost = "the credential `foreign` worked, and is refused (401) since request 2"
    assert judge(run_of(tmp_path, *events)).unmet == ((lost,) if place == "theirs" else ())


def test_a_target_that_stopped_answering_is_one_thing_and_no_fault_of_each_request(tmp_path: Path) -> None:
    good, bad, late = item("create.answers-created"), item("read.answers-ok", operation="read"), item("update.kept")
    events = [good, bad, late, build.exchange(1, good, started=1.0), build.outcome(good)]
    events += [build.exchange(n, bad, response=None, error="connection refused", started=float(n)) for n in (2, 3)]
    events += [build.finding(bad, n=2, actual="no answer"), build.outcome(bad, "fail")]
    events += [build.outcome(late, "blocked", reason="set-up: connection refused")]
    told = "the target stopped answering after 1 requests (connection refused)"
    gone = {"event": "note", "kind": "gone", "message": told, "started": 3.0}
    verdict = judge(run_of(tmp_path, *events, gone))
    assert (verdict.verdict, verdict.causes, verdict.unmet) == ("not judged", (), (told,))
    ended = {r.item: (r.outcome, r.message) for r in verdict.results}
    assert ended[bad["item"]] == ("not tested", told)
    # What failed while the target was there has failed; and so has what got no answer where it was not gone.
    before = [build.exchange(0, bad, status=500, started=0.5), build.finding(bad, n=0, actual="500")]
    assert [c.requirement for c in judge(run_of(tmp_path, *events, *before, gone)).causes] == ["read.answers-ok"]
    assert judge(run_of(tmp_path, *events)).verdict == "not conforming"
    # Another worker's answers say nothing of this one's requests.
    other = [e | {"worker": 1} if e["event"] == "exchange" and e["n"] == 1 else e for e in events]
    other = [e | {"started": 9.0} if e["event"] == "exchange" and e["n"] == 1 else e for e in other]
    assert judge(run_of(tmp_path, *other, gone)).causes == ()
    # Nor do those to clean-up, which may find it again.
    back = build.exchange(4, good, setup="cleanup", item=None, case=None, started=9.0)
    assert judge(run_of(tmp_path, *events, back, gone)).causes == ()
