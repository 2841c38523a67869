"""The verdict: which outcome each result has, which failures are one cause, and what the whole run proves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.record import synthetic_run as build

from restproof.oracle.results import OUTCOMES, Ending
from restproof.oracle.verdict import Verdict, exit_code, judge
from restproof.record.model import RecordedRun
from restproof.record.reader import read

Event = dict[str, Any]


def run_of(
    tmp_path: Path, *events: Event, head: Event | None = None, foot: Event | None = None, proven: bool = True
) -> RecordedRun:
    return read(build.write(tmp_path / "run", *build.small(*events, head=head, foot=foot, proven=proven)))


def item(requirement: str, resource: str | None = "office", operation: str | None = "create") -> Event:
    return build.item(requirement, resource, operation)


def passing(*requirements: str, resource: str = "office") -> list[Event]:
    return [e for r in requirements for e in _passing(item(r, resource))]


def _passing(of: Event) -> list[Event]:
    return [of, build.outcome(of)]


def failing(
    requirement: str, resource: str | None = "office", operation: str | None = "create", **found: Any
) -> list[Event]:
    of = item(requirement, resource, operation)
    return [of, build.finding(of, **found), build.outcome(of, "fail")]


def outcomes(verdict: Verdict) -> dict[str, str]:
    return {r.item: r.outcome for r in verdict.results}


def deviation(requirement: str, **values: Any) -> Event:
    return {"requirement": requirement, "owner": "team", "reason": "known", "expires": "2027-01-01", **values}


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
    events = [e for of in (made, looked, refused) for e in _passing(of)]
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
        run = run_of(tmp_path, *_passing(of), control, head=build.header(selection=selection), proven=False)
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


def test_findings_that_say_the_same_are_one_cause_with_many_places(tmp_path: Path) -> None:
    found = {
        "kind": "changed",
        "expected": "kept",
        "actual": "null",
        "field": "city",
        "message": "An update changes city",
    }
    events = [e for r in ("office", "program") for e in failing("update.only-named", r, "update", **found)]
    (cause,) = judge(run_of(tmp_path, *events)).causes
    assert cause.places == (("office", "update", "city"), ("program", "update", "city"))
    assert cause.title == "An update changes city (office, program: city)"


def test_another_status_is_another_cause(tmp_path: Path) -> None:
    of = item("input.type")
    found = [build.finding(of, actual=status, field="zip") for status in ("500", "200", "500")]
    causes = judge(run_of(tmp_path, of, *found, build.outcome(of, "fail"))).causes
    assert sorted((c.actual, len(c.findings)) for c in causes) == [("200", 1), ("500", 2)]


def test_generated_values_do_not_scatter_a_cause(tmp_path: Path) -> None:
    of = item("update.only-named")
    found = [build.finding(of, kind="changed", field="zip", actual=str(n), message=f"zip is {n}") for n in range(5)]
    (cause,) = judge(run_of(tmp_path, of, *found, build.outcome(of, "fail"))).causes
    assert len(cause.findings) == 5
    assert cause.title == "Zip is 0, and 4 more like it (office: zip)"


def test_a_title_speaks_of_a_field_where_only_the_field_differs(tmp_path: Path) -> None:
    of = item("update.only-named")
    found = [
        build.finding(of, kind="changed", field=f, message=f"An update changes '{f}', unnamed.")
        for f in ("zip", "city")
    ]
    (cause,) = judge(run_of(tmp_path, of, *found, build.outcome(of, "fail"))).causes
    assert cause.title == "An update changes a field, unnamed (office: zip, city)"


def test_an_operation_that_fails_is_one_cause_whatever_rules_it_breaks(tmp_path: Path) -> None:
    rules = [
        {"id": "house.saves", "level": "must", "statement": "s", "damage": "data"},
        {"id": "house.robust", "level": "must", "statement": "nothing makes it fail", "damage": "failure"},
        {"id": "house.lists", "level": "must", "statement": "s", "depends_on": ["house.saves"]},
    ]
    surface = {r: {"ways": {"update": f"PATCH /{r}s/{{id}}"}} for r in ("office", "rfi")}
    resources = {"office": ["create", "update"], "rfi": ["update"]}
    head = build.header(requirements=rules, contract={"name": "small", "resources": resources, "surface": surface})
    events: list[Event] = []
    for at, resource in enumerate(("office", "rfi")):
        saves, robust = (item(name, resource, "update") for name in ("house.saves", "house.robust"))
        sent = [build.exchange(10 * at + n, saves, method="PATCH", status=500 if n else 200) for n in range(3)]
        found = [
            build.finding(saves, n=10 * at + 1, actual="500", message="the update answered 500, not 200 (a long name)"),
            build.finding(robust, n=10 * at + 1, actual="500", message="the update answered 500 (a body with name)"),
        ]
        events += [saves, robust, *sent, *found, build.outcome(saves, "fail"), build.outcome(robust, "fail")]
    # What goes wrong there besides is no part of it; what builds on what it breaks is not judged for it.
    events += [build.finding(events[0], kind="lost"), *failing("house.lists", kind="lost")]
    lost, failed = sorted(judge(run_of(tmp_path, *events, head=head)).causes, key=lambda c: c.kind)
    assert (lost.requirement, lost.kind) == ("house.saves", "lost")
    assert failed.title == (
        "PATCH /offices/{id}, PATCH /rfis/{id} answer 500 to 4 of 6 requests: a long name (office, rfi)"
    )
    assert (failed.requirement, failed.breaks, failed.damage) == ("house.robust", ("house.saves",), "failure")
    assert (failed.blocks, len(failed.findings)) == (("house.lists",), 4)


def test_causes_come_musts_first_and_then_by_places(tmp_path: Path) -> None:
    events = [
        *failing("error.names-field", "office"),
        *failing("error.names-field", "rfi"),
        *failing("error.names-field", "program"),
        *failing("auth.missing", "office"),
        *failing("input.unknown-field", "office"),
        *failing("input.unknown-field", "rfi"),
    ]
    found = [c.requirement for c in judge(run_of(tmp_path, *events)).causes]
    assert found == ["input.unknown-field", "auth.missing", "error.names-field"]


def test_a_cause_comes_with_the_worst_of_what_builds_on_it(tmp_path: Path) -> None:
    words = {"read.form": ("form", []), "create.data": ("data", ["read.form"]), "create.code": ("code", [])}
    said = [{"id": i, "level": "must", "statement": i, "damage": d, "depends_on": on} for i, (d, on) in words.items()]
    events = [e for rule in words for e in failing(rule, actual="200")]
    found = judge(run_of(tmp_path, *events, head=build.header(requirements=said))).causes
    assert [(c.requirement, c.blocks) for c in found] == [("read.form", ("create.data",)), ("create.code", ())]


def test_causes_come_by_damage_first_and_a_failing_server_is_never_far_down(tmp_path: Path) -> None:
    damages = {"create.form": "form", "create.code": "code", "create.data": "data", "create.tenants": "tenants"}
    head = build.header(
        requirements=[{"id": i, "level": "must", "statement": i, "damage": d} for i, d in damages.items()]
    )
    events = [e for r in ("office", "rfi") for e in failing("create.form", r, kind="x")]
    events += failing("create.code", actual="200")
    events += failing("create.data", kind="lost")
    events += failing("create.tenants", actual="200")
    events += failing("create.code", "rfi", actual="500")
    events += failing("create.data", "rfi", actual="404")
    found = [(c.requirement, c.damage) for c in judge(run_of(tmp_path, *events, head=head)).causes]
    assert found == [
        ("create.data", "data"),
        ("create.tenants", "tenants"),
        ("create.code", "failure"),
        ("create.code", "code"),
        ("create.data", "code"),
        ("create.form", "form"),
    ]


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
    refused = [build.exchange(n, bad, status=401) for n in range(2, 8)]
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
    # A single refusal among successes, or one that was always there, is a fault like any other.
    again = [build.exchange(9, good), *events]
    assert judge(run_of(tmp_path, *again)).verdict == "not conforming"
