from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from restproof.bundle import bundled_dir
from restproof.contract.load import load
from restproof.contract.model import Contract, Resource
from restproof.plan.bodies import Bodies
from restproof.plan.ground import Ground
from restproof.plan.profile import PROFILES
from restproof.plan.symbols import resolve, token

CONTRACTS = {name: load(bundled_dir() / "contracts" / name) for name in ("procore", "kinto")}
TOKEN = token("rpabcdef", 7)


def field_of(contract: Contract, resource: Resource, operation: str, profile: str = "ci") -> Ground:
    return Ground(contract, resource, operation, PROFILES[profile], Bodies(contract, resource))


def drawn(strategy: st.SearchStrategy[Any], number: int, count: int) -> list[Any]:
    """What ``strategy`` draws for the seed ``number``, without shrinking."""
    found: list[Any] = []

    @seed(number)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(value: Any) -> None:
        found.append(value)

    collect()
    return found


def fields(*operations: str) -> list[Ground]:
    """A field for each resource of the bundled contracts and each of ``operations`` that it supports."""
    return [field_of(c, r, o) for c in CONTRACTS.values() for r in c for o in operations if r.supports(o)]


def name_of(ground: Ground) -> str:
    return f"{ground.contract.name}-{ground.resource.name}-{ground.operation}"


def every(*operations: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("ground", fields(*operations), ids=name_of)


def resolved(ground: Ground, value: Any) -> Any:
    """``value`` as it would be sent: every reference gets an id of the right type, another one for each key."""

    def instance(name: str, key: str) -> Any:
        number = {"0": 1, "1": 2, "other": 3, "none": 4, "deleted": 5}[key]
        return number if ground.contract.resources[name].id.type == "integer" else f"{name}-{number}"

    return resolve(value, TOKEN, instance)
