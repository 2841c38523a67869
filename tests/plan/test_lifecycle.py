"""Lifecycle plans and profiles: plain JSON, well-formed, the same for the same seed; a small run is the beginning of
a large one."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from restproof.bundle import bundled_dir
from restproof.engine.items import Item, items_of
from restproof.engine.marks import proof_of
from restproof.plan.bodies import Bodies
from restproof.plan.ground import Ground
from restproof.plan.lifecycle import lifecycle_plans
from restproof.plan.profile import PROFILES
from restproof.semantics.validate import Validation

from .conftest import CONTRACTS, drawn, every, field_of, resolved

SUITES = bundled_dir() / "suites"


def plans(ground: Ground, number: int, count: int = 10) -> list[list[dict[str, Any]]]:
    return drawn(lifecycle_plans(ground), number, count)


@every("create")
def test_plans_are_well_formed(ground: Ground) -> None:
    validation = Validation(ground.resource)
    for plan in plans(ground, 1):
        assert json.loads(json.dumps(plan)) == plan
        assert 3 <= len(plan) <= ground.profile.steps
        made: dict[int, dict[str, Any]] = {}
        assert plan[0]["do"] == "create"
        for step in plan:
            kind = step["do"]
            if kind == "create":
                assert step.keys() == {"do", "as", "body"}
                assert step["as"] == len(made)
                sent = resolved(ground, step["body"])
                assert validation.problems("create", sent) == []
                assert validation.rules(None, sent) == []
                made[step["as"]] = sent
                continue
            if kind == "list":
                assert step == {"do": "list"}
                continue
            assert step["of"] in made
            assert kind in ("read", "update", "delete", "duplicate")
            assert kind == "read" or kind == "duplicate" or ground.resource.supports(kind)
            if kind == "update":
                change = resolved(ground, step["body"])
                assert validation.problems("update", change) == []
                state = {**made[step["of"]], **change}
                assert validation.rules(made[step["of"]], state) == []
                made[step["of"]] = state
            else:
                assert step.keys() == {"do", "of"}


@every("create")
def test_no_two_steps_of_a_plan_share_a_unique_value(ground: Ground) -> None:
    for plan in plans(ground, 2):
        for name in ground.bodies.unique_fields:
            bodies = [step["body"] for step in plan if "body" in step]
            values = [resolved(ground, body)[name] for body in bodies if body.get(name) is not None]
            assert len(set(values)) == len(values)


def test_plans_use_every_kind_of_step() -> None:
    contract = CONTRACTS["procore"]
    field = field_of(contract, contract.resources["office"], "create")
    # Several seeds: Hypothesis varies what it has drawn, and so dwells on a few of the kinds.
    kinds = {step["do"] for number in range(3, 8) for plan in plans(field, number, 20) for step in plan}
    assert kinds == {"create", "read", "update", "delete", "list", "duplicate"}


def test_the_same_seed_makes_the_same_plans() -> None:
    contract = CONTRACTS["procore"]
    first, again = (field_of(contract, contract.resources["office"], "create") for _ in range(2))
    assert plans(first, 4) == plans(again, 4)
    assert plans(first, 4) != plans(again, 5)


# ---------------------------------------------------------------------------------------------------------- profiles


def suite_tests() -> Iterator[tuple[str, Any]]:
    for path in sorted(SUITES.glob("test_*.py")):
        spec = importlib.util.spec_from_file_location(f"profiles_{path.stem}", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        yield from (
            (name, value) for name, value in vars(module).items() if proof_of(value) and name.startswith("test")
        )


def items(contract: str, profile: str) -> dict[tuple[str, str], Item]:
    bodies = {r.name: Bodies(CONTRACTS[contract], r) for r in CONTRACTS[contract]}
    found = {}
    for name, test in suite_tests():
        proof = proof_of(test)
        assert proof is not None
        for item in items_of(proof, test, CONTRACTS[contract], PROFILES[profile], bodies):
            found[name, item.id] = item
    return found


@pytest.mark.parametrize("contract", CONTRACTS)
def test_a_small_profile_is_a_part_of_a_large_one_in_its_order(contract: str) -> None:
    smoke, ci = items(contract, "smoke"), items(contract, "ci")
    assert smoke.keys() == ci.keys()
    for key, item in smoke.items():
        if item.cases is not None:
            whole = ci[key].cases
            assert whole is not None
            texts = [json.dumps(case) for case in whole]  # 0 is False, but not in JSON
            at = [texts.index(json.dumps(case)) for case in item.cases]
            assert at == sorted(at), key
            assert len(set(at)) == len(at) > 0, key
        assert item.count <= ci[key].count
        assert item.cost <= ci[key].cost


@pytest.mark.parametrize("contract", CONTRACTS)
def test_every_case_is_plain_json(contract: str) -> None:
    for key, item in items(contract, "ci").items():
        for case in item.cases or ():
            assert json.loads(json.dumps(case)) == case, key


def test_profiles_grow() -> None:
    smoke, ci, deep = (PROFILES[n] for n in ("smoke", "ci", "deep"))
    assert smoke.examples < ci.examples < deep.examples
    assert smoke.steps <= ci.steps <= deep.steps
    assert smoke.cases is not None
    assert ci.cases is None
    assert deep.cases is None


def test_weight_scales_examples_and_never_to_nothing() -> None:
    item = next(i for i in items("procore", "ci").values() if i.proof.draw)
    assert replace(item, proof=replace(item.proof, weight=0.01)).examples == 1
    assert replace(item, proof=replace(item.proof, weight=2.0)).examples == 2 * PROFILES["ci"].examples
