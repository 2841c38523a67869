"""What the draws of Hypothesis end with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from restproof.suite import Subject, for_all, requirement

from .conftest import Bench

MakeBench = Callable[..., Bench]


def test_what_cannot_be_drawn_is_not_tested(bench: MakeBench) -> None:
    """A schema may be such that hardly a value keeps it: that is no fault of the server, and none of the suite."""

    @requirement("x.y", on="create")
    @for_all(body=lambda ground: ground.bodies.valid.filter(lambda body: False))
    def test(subject: Subject, body: dict[str, Any]) -> None:
        subject.create(body)

    outcome = bench(lambda _: (201, {"id": 1, "name": "x"})).run(test, "shelf-create")
    assert (outcome.outcome, outcome.cases) == ("not tested", 0)
    assert outcome.reason == "of all that was drawn, nothing is what the contract decides"
