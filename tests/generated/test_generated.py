"""Contracts that nobody wrote: the sandbox keeps each, the suites find nothing, and they find the faults.

``RESTPROOF_CONTRACTS`` says how many contracts are drawn, ``RESTPROOF_CONTRACTS_FROM`` the first seed. The seed of a
contract that breaks something is in the name of the test. Without it those are drawn that hold all words together, at little
cost (``words.FEW``); faults are tried under one of them, and of the contracts that lie here some are tried
(``tox -e contracts`` tries all).
"""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from restproof.contract.load import check, load
from restproof.sandbox.faults import catalogue

from .contracts import drawn
from .faults import CANDIDATES, applicable
from .running import run
from .words import FEW

WHOLE = "RESTPROOF_CONTRACTS" in os.environ
COUNT = int(os.environ.get("RESTPROOF_CONTRACTS", "0"))
FIRST = int(os.environ.get("RESTPROOF_CONTRACTS_FROM", "1"))
FAULTS = 2
SEEDS = range(FIRST, FIRST + COUNT) if WHOLE else FEW
WITH_FAULTS = SEEDS[:40] if WHOLE else (38,)
"""Under these faults are tried as well."""
OWN = Path(__file__).parent / "contracts"
ALL = sorted(p.name for p in OWN.iterdir() if p.is_dir())
KINDS = ALL if WHOLE else ["contrary", "singleton", "token"]


def test_the_faults_are_in_the_catalogue() -> None:
    assert set(CANDIDATES) <= set(catalogue())


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_the_sandbox_keeps_a_contract_that_nobody_wrote(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # a function of a format is taken from the project that one is in
    contract = drawn(seed).write(tmp_path / "contract")
    assert not check(contract)
    told = run(contract, tmp_path / "run")
    assert not told.troubles
    assert told.summary["verdict"] == "conforming"


@pytest.mark.slow
@pytest.mark.parametrize("seed", WITH_FAULTS)
def test_the_suites_find_faults_under_a_contract_that_nobody_wrote(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    contract = drawn(seed).write(tmp_path / "contract")
    names = applicable(load(contract))
    random.Random(seed).shuffle(names)
    missed = []
    for name in names[:FAULTS]:
        told = run(contract, tmp_path / name, "--fault", name)
        if catalogue()[name].requirement not in told.requirements("fail", "blocked"):
            missed.append(name)
    assert not missed


@pytest.mark.slow
@pytest.mark.parametrize("name", KINDS)
def test_the_sandbox_keeps_a_contract_of_another_kind(name: str, tmp_path: Path) -> None:
    told = run(OWN / name, tmp_path / "run")
    assert not told.troubles
    assert told.summary["verdict"] == "conforming"
