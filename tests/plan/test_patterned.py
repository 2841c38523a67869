"""Texts from patterns: of ASCII where that may be, of other signs where a pattern asks for them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, seed, settings

from restproof.plan.values import value_strategy
from restproof.plan.words import matching_text

NEVER = ["(?!)", r"^[-_a-zA-Z0-9]*$\{2,64\}$", r"^\x00+$"]


def drawn_of(pattern: str) -> list[str]:
    """Values of the pattern, its bounds among them."""
    found: list[str] = []

    def keep(text: str) -> None:
        found.append(text)

    settings(max_examples=20, database=None)(
        seed(0)(given(value_strategy({"type": "string", "pattern": pattern}))(keep))
    )()
    return found


@pytest.mark.parametrize("pattern", ["^[а-яё]{2,9}$", "^é$", "^[^ -~]{3}$", "^Straße [0-9]+$", "^東京都.*$"])
def test_a_pattern_of_other_signs_is_matched(pattern: str) -> None:
    texts = [matching_text({"type": "string", "pattern": pattern}, None), *drawn_of(pattern)]
    assert len(texts) > 1
    assert all(re.search(pattern, text) for text in texts)


@pytest.mark.parametrize("pattern", NEVER)
def test_no_text_is_made_where_none_matches(pattern: str) -> None:
    assert matching_text({"type": "string", "pattern": pattern}, None) == ""


def test_text_is_of_ascii_where_that_may_be() -> None:
    assert all(text.isascii() for text in drawn_of(r"^\w{2}_[^_]{3}-x$"))
