"""Two runs compared: what is a regression, what is not, and what is told before anything is compared."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.record import realistic_run
from tests.record import synthetic_run as build

from restproof.compare.diff import Change, Comparison, Judged, compare
from restproof.oracle.verdict import judge
from restproof.record.reader import read

STATES = ("pass", "fail", "error", "blocked", "not tested", "not applicable", None)


def judged(folder: Path, states: Mapping[str, str | None], **head: Any) -> Judged:
    """A run whose items end as ``states`` say (by requirement, all of office create); ``None`` leaves one out."""
    events = []
    for requirement, state in {"create.answers-created": "pass", **states}.items():
        if state is not None:
            of = build.item(requirement, "office", "create")
            events += [of, build.outcome(of, state, reason="because")]
            if state == "fail":
                events.append(build.finding(of))
    run = read(
        build.write(folder / f"{len(list(folder.iterdir()))}.gz", *build.small(*events, head=build.header(**head)))
    )
    return Judged(run, judge(run))


def compared(folder: Path, old: Mapping[str, str | None], new: Mapping[str, str | None], **head: Any) -> Comparison:
    return compare(judged(folder, old), judged(folder, new, **head))


def names(changes: tuple[Change, ...]) -> list[str]:
    return [change.requirement for change in changes]


def groups(found: Comparison) -> list[str]:
    lists = ("new_failures", "fixed", "still_failing", "newly_untested", "newly_tested", "other")
    return [name for name in lists if getattr(found, name)]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("pass", "fail", ["new_failures"]),
        (None, "fail", ["new_failures"]),
        ("not tested", "fail", ["new_failures"]),
        ("not applicable", "fail", ["new_failures"]),
        ("error", "fail", ["other"]),
        ("blocked", "fail", ["other"]),
        ("fail", "fail", ["still_failing"]),
        ("fail", "pass", ["fixed"]),
        ("fail", "not tested", ["newly_untested"]),
        ("pass", "not tested", ["newly_untested"]),
        ("pass", None, ["newly_untested"]),
        ("not tested", "pass", ["newly_tested"]),
        (None, "pass", ["newly_tested"]),
        ("pass", "error", ["other"]),
        ("pass", "blocked", ["other"]),
        ("fail", "not applicable", ["other"]),
        ("not tested", None, []),
        (None, "not applicable", []),
        ("pass", "pass", []),
        ("blocked", "blocked", []),
    ],
)
def test_each_change_of_a_result_has_its_one_place(
    tmp_path: Path, before: str | None, after: str | None, expected: list[str]
) -> None:
    found = compared(tmp_path, {"input.type": before}, {"input.type": after})
    assert groups(found) == expected
    assert found.regression == (expected == ["new_failures"] or found.verdict_fell)


def test_only_a_new_failure_or_a_fallen_verdict_is_a_regression(tmp_path: Path) -> None:
    for before in STATES:
        for after in STATES:
            found = compared(tmp_path, {"input.type": before}, {"input.type": after})
            fell = found.old.verdict == "conforming" and after in ("fail", "error")
            appeared = after == "fail" and before in ("pass", None, "not tested", "not applicable")
            assert found.regression == (fell or appeared), (before, after)


def test_a_verdict_that_falls_is_a_regression_even_where_no_result_fails_anew(tmp_path: Path) -> None:
    found = compared(tmp_path, {}, {"create.answers-created": "not tested"})
    assert (found.old.verdict, found.new.verdict) == ("conforming", "not judged")
    assert not found.new_failures
    assert found.regression
    back = compared(tmp_path, {"create.answers-created": "not tested"}, {})
    assert not back.regression


def test_a_change_says_what_the_new_run_says_of_it(tmp_path: Path) -> None:
    found = compared(tmp_path, {"input.type": "pass"}, {"input.type": "fail"})
    (change,) = found.new_failures
    assert (change.before, change.after, change.level) == ("pass", "fail", "must")
    assert change.message == "the status is not the declared one"
    assert change.statement == "each field refuses each wrong JSON type"
    assert change.item == "input.type[office-create]"
    assert change.place == "office create"


def test_the_worst_level_comes_first(tmp_path: Path) -> None:
    broken = {"error.names-field": "fail", "input.type": "fail"}
    found = compared(tmp_path, {}, broken)
    assert names(found.new_failures) == ["input.type", "error.names-field"]


def test_rules_that_came_and_went_are_told_and_their_results_are_no_loss(tmp_path: Path) -> None:
    rules = build.header()["requirements"]
    fewer = [r for r in rules if r["id"] != "input.type"]
    old, new = judged(tmp_path, {"input.type": "pass"}), judged(tmp_path, {}, requirements=fewer)
    found = compare(old, new)
    assert (found.added, found.removed) == ((), ("input.type",))
    assert groups(found) == []
    assert compare(new, old).added == ("input.type",)


@pytest.mark.parametrize(
    ("head", "what"),
    [
        ({"seed": 1}, ["seed"]),
        ({"profile": "smoke"}, ["profile"]),
        ({"restproof": "9.9"}, ["restproof"]),
        ({"fail_on": "should"}, ["fail_on"]),
        ({"selection": {"only": ["create"]}}, ["selection", "complete"]),
        ({"target": {"name": "production"}}, ["target"]),
        ({"contract": {"name": "other", "resources": build.RESOURCES}}, ["contract"]),
        ({"contract": {"name": "procore", "resources": {"office": ["list"]}}}, ["resources"]),
    ],
)
def test_what_differs_beside_the_server_is_told(tmp_path: Path, head: dict[str, Any], what: list[str]) -> None:
    found = compared(tmp_path, {}, {}, **head)
    assert [d.what for d in found.differences] == what
    assert compared(tmp_path, {}, {}).differences == ()


def test_each_stale_deviation_is_compared_by_itself(tmp_path: Path) -> None:
    declared = [{"requirement": r, "owner": "a", "reason": "b", "expires": "2027-01-01"} for r in ("x.one", "x.two")]
    none, one, two = (judged(tmp_path, {}, deviations=declared[:n]) for n in (0, 1, 2))
    assert len(compare(one, two).new_failures) == 1
    assert len(compare(one, two).still_failing) == 1
    mended = compare(two, none)
    assert (len(mended.fixed), mended.newly_untested) == (2, ())


def test_a_declared_failure_that_passes_is_fixed_and_one_that_expired_is_a_change(tmp_path: Path) -> None:
    declared = [{"requirement": "input.type", "owner": "a", "reason": "b", "expires": "2027-01-01"}]
    excused = judged(tmp_path, {"input.type": "fail"}, deviations=declared)
    assert names(compare(excused, judged(tmp_path, {"input.type": "pass"})).fixed) == ["input.type"]
    broken = compare(excused, judged(tmp_path, {"input.type": "fail"}))
    assert names(broken.other) == ["input.type"]
    assert broken.verdict_fell


def test_a_run_compared_with_itself_has_nothing_to_tell(tmp_path: Path) -> None:
    run = read(build.write(tmp_path / "run", *realistic_run.realistic(repeats=0, per_item=2)))
    found = compare(Judged(run, judge(run)), Judged(run, judge(run)))
    assert not found.changed
    assert not found.regression
    assert len(found.still_failing) == found.new.counts["fail"]
