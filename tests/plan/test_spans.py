"""Spans of time that bodies hold: each is one of its own, whichever worker gives it out."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import pytest

from restproof.plan.spans import bound_of
from restproof.session.live import _NUMBERS_EACH

SPAN = ("begins", "ends")
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.mark.parametrize(("workers", "each"), [(1, 3693), (2, 800), (4, 800), (8, 320)])
@pytest.mark.parametrize("form", ["date", "date-time"])
def test_no_span_overlaps_that_of_another_worker(workers: int, each: int, form: str) -> None:
    numbers = [worker * _NUMBERS_EACH + n for worker in range(1, workers + 1) for n in range(each)]
    found = sorted(tuple(bound_of(SPAN, name, {"format": form}, number, NOW) for name in SPAN) for number in numbers)
    assert all(begin < end for begin, end in found)
    assert all(one[1] < other[0] for one, other in pairwise(found))
