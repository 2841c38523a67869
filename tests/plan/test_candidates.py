"""Enumerated values are on the side that they say, and only where every reading agrees."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from restproof.contract.normal import NORMAL
from restproof.contract.patterns import allows_length
from restproof.contract.shapes import type_of, types_of
from restproof.contract.values import VALUES
from restproof.plan.candidates import accepted, refused, sample, wrong_types
from restproof.plan.scalars import LONGEST
from restproof.plan.values import value_strategy
from restproof.plan.words import PHRASES, fits, matching_text
from restproof.semantics.checker import is_valid

from .schemas import PATTERNS, Schema, is_unassertable, properties

few = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def plainly_valid(schema: Schema, value: Any) -> bool:
    """By the reference implementation, formats aside."""
    return bool(Draft202012Validator(schema).is_valid(value))


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"format": "email", "maxLength": 12}, "a@b.example"),
        ({"format": "email", "minLength": 40}, f"{'a' * 30}@b.example"),
        ({"format": "uri", "maxLength": 16}, "http://a.example"),
        ({"format": "uri", "minLength": 50}, f"http://a.example/{'a' * 33}"),
        ({"format": "uri", "pattern": "^s3://[a-z]+/.*$"}, "s3://a/"),
        ({"format": "hostname", "maxLength": 12}, "a.example"),
        ({"format": "uuid", "pattern": "^[0-9A-F-]{36}$"}, "6FA459EA-EE8A-4CA4-894E-DB77E160355E"),
    ],
)
def test_a_text_of_a_format_keeps_the_other_words_too(schema: Schema, expected: str) -> None:
    whole = {"type": "string", **schema}
    assert sample(whole) == expected
    found: list[Any] = []

    @settings(max_examples=3, database=None)
    @given(value_strategy(whole))
    def draw(value: Any) -> None:
        found.append(value)

    draw()
    assert found
    assert all(is_valid(whole, value) for value in found)


@few
@given(properties())
def test_accepted_values_are_valid(schema: Schema) -> None:
    found = accepted(schema)
    for candidate in found:
        assert plainly_valid(schema, candidate.value)
        assert is_valid(schema, candidate.value)
        assert not is_unassertable(candidate.value)
        assert len(json.dumps(candidate.value)) <= 256 * 1024
    keys = [json.dumps([type_of(c.value), c.value]) for c in found]
    assert len(set(keys)) == len(keys)


@few
@given(properties())
def test_refused_values_are_invalid_and_of_an_admitted_type(schema: Schema) -> None:
    for candidate in refused(schema):
        assert not is_valid(schema, candidate.value)
        assert type_of(candidate.value) in types_of(schema)
        assert not is_unassertable(candidate.value)
        assert candidate.keyword != "type"
        # The reference does not assert formats, and its `$` matches before a line break, as JavaScript's does not.
        if "format" not in json.dumps(schema) and "\\n" not in json.dumps(candidate.value):
            assert not plainly_valid(schema, candidate.value)


@few
@given(properties())
def test_wrong_types_are_of_no_admitted_type(schema: Schema) -> None:
    for candidate in wrong_types(schema):
        assert not plainly_valid(schema, candidate.value)
        assert type_of(candidate.value) not in types_of(schema)
        assert candidate.value is not None
        assert not is_unassertable(candidate.value)


@few
@given(properties())
def test_a_sample_is_valid_and_never_null(schema: Schema) -> None:
    value = sample(schema)
    assert value is not None
    assert is_valid(schema, value)


@few
@given(st.data())
def test_drawn_values_are_valid(data: st.DataObject) -> None:
    schema = data.draw(properties())
    value = data.draw(value_strategy(schema))
    assert is_valid(schema, value)
    assert not is_unassertable(value)
    json.dumps(value, allow_nan=False)


def notes(found: list[Any]) -> dict[str, Any]:
    return {c.note: c.value for c in found}


def test_both_sides_of_a_length_are_tried() -> None:
    schema = {"type": "string", "minLength": 3, "maxLength": 12}
    lengths = {c.keyword: len(c.value) for c in refused(schema) if c.keyword in ("minLength", "maxLength")}
    assert lengths == {"minLength": 2, "maxLength": 13}
    assert {3, 12} <= {len(c.value) for c in accepted(schema)}
    several = next(c.value for c in accepted(schema) if "several bytes" in c.note)
    assert len(several) == 12
    assert len(several.encode()) > 24


def test_both_sides_of_a_range_are_tried() -> None:
    schema = {"type": "integer", "minimum": 2, "maximum": 9}
    assert {2, 3, 8, 9} <= {c.value for c in accepted(schema)}
    assert {1, 10} <= {c.value for c in refused(schema)}
    open_ = {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}
    assert {0, 1} <= {c.value for c in refused(open_)}
    assert all(0 < c.value < 1 for c in accepted(open_))


@pytest.mark.parametrize("kind", ["integer", "number"])
def test_a_bound_that_is_written_with_a_fraction_is_sent_without(kind: str) -> None:
    schema = {"type": kind, "minimum": 2.0, "maximum": 8.5}
    for candidate in (*accepted(schema), *refused(schema)):
        assert not is_unassertable(candidate.value)
    assert 2 in [c.value for c in accepted(schema)]


@pytest.mark.parametrize(
    "bounds", [{"minimum": 1}, {"exclusiveMinimum": 6}, {"maximum": -1}, {"minimum": 1, "maximum": 4}]
)
def test_a_multiple_is_found_whatever_the_bounds(bounds: dict[str, int]) -> None:
    schema = {"type": "integer", "multipleOf": 3, **bounds}
    assert accepted(schema)
    assert [c for c in refused(schema) if c.keyword == "multipleOf"]


def test_every_value_of_an_enumeration_is_accepted() -> None:
    schema = {"enum": ["Red", "Yellow", None, 3]}
    assert [c.value for c in accepted(schema)] == ["Red", "Yellow", None, 3]
    assert "rED" in [c.value for c in refused(schema)]


def test_every_type_but_its_own_is_tried() -> None:
    assert {type_of(c.value) for c in wrong_types({"type": "string"})} == {"integer", "boolean", "array", "object"}
    assert {type_of(c.value) for c in wrong_types({"type": "integer"})} == {
        "string",
        "number",
        "boolean",
        "array",
        "object",
    }
    assert [c.value for c in wrong_types({"type": "integer"}) if type_of(c.value) == "number"] == [5.5]
    assert "number" not in {type_of(c.value) for c in wrong_types({"type": "number"})}
    assert {"true", 1} <= {c.value for c in wrong_types({"type": "boolean"}) if not isinstance(c.value, list | dict)}


@pytest.mark.parametrize(
    ("kind", "known", "tried"),
    [
        ("integer", [1904717293], ["1904717293", 1904717293.5, False]),
        ("boolean", [False], ["false", 0]),
        ("boolean", [True, False], ["true", 1]),
        ("string", ["5a"], [5, False]),
    ],
)
def test_what_may_be_read_loosely_is_made_of_what_is_known(kind: str, known: list[Any], tried: list[Any]) -> None:
    found = wrong_types({"type": kind, VALUES: known})
    assert [repr(c.value) for c in found if not isinstance(c.value, list | dict)] == [*map(repr, tried)]


def test_an_array_is_tried_empty_full_and_repeated() -> None:
    schema = {"type": "array", "items": {"type": "integer", "minimum": 1}, "uniqueItems": True, "maxItems": 2}
    assert [] in [c.value for c in accepted(schema)]
    refusals = notes(refused(schema))
    assert len(refusals["one entry too many"]) == 3
    twice = refusals["the same entry twice"]
    assert twice[0] == twice[1]
    assert refusals["a null entry"] == [None]


def test_an_object_is_tried_member_by_member() -> None:
    schema = {"type": "object", "required": ["body"], "properties": {"body": {"type": "string", "minLength": 1}}}
    refusals = notes(refused(schema))
    assert refusals["without body"] == {}
    assert refusals["body is null"] == {"body": None}
    assert refusals["body: one character too short"] == {"body": ""}


def test_nothing_longer_than_a_request_may_be_is_tried() -> None:
    assert all(len(c.value) <= LONGEST for c in accepted({"type": "string", "maxLength": 10**7}))
    assert not [c for c in refused({"type": "string", "maxLength": 10**7}) if c.keyword == "maxLength"]


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("length", [None, 5, 40])
def test_text_is_made_for_a_pattern(pattern: str, length: int | None) -> None:
    text = matching_text({"type": "string", "pattern": pattern}, length)
    fixed = pattern in (r"^[A-Z]{2}$", r"^#[0-9a-f]{6}$", r"^[0-9]{3,5}$")
    if length is None or not fixed:
        assert fits(text, {"pattern": pattern})
        assert length is None or len(text) == length
    assert text == matching_text({"type": "string", "pattern": pattern}, length)


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ({"pattern": "^[A-Z]{2}$"}, "AA"),
        ({"pattern": "^[0-9]{5}$"}, "00000"),
        ({"pattern": "^[a-z]+$", "minLength": 3}, "aaa"),
        ({"pattern": "^[0-9]+$", "minLength": 12}, "000000000000"),
    ],
)
def test_a_row_of_one_character_needs_no_generator(
    schema: dict[str, Any], text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hypothesis.given", None)
    assert matching_text({"type": "string", **schema}, None) == text


@pytest.mark.parametrize(("pattern", "length"), [("^AC[0-9a-f]{32}$", 35), ("^[a-c]{3}x[0-9]{2,4}$", 5), ("^ab?c$", 4)])
def test_a_length_that_a_pattern_cannot_have_is_not_looked_for(
    pattern: str, length: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hypothesis.given", None)
    assert matching_text({"type": "string", "pattern": pattern}, length) == ""


@pytest.mark.parametrize("pattern", ["ab{2}", "^ab|cd$", "^ab", "ab$", "^a[0-9]+$"])
def test_a_pattern_that_is_not_bound_to_both_ends_allows_any_length(pattern: str) -> None:
    assert allows_length(pattern, 40)


def test_plausible_text_has_several_scripts_and_nothing_invisible() -> None:
    assert any(ord(c) > 0x3000 for p in PHRASES for c in p)
    assert all(c.isprintable() for p in PHRASES for c in p)
    assert all(p == p.strip() for p in PHRASES)


def test_no_bound_is_sent_with_the_error_of_its_computation() -> None:
    schema = {"type": "number", "minimum": 0.05, "maximum": 0.3, "multipleOf": 0.01}
    values = [c.value for c in (*accepted(schema), *refused(schema))]
    assert 0.06 in values
    assert all(len(str(value)) < 12 for value in values)


def test_an_entry_with_members_is_tried_member_by_member() -> None:
    line = {
        "type": "object",
        "required": ["sku"],
        "properties": {"sku": {"type": "string"}, "n": {"type": "integer", "minimum": 1}},
    }
    found = {c.note: c.value for c in refused({"type": "array", "items": line})}
    assert any(isinstance(v[-1], dict) and v[-1].get("n") == 0 and v[0].get("sku") for v in found.values() if v)


def test_a_map_is_tried_with_names_of_its_own() -> None:
    prices = {"type": "object", "additionalProperties": {"type": "number", "minimum": 0}}
    assert {" Site Office ", "unit-7.B"} in [set(c.value) for c in accepted(prices)]
    assert {0, 45.123456} <= {c.value["key"] for c in accepted(prices) if "key" in c.value}
    wrong = [c.value["key"] for c in refused(prices) if "key" in c.value]
    assert "5" in wrong
    assert any(isinstance(v, int | float) and v < 0 for v in wrong)
    short = {**prices, "propertyNames": {"pattern": "^[a-z]{2}$"}, "maxProperties": 3}
    assert 3 in [len(c.value) for c in accepted(short)]
    assert 4 in [len(c.value) for c in refused(short) if all(len(n) == 2 for n in c.value)]


def test_the_second_entry_of_an_array_is_tried_too() -> None:
    found = {c.note: c.value for c in refused({"type": "array", "items": {"type": "string", "maxLength": 3}})}
    assert any(len(v) == 2 and len(v[0]) <= 3 < len(v[1]) for v in found.values() if all(isinstance(t, str) for t in v))


def test_what_a_schema_rules_out_by_name_is_tried() -> None:
    schema = {"type": "integer", "minimum": -5, "maximum": 5, "not": {"enum": [0, 3, None]}}
    assert [c.value for c in refused(schema) if c.keyword == "not"] == [0, 3]
    assert not {0, 3} & {c.value for c in accepted(schema)}


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "number", "multipleOf": 0.01}, 0.29),
        ({"type": "number"}, 0.29),
        ({"type": "number", "multipleOf": 0.01, "minimum": 1}, 1.13),
        ({"type": "number", "minimum": 0, "maximum": 0.2}, None),
        ({"type": "number", "multipleOf": 5}, None),
    ],
)
def test_a_decimal_that_careless_arithmetic_cuts_short_is_tried(schema: Schema, value: float | None) -> None:
    found = [c.value for c in accepted(schema) if c.note.endswith("makes smaller")]
    assert found == ([] if value is None else [value])


@pytest.mark.parametrize("pattern", [None, "^https://", "^http://"])
def test_both_sides_of_the_length_of_a_uri_are_tried(pattern: str | None) -> None:
    schema = {"type": "string", "format": "uri", "maxLength": 100, **({"pattern": pattern} if pattern else {})}
    assert 100 in {len(c.value) for c in accepted(schema)}
    assert [len(c.value) for c in refused(schema) if c.keyword == "maxLength"] == [101]


def test_a_form_that_trims_says_what_becomes_of_open_edges() -> None:
    open_ = {"type": "string", "maxLength": 80, "x-restproof-edges": "open"}
    trims = {**open_, "x-restproof-normal": ["trim"]}
    assert not [c for c in accepted(open_) if c.value != c.value.strip()]
    assert [c for c in accepted(trims) if c.value.strip(" ") != c.value]


def test_a_text_that_is_empty_by_default_may_be_empty_and_still_be_trimmed() -> None:
    blank = {"type": "string", "maxLength": 80, "default": "", "x-restproof-edges": "open"}
    values = [c.value for c in accepted(blank)]
    assert "" in values
    assert not [v for v in values if v != v.strip()]


def test_money_as_text_is_tried_with_an_amount_that_a_float_cuts_short() -> None:
    money = {"type": "string", "pattern": "^(0|[1-9][0-9]{0,5})([.][0-9]{1,2})?$"}
    assert "0.29" in [c.value for c in accepted(money)]
    assert "0.29" in [c.value for c in refused({"type": "string", "pattern": "^[0-9]{4}$"})]


def test_a_moment_is_not_sent_in_small_letters_for_the_sake_of_its_form() -> None:
    moment = {"type": "string", "format": "date-time", NORMAL: ["milliseconds"]}
    text = {"type": "string", NORMAL: ["trim"]}
    assert [c.note for c in accepted(text) if c.note == "in the other case"]
    assert not [c.value for c in accepted(moment) if c.value != c.value.upper()], "Go and a strict pattern refuse them"


@pytest.mark.parametrize(
    "pattern",
    [
        r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$",
        r"^[0-9T:-]{19}\.[0-9]{6}\+00:00$",
        r"^[0-9T:-]{19}\+00:00$",
        r":00Z$",
    ],
)
def test_a_moment_is_spelt_as_its_pattern_wants_it(pattern: str) -> None:
    schema = {"type": "string", "format": "date-time", "pattern": pattern}
    assert any(c.keyword == "format" for c in accepted(schema))
    assert find(value_strategy(schema), lambda text: re.search(pattern, text) is not None)
