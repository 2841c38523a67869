"""Contracts that Hypothesis draws are contracts: they lint clean, each seed always gives the same one, and no two seeds alike.
They use each word of the language, and a few of them together most pairs of words."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from restproof.contract.load import check, load

from .contracts import Drawn, drawn
from .faults import applicable
from .words import FEW, all_words, covering, few, pairs, words_of

SEEDS = range(1, 81)
MOST = 24
ELSEWHERE = {
    "contract.preset": "tests/language/test_conventions.py",
    "contract.id.pattern": "the same word of a resource",
    "contract.id.type": "the same word of a resource",
}
"""Words that no drawn contract uses, and who tries them."""


@cache
def contract_of(number: int) -> Drawn:
    return drawn(number)


@pytest.fixture(scope="module")
def used() -> list[frozenset[str]]:
    return [words_of({**(found := contract_of(n)).standard, **found.contract}) for n in SEEDS]


@pytest.mark.parametrize("number", SEEDS[:24])
def test_a_drawn_contract_lints_clean(number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # a function of a format is taken from the project that one is in
    assert check(contract_of(number).write(tmp_path / "drawn")) == []


def test_a_seed_draws_the_same_contract_each_time() -> None:
    assert [drawn(n) for n in SEEDS[:3]] == [contract_of(n) for n in SEEDS[:3]]


def test_every_word_of_the_language_is_drawn(used: list[frozenset[str]]) -> None:
    assert all_words() - frozenset().union(*used) == ELSEWHERE.keys()


def test_a_few_contracts_hold_most_pairs_of_words(used: list[frozenset[str]]) -> None:
    chosen = covering(used, MOST)
    known, held = (frozenset[tuple[str, str]]().union(*map(pairs, some)) for some in (used, [used[n] for n in chosen]))
    assert len(held) > 0.85 * len(known)


def test_those_that_are_run_each_time_hold_every_word(used: list[frozenset[str]]) -> None:
    """What is to stand in their place where they do not any more is what this shows."""
    costs = {n: cost_of(contract_of(n)) for n in SEEDS}
    assert few(dict(zip(SEEDS, used, strict=True)), costs, len(FEW)) == FEW


def cost_of(found: Drawn) -> float:
    """About how much a run has to do: by the operations of the resources, and their members."""
    resources = [(n, r) for n, r in found.contract["resources"].items() if r["operations"]]
    members = [len(found.schemas[n]["properties"]) for n, _ in resources]
    return sum(2 + len(r["operations"]) for _, r in resources) + 0.4 * sum(members)


def test_some_faults_apply_to_drawn_contracts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = [applicable(load(contract_of(n).write(tmp_path / str(n)))) for n in SEEDS[:4]]
    assert any(found)
