"""Every fault of the sandbox is caught by the requirement that names it, and every requirement has one.

Here every twelfth fault, and all of them with ``RESTPROOF_KILL=all``; each runs the rule in question. The tox
environment ``kill`` runs all of them in full.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from restproof.engine.register import load
from restproof.oracle.verdict import judge
from restproof.record.reader import read
from restproof.sandbox.faults import catalogue

from .matrix import kill
from .place import POLICIES, WORDS, contract_of
from .proof import ONE_IS_ENOUGH, trivial, unproven
from .server import ROOT, Server

FAULTS = catalogue()
REGISTER = load(ROOT / "suites" / "requirements.yaml")
CHOSEN = list(FAULTS) if os.environ.get("RESTPROOF_KILL") == "all" else list(FAULTS)[::12]
Serving = Callable[[str], Server]


@pytest.fixture(scope="session")
def serving() -> Iterator[Serving]:
    """The server of runs for a contract, started when it is first asked for."""
    started: dict[str, Server] = {}

    def of(contract: str) -> Server:
        if contract not in started:
            started[contract] = Server(contract)
        return started[contract]

    yield of
    for server in started.values():
        server.close()


@pytest.mark.parametrize("name", CHOSEN)
def test_a_fault_is_caught_by_the_rule_that_names_it(name: str, serving: Serving) -> None:
    found = kill(FAULTS[name], serving(contract_of(FAULTS[name])))
    assert found.caught, f"{name} breaks {found.named}; what failed: {found.by or 'nothing'}"
    assert found.misplaced == ()


@pytest.mark.slow
@pytest.mark.parametrize("contract", [POLICIES, WORDS], ids=["policies", "words"])
def test_without_a_fault_the_sandbox_conforms(contract: str, serving: Serving, tmp_path: Path) -> None:
    """So it does with the bundled contract: the run that the README shows."""
    told = serving(contract).run(faults=[], out=str(tmp_path))
    verdict = judge(read(tmp_path / "run.jsonl.gz"))
    assert verdict.verdict == "conforming", told["output"]
    assert not [r for r in verdict.results if r.outcome in ("fail", "error", "blocked")]


def test_every_requirement_is_proven_by_two_faults_or_a_word_why_not() -> None:
    tested = [r.id for r in REGISTER.values() if r.not_tested is None]
    assert unproven(FAULTS.values(), tested) == {}


def test_what_one_fault_is_enough_for_has_one_and_needs_the_word() -> None:
    tested = {r.id for r in REGISTER.values() if r.not_tested is None}
    counted = Counter(f.requirement for f in FAULTS.values() if not trivial(f))
    assert set(ONE_IS_ENOUGH) <= tested
    assert [r for r in ONE_IS_ENOUGH if counted[r] != 1] == []


def test_a_fault_of_every_answer_is_trivial_and_one_of_few_is_not() -> None:
    assert trivial(FAULTS["no-date"])
    assert trivial(FAULTS["slow-answers"])
    assert not trivial(FAULTS["update-not-stored"])


def test_every_fault_names_an_entry_of_the_register() -> None:
    assert {f.requirement for f in FAULTS.values()} <= set(REGISTER)
