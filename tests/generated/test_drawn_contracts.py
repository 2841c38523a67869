"""Contracts that Hypothesis draws are contracts: they lint clean, each seed always gives the same one, and no two seeds alike.
They use each word of the language, and a few of them together most pairs of words."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from restproof.contract.load import check, load

from .contracts import Drawn, drawn
from .faults import applicable
from .words import BY_HAND, FEW, all_words, covering, pairs, words_of

ROOT = Path(__file__).parents[2]
SEEDS = range(1, 101)
MOST = 24


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
    assert all_words() - BY_HAND.keys() == frozenset().union(*used)


@pytest.mark.parametrize("word", BY_HAND)
def test_what_is_not_drawn_has_a_server_of_its_own(word: str) -> None:
    assert word.rpartition(".")[2] in (ROOT / BY_HAND[word]).read_text(encoding="utf-8")


def test_a_few_contracts_hold_most_pairs_of_words(used: list[frozenset[str]]) -> None:
    chosen = covering(used, MOST)
    known, held = (frozenset[tuple[str, str]]().union(*map(pairs, some)) for some in (used, [used[n] for n in chosen]))
    assert len(held) > 0.85 * len(known)


def test_those_that_are_run_each_time_hold_every_word(used: list[frozenset[str]]) -> None:
    """What may stand in their place where they do not any more is what this shows."""
    words = dict(zip(SEEDS, used, strict=True))
    missing = all_words() - BY_HAND.keys() - frozenset().union(*(words[n] for n in FEW))
    assert {word: [n for n in SEEDS if word in words[n]] for word in missing} == {}


def test_some_faults_apply_to_drawn_contracts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = [applicable(load(contract_of(n).write(tmp_path / str(n)))) for n in SEEDS[:4]]
    assert any(found)
