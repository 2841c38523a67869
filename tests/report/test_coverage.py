"""What a run covered of its contract, and how strong its evidence is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.record import realistic_run
from tests.record import synthetic_run as build

from restproof.contract.load import load
from restproof.contract.surface import surface
from restproof.oracle.verdict import judge
from restproof.record.model import RecordedRun
from restproof.record.reader import read
from restproof.report.coverage import answered, covered
from restproof.report.plots import latencies, timeline
from restproof.report.rows import declared
from restproof.report.strength import strengths


def run_of(folder: Path, *events: build.Event, **head: Any) -> RecordedRun:
    contract = {"name": "c", "resources": {"office": ["create", "read"]}, "surface": {"office": realistic_run.SURFACE}}
    return read(build.write(folder / "run", *build.small(*events, head=build.header(contract=contract, **head))))


@pytest.fixture
def creates(tmp_path: Path) -> RecordedRun:
    of = build.item("input.type", "office", "create")
    sent = [{"name": "x" * 40, "city": "CA"}, {"name": ""}, {"name": 5, "city": "Atlantis"}]
    got = [{"id": 1, "name": "x", "city": "CA", "owner": None, "unknown": 1}, {"errors": {}}, None]
    status = [201, 400, 418]
    events: list[build.Event] = [of]
    for n in range(3):
        sample = build.case(of, n, field="name", note=f"value {n}", body=sent[n])
        sent_now = {"office": sent[n], "company_id": 5}
        events += [sample, build.exchange(n, of, sample, sent=sent_now, got=got[n], status=status[n], elapsed=0.01 * n)]
    return run_of(tmp_path, *events, build.outcome(of, cases=3))


def test_a_bound_is_covered_when_values_on_both_of_its_sides_were_sent(creates: RecordedRun) -> None:
    (office,) = covered(creates)
    bounds = {f.name: {b.keyword: b.sides for b in f.bounds} for f in office.fields}
    assert bounds["name"] == {"type": "both sides", "minLength": "both sides", "maxLength": "kept only"}
    assert bounds["city"] == {"enum": "both sides"}
    assert {f.name: f.untried for f in office.fields}["owner"] == ("format",)
    assert office.bounds == (3, 5)


def test_a_lone_surrogate_covers_no_bound(tmp_path: Path) -> None:
    of = build.item("robust.hostile-text", "office", "create")
    sample = build.case(of, 0, field="name", note="a lone surrogate", body={"name": "\ud800"})
    sent = build.exchange(0, of, sample, sent={"office": {"name": "x\ud800"}}, got={"errors": {}}, status=400)
    (office,) = covered(run_of(tmp_path, of, sample, sent, build.outcome(of, cases=1)))
    assert [b.keyword for f in office.fields if f.name == "name" for b in f.bounds] == []


def test_each_field_tells_which_operations_sent_it_and_whether_it_came_back(creates: RecordedRun) -> None:
    (office,) = covered(creates)
    fields = {f.name: f for f in office.fields}
    assert fields["name"].sent == (("create", 3), ("update", 0))
    assert fields["id"].sent == ()
    assert (fields["owner"].seen, fields["secret"].seen) == (True, None)
    assert dict(fields["city"].values) == {'"CA"': True, '"Springfield"': False, '"Nowhere"': False, "null": False}
    assert (office.requests, office.responses, office.values) == ((2, 6), (4, 4), (1, 4))


def test_what_the_entries_of_a_list_hold_in_a_member_comes_back(tmp_path: Path) -> None:
    schema = {"type": "object", "properties": {"id": {"type": "integer"}, "name": {"type": "string"}}}
    (tmp_path / "office.json").write_text(json.dumps(schema))
    words = (
        "contract: c\nresources: {office: {path: /offices, schema: office.json, envelope: {list: at, entry: node}}}\n"
    )
    (tmp_path / "contract.yaml").write_text(words)
    of = build.item("list.answers-ok", "office", "list")
    sample = build.case(of)
    sent = build.exchange(1, of, sample, got={"at": [{"cursor": "x", "node": {"id": 1}}]}, status=200)
    contract = {"name": "c", "resources": {"office": ["list"]}, "surface": surface(load(tmp_path))}
    told = build.small(of, sample, sent, build.outcome(of), head=build.header(contract=contract))
    (office,) = covered(read(build.write(tmp_path / "run", *told)))
    assert {f.name: f.seen for f in office.fields} == {"id": True, "name": False}


def test_statuses_tell_what_was_declared_and_never_seen_and_what_was_seen_and_never_declared(
    creates: RecordedRun,
) -> None:
    told = {a.status: (a.cases, a.count) for a in answered(creates)["office", "create"]}
    assert told["201"] == (("created",), 1)
    assert told["422"] == (("invalid",), 0)
    assert told["418"] == (("too large",), 1)
    assert {a.status: a.cases for a in answered(creates)["office", "read"]} == {"200": ("read",)}


def test_an_undeclared_status_belongs_to_no_case(tmp_path: Path) -> None:
    of = build.item("read.answers-ok", "office", "read")
    sample = build.case(of)
    run = run_of(tmp_path, of, sample, build.exchange(1, of, sample, status=500), build.outcome(of))
    assert [a.count for a in answered(run)["office", "read"] if not a.cases] == [1]


def test_a_run_file_without_a_surface_tells_statuses_alone(clean_run: RecordedRun) -> None:
    assert covered(clean_run) == ()
    assert answered(clean_run)["office", "create"][0].status == "201"


def test_evidence_counts_cases_statuses_fields_and_sorts_of_input(creates: RecordedRun) -> None:
    strength = strengths(creates, judge(creates).results)["input.type"]
    assert (strength.cases, strength.word, strength.steps) == (3, "thin", 1)
    assert dict(strength.statuses) == {201: 1, 400: 1, 418: 1}
    assert strength.fields == ("name",)
    assert strength.inputs == ("value 0", "value 1", "value 2")


@pytest.mark.parametrize(("cases", "word"), [(0, "none"), (3, "thin"), (4, "light"), (29, "fair"), (300, "strong")])
def test_a_pass_on_three_cases_is_weaker_than_one_on_three_hundred(tmp_path: Path, cases: int, word: str) -> None:
    of = build.item("read.is-safe", "office", "read")
    run = run_of(tmp_path, of, build.outcome(of, cases=cases))
    assert strengths(run, judge(run).results)["read.is-safe"].word == word


def test_what_was_not_tested_lends_no_strength(tmp_path: Path) -> None:
    of = build.item("read.is-safe", "office", "read")
    run = run_of(tmp_path, of, build.outcome(of, "not tested", 7))
    assert strengths(run, judge(run).results)["read.is-safe"].steps == 0


def test_percentiles_are_nearest_ranks_on_one_scale(creates: RecordedRun) -> None:
    scale = latencies(creates, list(creates.header.resources))
    assert scale is not None
    (office,) = scale.latencies
    assert (office.count, office.p50, office.p99, office.most) == (3, 10, 20, 20)
    assert 0 < office.x50 < office.x99 == office.x_most <= 100


def test_the_timeline_stacks_what_was_sent_and_marks_retries_and_waits(tmp_path: Path) -> None:
    of = build.item("read.is-safe", "office", "read")
    sample = build.case(of)
    exchanges = [build.exchange(n, of, sample, status=200 if n < 3 else 429, started=0.0) for n in range(4)]
    notes = [{"event": "note", "kind": kind, "message": "m", "started": 5.0} for kind in ("throttle", "cleanup")]
    time = timeline(run_of(tmp_path, of, sample, *exchanges, *notes, build.outcome(of)))
    assert time is not None
    assert [(b.css, b.y, b.height) for b in time.bars] == [("s2", 25, 75), ("s4", 0, 25)]
    assert [(m.kind, m.x) for m in time.marks] == [("throttle", 100)]


def test_a_deviation_tells_its_age_and_what_is_left_of_it(tmp_path: Path) -> None:
    known = [
        {"requirement": "a", "since": "2026-11-13", "expires": "2026-12-23"},
        {"requirement": "b", "expires": "2026-11-22"},
    ]
    first, second = declared(run_of(tmp_path, deviations=known))
    assert (first.age, first.left, first.over) == ("10 days", "30 days left", False)
    assert (second.age, second.left, second.over) == ("", "expired", True)
