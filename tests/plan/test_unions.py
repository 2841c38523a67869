"""Plain values of what may be a number or a text."""

from __future__ import annotations

from typing import Any

import pytest

from restproof.plan.candidates import accepted, sample

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


def kind(name: str, **members: Any) -> dict[str, Any]:
    properties = {"type": {"const": name}, "next": {"type": ["integer", "null"], "minimum": 0}, **members}
    return {"type": "object", "required": ["type", *members], "properties": properties, "additionalProperties": False}


def test_an_entry_of_each_kind_is_sent_and_each_value_of_a_member_once() -> None:
    kinds = [
        kind("choice", options={"type": "integer", "maximum": 9}),
        kind("scale", low={"type": "boolean"}),
        kind("free"),
    ]
    sent = [c.value for c in accepted({"type": "array", "items": {"oneOf": kinds}})]
    assert {entry["type"] for value in sent for entry in value} == {"choice", "scale", "free"}
    alone = [value[0] for value in sent if len(value) == 1]
    assert {entry["low"] for entry in alone if "low" in entry} == {True, False}
    assert [entry["type"] for entry in alone if entry.get("next", 0) is None or entry.get("next") == 0] == [
        "choice"
    ] * 2
