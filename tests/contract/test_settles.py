"""How long a write may take to be seen, where a contract says it of some looks and not of others."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from restproof.contract.settles import Settles, settles_of


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        (2, Settles(2, 2, 2, 2)),
        ({"reads": 2}, Settles(2, 2, 2, 2)),
        ({"lists": 3}, Settles(0, 3, 3, 3)),
        ({"reads": 1, "lists": 3, "totals": 9}, Settles(1, 3, 3, 9)),
        ({"reads": 1, "queries": 9}, Settles(1, 1, 9, 1)),
    ],
)
def test_a_look_that_is_not_named_takes_as_long_as_the_nearest_that_is(said: Any, seconds: Settles) -> None:
    assert settles_of({"settles": said}, {"settles": 7}, {}) == seconds
    assert settles_of({}, {"settles": said}, {}) == seconds


@pytest.mark.parametrize(
    ("own", "all_of_them", "seconds"),
    [({}, {}, 0), ({"deleted": [202, 204]}, {}, 5), ({}, {"created": 202}, 5), ({"created": 201}, {"created": 202}, 0)],
)
def test_where_nothing_is_said_a_202_says_it(own: Any, all_of_them: Any, seconds: float) -> None:
    assert replace(settles_of({"statuses": own}, {}, all_of_them), writes=None) == Settles(*[seconds] * 4)


def test_a_202_says_it_of_the_writes_that_are_answered_so() -> None:
    own = {"operations": {"delete": {"statuses": {"deleted": 202}}, "update": None}}
    found = settles_of(own, {}, {"created": [201, 202]})
    assert found.writes == frozenset({"create", "replace", "delete"})
    assert (found.after("delete").reads, found.after("update")) == (5, Settles())
    assert settles_of({**own, "settles": 2}, {}, {}).after("update").reads == 2
