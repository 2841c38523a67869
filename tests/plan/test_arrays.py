"""Arrays of which each place has a schema of its own, and those that must contain an entry of a sort."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from restproof.plan.candidates import accepted, refused, sample
from restproof.plan.values import value_strategy
from restproof.semantics.checker import is_valid
from restproof.semantics.plausible import plausible

POSITION = {
    "type": "array",
    "prefixItems": [
        {"type": "number", "minimum": -180, "maximum": 180},
        {"type": "number", "minimum": -90, "maximum": 90},
    ],
    "items": False,
    "minItems": 2,
}
KEYED = {"type": "object", "required": ["k"], "properties": {"k": {"enum": ["a", "b"]}}}
MARKED = {"type": "array", "items": KEYED, "contains": {"properties": {"k": {"const": "b"}}}, "maxItems": 3}
SET = {
    "type": "array",
    "items": {"type": "string", "maxLength": 9},
    "contains": {"pattern": "^A"},
    "minContains": 2,
    "maxItems": 4,
    "uniqueItems": True,
}
SCHEMAS: dict[str, dict[str, Any]] = {
    "a position": POSITION,
    "a tail": {"type": "array", "prefixItems": [{"const": "p"}], "minItems": 3, "items": {"type": "boolean"}},
    "no least": {"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}]},
    "contains": MARKED,
    "contains two": {"type": "array", "contains": {"type": "integer"}, "minContains": 2},
    "contains two others": SET,
    "a set of few": {
        "type": "array",
        "items": {"enum": ["a", "b", "c"]},
        "contains": {"enum": ["b", "c"]},
        "minContains": 2,
        "minItems": 3,
        "maxItems": 3,
        "uniqueItems": True,
    },
    "a set of objects": {"type": "array", "items": KEYED, "minItems": 2, "uniqueItems": True},
}


@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=SCHEMAS)
def test_what_is_made_is_valid(schema: dict[str, Any]) -> None:
    @settings(max_examples=15, database=None, suppress_health_check=list(HealthCheck))
    @given(value_strategy(schema))
    def all_are(value: Any) -> None:
        assert is_valid(schema, value)

    all_are()
    assert is_valid(schema, sample(schema))
    assert is_valid(schema, plausible(schema, serial=3, now="2026-01-01T00:00:00Z"))
    assert accepted(schema)


@pytest.mark.parametrize("place", [0, 1])
def test_each_place_is_broken_alone(place: int) -> None:
    right = sample(POSITION)
    broken = [c.value for c in refused(POSITION) if len(c.value) == 2 and c.value[1 - place] == right[1 - place]]
    assert {type(value[place]) for value in broken} >= {str, bool}


def test_what_must_be_there_is_left_out() -> None:
    assert [{"k": "a"}] in [c.value for c in refused(MARKED)]


def test_a_set_is_broken_by_what_the_note_says() -> None:
    broken = {c.note: c.value for c in refused(SET)}
    twice = broken["the same entry twice"]
    assert sum(entry.startswith("A") for entry in twice) > len(set(twice)) - 1
    assert len(set(twice)) == len(twice) - 1
    assert len(set(broken["one entry too many"])) == 5


def test_each_place_has_its_own_bounds_and_a_value_that_others_would_take() -> None:
    """Who changes the places, or looks at one bound alone, is told."""
    right = [c.value for c in accepted(POSITION)]
    wrong = [c.value for c in refused(POSITION)]
    assert {180, -180} <= {value[0] for value in right if value}
    assert {90, -90} <= {value[1] for value in right if value}
    assert any(a != b and is_valid(POSITION, [b, a]) for a, b in right)
    assert all([x, y] in wrong for x, y in ((180.5, -90), (-180.5, -90), (-180, 90.5), (-180, -90.5)))
