"""Which failures are one cause, what it is called, and in which order causes are told."""

from __future__ import annotations

from pathlib import Path

from tests.record import synthetic_run as build

from restproof.oracle.verdict import judge

from .runs import Event, failing, item, run_of


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
