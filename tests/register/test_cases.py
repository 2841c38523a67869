"""What an enumerator yields is what its test takes: each argument there, and of the type that the test names."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest

from restproof.bundle import bundled_dir, bundled_suites
from restproof.contract.load import load
from restproof.contract.model import Contract
from restproof.engine import loading
from restproof.engine.items import Item, items_of
from restproof.plan.bodies import Bodies
from restproof.plan.profile import PROFILES

CONTRACTS = sorted(p.parent for p in (bundled_dir() / "contracts").glob("*/contract.yaml"))
TESTS = {
    f"{file.stem}::{name}": (test, proof)
    for file in sorted(bundled_suites().glob("test_*.py"))
    for name, test, proof in loading.tests_of(file)
}
OFFERED = {"subject", "operation", "contract"}
"""What the runner gives to each case, beside the members of its input."""
OBSERVED = {"reply", "memory", "case", "written", "behind"}


@cache
def bodies_under(folder: Path) -> tuple[Contract, dict[str, Bodies]]:
    contract = load(folder)
    return contract, {r.name: Bodies(contract, r) for r in contract}


def items(test: str) -> Iterator[Item]:
    function, proof = TESTS[test]
    for folder in CONTRACTS:
        contract, bodies = bodies_under(folder)
        yield from items_of(proof, function, contract, PROFILES["ci"], bodies)


def parameters(function: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    return dict(inspect.signature(inspect.unwrap(function)).parameters)


def is_of(value: object, wanted: Any) -> bool:
    """Whether a JSON value is of the type that an annotation names; what is inside of lists and objects is not
    looked at."""
    if wanted is Any:
        return True
    if get_origin(wanted) in (Union, UnionType):
        return any(is_of(value, one) for one in get_args(wanted))
    held = get_origin(wanted) or wanted
    if isinstance(value, bool):
        return held is bool
    return isinstance(value, float if held is float else held)


@pytest.mark.parametrize("test", [t for t, (_, proof) in TESTS.items() if proof.each is not None])
def test_each_case_gives_what_its_test_takes(test: str) -> None:
    function = TESTS[test][0]
    taken, hints = parameters(function), get_type_hints(inspect.unwrap(function))
    needed = {n for n, p in taken.items() if p.default is inspect.Parameter.empty} - OFFERED
    for item in items(test):
        for number, case in enumerate(item.cases or (), 1):
            assert needed <= case.keys(), f"{item.id}#{number}"
            wrong = [n for n, v in case.items() if n in taken and not is_of(v, hints[n])]
            assert not wrong, f"{item.id}#{number}: {wrong[0]} is {case[wrong[0]]!r}"


@pytest.mark.parametrize("test", [t for t, (_, proof) in TESTS.items() if proof.each is None])
def test_what_is_not_enumerated_takes_what_is_offered_or_drawn(test: str) -> None:
    function, proof = TESTS[test]
    given = OBSERVED if proof.observes else OFFERED | proof.draw.keys()
    assert parameters(function).keys() <= given
    assert proof.draw.keys() <= parameters(function).keys()


GIVEN = """\
contract: given
auth: bearer
resources:
  project: {path: /projects, schema: any.json, operations: []}
  flag: {path: "/projects/{project}/flags", schema: any.json, operations: [list, create, read]}
  environment: {path: "/projects/{project}/flags/{flag}/environments", schema: any.json, operations: [list, read]}
  step: {path: "/projects/{project}/flags/{flag}/environments/{environment}/steps", schema: any.json}
"""
"""What can be made, and lies all the same above something of which an id is given."""


def test_no_two_tests_of_a_rule_are_one_item(tmp_path: Path) -> None:
    (tmp_path / "any.json").write_text(
        '{"type": "object", "properties": {"id": {"type": "integer", "readOnly": true}, "name": {"type": "string"}}}'
    )
    (tmp_path / "contract.yaml").write_text(GIVEN)
    for folder in (*CONTRACTS, tmp_path):
        contract, bodies = bodies_under(folder)
        ids = Counter(
            item.id
            for test, proof in TESTS.values()
            for item in items_of(proof, test, contract, PROFILES["smoke"], bodies)
        )
        assert [id for id, times in ids.items() if times > 1] == []
