"""How values are told."""

from __future__ import annotations

from typing import Any

import pytest

from restproof.oracle.finding import both_shown

LONG = "restproof " * 10


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        ("a", "b", ("'a'", "'b'")),
        (5, "5", ("5", "'5'")),
        (f"{LONG}end", f"{LONG}end ", ("'…tproof restproof end'", "'…tproof restproof end '")),
        (f"a{LONG}", f"b{LONG}", (f"'a{LONG[:59]}…'", f"'b{LONG[:59]}…'")),
        (LONG, None, (f"'{LONG}'", "null")),
    ],
)
def test_of_two_long_texts_the_difference_is_shown(one: Any, other: Any, told: tuple[str, str]) -> None:
    assert both_shown(one, other) == told
