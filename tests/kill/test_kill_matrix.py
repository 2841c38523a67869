"""Faults of the sandbox are caught by the requirement that names them.

Here a sample, two faults of each family; all of them with ``RESTPROOF_KILL=all``, and in full runs by the tox
environment ``kill``.
"""

from __future__ import annotations

import os

import pytest

from restproof.sandbox.faults import catalogue

from .matrix import kill

FAULTS = catalogue()


def sample() -> list[str]:
    families: dict[str, list[str]] = {}
    for name, fault in FAULTS.items():
        families.setdefault(fault.requirement.partition(".")[0], []).append(name)
    return [name for names in families.values() for name in (names[:1] + names[-1:])]


@pytest.mark.slow
@pytest.mark.parametrize("name", list(FAULTS) if os.environ.get("RESTPROOF_KILL") == "all" else dict.fromkeys(sample()))
def test_a_fault_is_caught_by_the_rule_that_names_it(name: str) -> None:
    found = kill(FAULTS[name])
    assert found.caught, f"{name} breaks {found.named}; what failed: {found.by or 'nothing'}"
