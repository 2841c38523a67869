"""Each enumerated case has exactly one fault, and it is the one that the case names."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from restproof.plan import inputs
from restproof.plan.inputs import Case
from restproof.semantics.checker import Problem
from restproof.semantics.validate import Validation
from restproof.suite.marks import Field

from .conftest import every, name_of, resolved
from .schemas import is_unassertable

WRITES = ("create", "update", "replace")
Enumerator = Callable[[Field], Iterable[Case]]


def problems(field: Field, body: Any) -> list[Problem]:
    return Validation(field.resource).problems(field.operation, resolved(field, body))


def broken_rules(field: Field, body: Any, before: Any = None) -> list[Any]:
    sent = resolved(field, body)
    known = resolved(field, before or {})
    return Validation(field.resource).rules(field.operation, known, {**known, **sent})


def mended(field: Field, case: Case) -> Any:
    """The body with a valid value in the place of the fault."""
    return {**case["body"], case["field"]: field.bodies.plain(case["field"])}


@every(*WRITES)
@pytest.mark.parametrize("enumerate_", [inputs.wrong_type_bodies, inputs.null_bodies, inputs.out_of_bounds_bodies])
def test_one_value_is_at_fault(enumerate_: Enumerator, field: Field) -> None:
    for case in enumerate_(field):
        found = problems(field, case["body"])
        assert found, case
        assert {p.path[0] for p in found} == {case["field"]}, case
        assert problems(field, mended(field, case)) == [], case
        assert not is_unassertable(case["body"])
        assert case["status"] in ("invalid", "bad_reference")
        assert json.loads(json.dumps(case)) == case


@every("create", "replace")
def test_one_field_is_missing(field: Field) -> None:
    cases = list(inputs.missing_field_bodies(field))
    assert [c["field"] for c in cases] == list(
        field.resource.shapes.replace.get("required", ()) if field.operation == "replace" else field.bodies.required
    )
    for case in cases:
        (problem,) = problems(field, case["body"])
        assert (problem.keyword, problem.field) == ("required", case["field"])
        assert problems(field, mended(field, case)) == []


@every(*WRITES)
def test_one_field_does_not_exist(field: Field) -> None:
    cases = list(inputs.unknown_field_bodies(field))
    assert cases
    for case in cases:
        found = problems(field, case["body"])
        if case["beside"]:
            assert found == []
            assert field.resource.envelope.request
        else:
            (problem,) = found
            assert problem.keyword == "additionalProperties"
            assert problem.field == case["path"]
            assert problem.path[0] == case["field"]


@every(*WRITES)
def test_one_field_is_the_servers(field: Field) -> None:
    for case in inputs.server_set_bodies(field):
        (problem,) = problems(field, case["body"])
        assert problem.field == case["field"]
        assert field.resource.properties[case["field"]]["readOnly"]
        assert case["body"][case["field"]] == case["value"]


@every(*WRITES)
def test_one_rule_is_broken(field: Field) -> None:
    for case in inputs.rule_bodies(field):
        assert problems(field, case["body"]) == [], case
        assert len(broken_rules(field, case["body"], case["given"])) == 1, case
        if case["given"]:
            create = Validation(field.resource)
            sent = resolved(field, case["given"])
            assert create.problems("create", sent) == []
            assert create.rules("create", None, sent) == []


@every(*WRITES)
def test_kept_rules_are_kept(field: Field) -> None:
    for case in inputs.kept_rule_bodies(field):
        assert problems(field, case["body"]) == [], case
        assert broken_rules(field, case["body"], case["given"]) == [], case


@every("update")
def test_every_declared_rule_is_tried(field: Field) -> None:
    if field.resource.rules:
        assert len({c["field"] for c in inputs.rule_bodies(field)}) >= len(field.resource.rules)
        assert list(inputs.kept_rule_bodies(field))


@every(*WRITES)
def test_a_reference_names_nothing(field: Field) -> None:
    for case in inputs.reference_bodies(field):
        assert problems(field, case["body"]) == [], case
        value = case["body"][case["field"]]
        assert any(
            str(v).endswith((":none}", ":other}", ":deleted}")) for v in (value if isinstance(value, list) else [value])
        )


@every(*WRITES)
def test_what_is_to_be_accepted_is_valid(field: Field) -> None:
    tried: set[str] = set()
    for case in inputs.accepted_bodies(field):
        assert problems(field, case["body"]) == [], case
        assert broken_rules(field, case["body"]) == [], case
        assert case["notes"].keys() <= case["body"].keys()
        assert not is_unassertable(case["body"])
        tried |= case["notes"].keys()
    changeable = [n for n in inputs.fields_of(field) if n not in field.resource.references or field.bodies.referable(n)]
    assert tried == set(changeable)


@every("create", "read")
def test_a_bad_id_is_no_id(field: Field) -> None:
    cases = list(inputs.bad_ids(field))
    assert bool(cases) == (field.resource.id.type != "string")
    for case in cases:
        assert (
            case["suffix"] or not (case["id"].isdecimal() and 0 < int(case["id"]) < 2**31) or case["note"] == "a number"
        )


@every(*WRITES)
def test_the_same_field_gives_the_same_cases(field: Field) -> None:
    for enumerate_ in (inputs.wrong_type_bodies, inputs.out_of_bounds_bodies, inputs.accepted_bodies):
        assert list(enumerate_(field)) == list(enumerate_(field)), name_of(field)
