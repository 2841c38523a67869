"""Contracts that Hypothesis draws are contracts: they lint clean, each seed always gives the same one, and no two seeds alike."""

from __future__ import annotations

from pathlib import Path

import pytest

from restproof.contract.load import check, load

from .contracts import drawn
from .faults import applicable

SEEDS = range(1, 13)


@pytest.mark.parametrize("number", SEEDS)
def test_a_drawn_contract_lints_clean(number: int, tmp_path: Path) -> None:
    folder = drawn(number).write(tmp_path / "drawn")
    assert check(folder) == []
    assert drawn(number) == drawn(number)


def test_some_faults_apply_to_drawn_contracts(tmp_path: Path) -> None:
    found = [applicable(load(drawn(n).write(tmp_path / str(n)))) for n in SEEDS]
    assert any(found)
