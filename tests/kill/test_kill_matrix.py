"""Every fault of the sandbox is caught by the requirement that names it."""

import pytest

from restproof.sandbox.faults import catalogue

from .matrix import OBSERVING, OWN_TRAFFIC, kill

FAULTS = catalogue()
QUICK = [n for n, f in FAULTS.items() if not f.requirement.startswith(OBSERVING) or f.requirement in OWN_TRAFFIC]


@pytest.mark.parametrize("name", QUICK)
def test_a_fault_is_caught_by_the_rule_that_names_it(name: str) -> None:
    found = kill(FAULTS[name])
    assert found.caught, f"{name} breaks {found.named}; what failed: {found.by or 'nothing'}"


@pytest.mark.parametrize("name", sorted(set(FAULTS) - set(QUICK)))
def test_a_fault_of_every_answer_is_caught(name: str) -> None:
    found = kill(FAULTS[name], profile="smoke")
    assert found.caught, f"{name} breaks {found.named}; what failed: {found.by or 'nothing'}"
