"""Each enumerated case has exactly one fault, and it is the one that the case names."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from restproof.contract.model import Resource
from restproof.plan import inputs
from restproof.plan.bodies import Bodies
from restproof.plan.ground import Ground
from restproof.plan.named import reference_bodies
from restproof.plan.profile import PROFILES
from restproof.semantics.checker import Problem
from restproof.semantics.validate import Validation

from .conftest import CONTRACTS, every, name_of, resolved
from .schemas import is_unassertable

WRITES = ("create", "update", "replace")
Enumerator = Callable[[Ground], Iterable[Mapping[str, Any]]]


def problems(ground: Ground, body: Any) -> list[Problem]:
    return Validation(ground.resource).problems(ground.operation, resolved(ground, body))


def broken_rules(ground: Ground, body: Any, before: Any = None) -> list[Any]:
    sent = resolved(ground, body)
    known = resolved(ground, before or {})
    return Validation(ground.resource).rules(known, {**known, **sent})


def mended(ground: Ground, case: Mapping[str, Any]) -> Any:
    """The body with a valid value in the place of the fault."""
    return {**case["body"], case["field"]: ground.bodies.plain(case["field"])}


@every(*WRITES)
@pytest.mark.parametrize("enumerate_", [inputs.wrong_type_bodies, inputs.null_bodies, inputs.out_of_bounds_bodies])
def test_one_value_is_at_fault(enumerate_: Enumerator, ground: Ground) -> None:
    for case in enumerate_(ground):
        found = problems(ground, case["body"])
        assert found, case
        assert {p.path[0] for p in found} == {case["field"]}, case
        assert problems(ground, mended(ground, case)) == [], case
        assert not is_unassertable(case["body"])
        assert case["status"] in ("invalid", "bad_reference")
        assert json.loads(json.dumps(case)) == case


@every("create", "replace")
def test_one_field_is_missing(ground: Ground) -> None:
    cases = list(inputs.missing_field_bodies(ground))
    assert [c["field"] for c in cases] == list(
        ground.resource.shapes.replace.get("required", ()) if ground.operation == "replace" else ground.bodies.required
    )
    for case in cases:
        (problem,) = problems(ground, case["body"])
        assert (problem.keyword, problem.field) == ("required", case["field"])
        assert problems(ground, mended(ground, case)) == []


@every(*WRITES)
def test_one_field_does_not_exist(ground: Ground) -> None:
    cases = list(inputs.unknown_field_bodies(ground))
    assert cases
    for case in cases:
        found = problems(ground, case["body"])
        if case["beside"]:
            assert found == []
            assert ground.resource.envelope.request
        else:
            (problem,) = found
            assert problem.keyword == "additionalProperties"
            assert problem.field == case["path"]
            assert problem.path[0] == case["field"]


@every("update", "replace")
def test_what_may_move_a_resource_is_no_field_of_its_own(ground: Ground) -> None:
    cases = list(inputs.moving_names(ground))
    assert bool(cases) == bool(ground.resource.parents)
    assert not {c["field"] for c in cases} & ground.bodies.writable.keys()
    assert {c["parent"] for c in cases} <= {p.resource for p in ground.resource.parents[-1:]}


def test_what_may_move_any_resource_is_gathered_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a thousand resources each would look at a thousand others."""
    contract, looked = replace(CONTRACTS["procore"]), list[str]()
    usual: Any = vars(Resource)["parameter_parents"]

    def counted(resource: Resource) -> Any:
        looked.append(resource.name)
        return usual.fget(resource)

    monkeypatch.setattr(Resource, "parameter_parents", property(counted))
    for resource in contract:
        ground = Ground(contract, resource, "update", PROFILES["ci"], Bodies(contract, resource))
        assert list(inputs.moving_names(ground)) or not resource.parents
    assert len(looked) == len(contract.resources)


@every(*WRITES)
def test_one_field_is_the_servers(ground: Ground) -> None:
    for case in inputs.server_set_bodies(ground):
        values = [case["value"], *([case["instead"]] if case["instead"] is not None else [])]
        assert len(values) == len({repr(v) for v in values})
        for value in values:
            (problem,) = problems(ground, {**case["body"], case["field"]: value})
            assert problem.field == case["field"]
        assert ground.resource.properties[case["field"]]["readOnly"]


@every(*WRITES)
def test_one_rule_is_broken(ground: Ground) -> None:
    for case in inputs.rule_bodies(ground):
        assert problems(ground, case["body"]) == [], case
        assert len(broken_rules(ground, case["body"], case["given"])) == 1, case
        if case["given"]:
            create = Validation(ground.resource)
            sent = resolved(ground, case["given"])
            assert create.problems("create", sent) == []
            assert create.rules(None, sent) == []


@every(*WRITES)
def test_kept_rules_are_kept(ground: Ground) -> None:
    for case in inputs.kept_rule_bodies(ground):
        assert problems(ground, case["body"]) == [], case
        assert broken_rules(ground, case["body"], case["given"]) == [], case


@every("update")
def test_every_declared_rule_is_tried(ground: Ground) -> None:
    if ground.resource.rules:
        assert len({c["field"] for c in inputs.rule_bodies(ground)}) >= len(ground.resource.rules)
        assert list(inputs.kept_rule_bodies(ground))


@every(*WRITES)
def test_a_reference_names_nothing(ground: Ground) -> None:
    for case in reference_bodies(ground):
        assert problems(ground, case["body"]) == [], case
        value = case["body"][case["field"]]
        if case.get("status") == "bad_reference":
            assert value == 0
            continue
        assert any(
            str(v).endswith((":none}", ":other}", ":deleted}")) for v in (value if isinstance(value, list) else [value])
        )


@every(*WRITES)
def test_what_is_to_be_accepted_is_valid(ground: Ground) -> None:
    tried: set[str] = set()
    for case in inputs.accepted_bodies(ground):
        assert problems(ground, case["body"]) == [], case
        assert broken_rules(ground, case["body"]) == [], case
        assert case["notes"].keys() <= case["body"].keys()
        assert not is_unassertable(case["body"])
        tried |= case["notes"].keys()
    changeable = [
        n for n in inputs.fields_of(ground) if n not in ground.resource.references or ground.bodies.referable(n)
    ]
    assert tried == set(changeable)


@every("create", "read")
def test_a_bad_id_is_no_id(ground: Ground) -> None:
    cases = list(inputs.bad_ids(ground))
    assert bool(cases) == (ground.resource.id.type != "string")
    for case in cases:
        assert (
            case["suffix"] or not (case["id"].isdecimal() and 0 < int(case["id"]) < 2**31) or case["note"] == "a number"
        )


@every(*WRITES)
def test_the_same_field_gives_the_same_cases(ground: Ground) -> None:
    for enumerate_ in (inputs.wrong_type_bodies, inputs.out_of_bounds_bodies, inputs.accepted_bodies):
        assert list(enumerate_(ground)) == list(enumerate_(ground)), name_of(ground)
