"""Controls: a refusal counts only where the valid request beside it is accepted, and what was taken is put away."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from tests.engine.conftest import Bench

from restproof.engine.marks import for_each, requirement
from restproof.plan.ground import Ground
from restproof.suite import Subject, must
from restproof.wire.message import Request

MakeBench = Callable[..., Bench]


def wrong_names(ground: Ground) -> Iterator[Mapping[str, Any]]:
    yield from ({"value": value} for value in (5, None))


@requirement("x.y", on="create")
@for_each(wrong_names)
def refused(subject: Subject, value: Any) -> None:
    must.be_refused(subject.create({"name": value}), "invalid", field="name", because="another type")


def test_a_refusal_says_nothing_where_the_valid_request_is_refused_too(bench: MakeBench) -> None:
    made = bench(lambda _: (400, {"status": "error", "detail": "title is missing"}), controls=True)
    outcome = made.run(refused, "shelf-create")
    assert (outcome.outcome, outcome.reason) == ("not tested", "the control was refused (400: title is missing)")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"detail": "Validation error", "validation_errors": {"name": ["It is taken."]}}, "400: name: It is taken."),
        ({"title": "Bad Request", "errors": {"name": "is taken"}}, "400: name: is taken"),
        ({"exception_message": "No.", "exception_detail": [{"loc": [], "msg": "a, b and c"}]}, "400: a, b and c"),
        ({"request": {"name": 5}, "error": {"name": "NotValid", "message": "no"}}, "400: name: no"),
    ],
)
def test_a_refusal_is_told_by_what_it_says_of_a_field_that_was_sent(bench: MakeBench, body: Any, told: str) -> None:
    outcome = bench(lambda _: (400, body), controls=True).run(refused, "shelf-create")
    assert outcome.reason == f"the control was refused ({told})"


def test_one_control_serves_all_cases_and_items(bench: MakeBench) -> None:
    def server(request: Request) -> tuple[int, Any]:
        return (201, {"id": 1}) if isinstance(json.loads(request.body or b"")["name"], str) else (400, {})

    made = bench(server, controls=True)
    assert [made.run(refused, "shelf-create").outcome for _ in range(2)] == ["pass", "pass"]
    assert [e.about.setup for e in made.session.exchanges].count("shelf:target") == 1
    assert len(made.session.exchanges) == 1 + 2 * 2


def test_what_refused_requests_are_sent_to_is_the_control_of_creates(bench: MakeBench) -> None:
    def server(request: Request) -> tuple[int, Any]:
        fit = isinstance(json.loads(request.body or b"{}").get("name"), str)
        return (200 if request.method == "PATCH" else 201, {"id": 1}) if fit else (400, {})

    made = bench(server, controls=True)
    assert [made.run(t, f"shelf-{o}").outcome for t, o in ((update_refused, "update"), (refused, "create"))] == [
        "pass"
    ] * 2
    controls = [e.about.setup for e in made.session.exchanges if e.about.is_control]
    assert controls == ["shelf:control", "shelf:control update"]
    assert [e.about.setup for e in made.session.exchanges].count("shelf:target") == 1


@requirement("x.w", on="list")
@for_each(lambda ground: [{"size": "1"}, {"size": "0"}])
def sized(subject: Subject, size: str) -> None:
    page = subject.list((("per_page", size),))
    if size == "0":
        must.be_refused(page, "invalid")


@requirement("x.v", on="update", needs="create")
@for_each(lambda ground: [{"value": "a"}, {"value": 5}])
def renamed(subject: Subject, value: Any) -> None:
    reply = subject.update(subject.target().id, {"name": value})
    if value == 5:
        must.be_refused(reply, "invalid")


@pytest.mark.parametrize(("test", "operation"), [(sized, "list"), (renamed, "update")])
def test_what_was_accepted_is_the_control_of_what_is_refused(bench: MakeBench, test: Any, operation: str) -> None:
    def server(request: Request) -> tuple[int, Any]:
        if request.method == "GET":
            return (400, {}) if ("per_page", "0") in request.query else (200, [])
        fit = isinstance(json.loads(request.body or b"{}").get("name"), str)
        return (200 if request.method == "PATCH" else 201, {"id": 1}) if fit else (400, {})

    made = bench(server, controls=True)
    assert made.run(test, f"shelf-{operation}").outcome == "pass"
    assert not [e for e in made.session.exchanges if e.about.is_control]


def test_a_failing_server_fails_without_a_control(bench: MakeBench) -> None:
    made = bench(lambda r: (500, {}) if r.method == "POST" else (200, []), controls=True)
    assert [f.actual for f in made.run(refused, "shelf-create").findings] == ["500", "500"]


def test_what_was_taken_is_told_as_accepted_and_put_away(bench: MakeBench) -> None:
    made = bench(lambda r: (201, {"id": 7}) if r.method == "POST" else (204, None), controls=True)
    outcome = made.run(refused, "shelf-create")
    assert [f.message for f in outcome.findings] == [
        "a create is accepted (201), not refused with 400: another type"
    ] * 2
    assert [e.request.method for e in made.session.exchanges] == ["POST", "DELETE", "POST", "DELETE"]


@requirement("x.z", on="update", needs="create")
@for_each(wrong_names)
def update_refused(subject: Subject, value: Any) -> None:
    must.be_refused(subject.update(subject.target().id, {"name": value}), "invalid")


def test_an_instance_that_took_what_it_should_have_refused_serves_no_later_case(bench: MakeBench) -> None:
    ids = iter(range(1, 100))

    def server(request: Request) -> tuple[int, Any]:
        return (201, {"id": next(ids)}) if request.method == "POST" else (200, {})

    made = bench(server, controls=True)
    made.run(update_refused, "shelf-update")
    asked = [e.request.path for e in made.session.exchanges if e.about.case and e.request.method == "PATCH"]
    assert len(set(asked)) == len(asked) == 2
