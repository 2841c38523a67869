"""Merge patches (RFC 7396): what they make of a value, which leads where, and what they remove."""

from typing import Any

import pytest

from restproof.semantics.patch import filled_up, leading_to, merged, removed_members, said_by

ALARM = {"properties": {"muted": {"type": "boolean", "default": False}, "low": {"type": "number"}}}
SCHEMA = {"properties": {"alarm": ALARM}}
NULLABLE = {"properties": {"alarm": {"anyOf": [{"type": "null"}, ALARM]}}}


@pytest.mark.parametrize("schema", [SCHEMA, NULLABLE], ids=["object", "object or null"])
@pytest.mark.parametrize(
    ("patch", "shown", "left"),
    [
        ({"muted": None}, {"muted": False}, []),
        ({"muted": None}, {"muted": True}, ["muted"]),
        ({"muted": None}, {}, []),
        ({"low": None}, {"low": 0}, ["low"]),
        ({"low": None}, {"low": None}, []),
    ],
)
def test_a_removed_member_is_absent_null_or_has_its_default(
    patch: Any, shown: Any, left: list[str], schema: Any
) -> None:
    assert list(removed_members(schema, {"alarm": patch}, {"alarm": shown})) == left


@pytest.mark.parametrize(
    ("before", "patch", "after"),
    [
        ({"a": 1, "b": 2}, {"a": 3}, {"a": 3, "b": 2}),
        ({"a": 1, "b": 2}, {"a": None}, {"b": 2}),
        ({"a": {"x": 1, "y": 2}}, {"a": {"x": None, "z": 3}}, {"a": {"y": 2, "z": 3}}),
        ({"a": 1}, {"a": {"x": None, "y": 1}}, {"a": {"y": 1}}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ("text", {"a": 1}, {"a": 1}),
        ({"a": 1}, "text", "text"),
    ],
)
def test_a_patch_changes_what_it_names_at_every_depth(before: Any, patch: Any, after: Any) -> None:
    """The cases of RFC 7396 (appendix A) that differ in kind."""
    assert merged({}, before, patch) == after


def test_what_the_server_sets_in_an_object_is_not_in_what_a_patch_makes_of_it() -> None:
    assert merged(ALARM, {"muted": True, "since": "noon"}, {"low": 3}) == {"muted": True, "low": 3}


MAP: dict[str, Any] = {"type": "object", "additionalProperties": {"type": "integer"}}


@pytest.mark.parametrize("before", [{"one": 1, "two": 2}, {"two": 2}, {}, None])
def test_the_patch_to_a_map_leads_to_it_from_wherever_it_was(before: Any) -> None:
    wanted = {"two": 3, "three": 4}
    assert merged(MAP, before, leading_to(MAP, before, wanted)) == wanted


def test_members_that_the_schema_names_are_left_by_a_patch_without_them() -> None:
    assert leading_to(ALARM, {"muted": True, "other": 1}, {"low": 3}) == {"low": 3, "other": None}


@pytest.mark.parametrize(
    ("most", "filled"),
    [(3, {"two": 3, "three": 4}), (2, {"one": 1, "two": 2}), (None, {"two": 3, "three": 4})],
)
def test_a_map_that_would_have_too_many_members_is_the_same_whether_they_join_or_replace(
    most: int | None, filled: dict[str, int]
) -> None:
    schema = MAP if most is None else {**MAP, "maxProperties": most}
    assert filled_up(schema, {"one": 1, "two": 2}, {"two": 3, "three": 4}) == filled
    assert filled_up(schema, None, {"two": 3, "three": 4}) == {"two": 3, "three": 4}


def test_a_patch_says_that_there_will_be_what_it_does_not_remove() -> None:
    assert said_by({"a": None, "b": {"c": None, "d": 1}, "e": [None]}) == {"b": {"d": 1}, "e": [None]}
