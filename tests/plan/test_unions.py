"""Plain values of what may be a number or a text."""

from __future__ import annotations

from typing import Any

import pytest

from restproof.plan.candidates import sample

NUMBER = {"type": "number", "exclusiveMinimum": 0}
DECIMAL = {"type": "string", "pattern": r"^(?!^[-+.]*$)[+-]?0*\d*\.?\d*$"}


@pytest.mark.parametrize(
    "schema",
    [
        {"anyOf": [NUMBER, DECIMAL]},
        {"anyOf": [DECIMAL, NUMBER]},
        {"anyOf": [{"type": "string"}, NUMBER, {"type": "null"}]},
        {"oneOf": [{"type": "string"}, {"type": "integer"}]},
        {"type": ["string", "number"]},
    ],
)
def test_the_number_is_the_plain_one(schema: dict[str, Any]) -> None:
    assert isinstance(sample(schema), int | float)


def test_an_example_goes_first() -> None:
    assert sample({"anyOf": [NUMBER, DECIMAL], "examples": ["12.50"]}) == "12.50"
