"""Values by number: each is another one, to a server that compares without case too."""

import pytest

from restproof.semantics.distinct import capacity, nth

PATTERNS = ["^[A-Za-z0-9 .-]{4}$", "^[A-Z]{2}-[0-9]{3}$", "^[A-Za-z]{3}[0-9]?$", r"^\w{3}$", "^[A-Fa-f0-9]{8}$"]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_no_two_values_differ_in_case_alone(pattern: str) -> None:
    schema = {"type": "string", "pattern": pattern}
    count = min(capacity(schema), 3000)
    assert len({nth(schema, number).casefold() for number in range(count)}) == count > 500


BRANCHES = [
    "^(@|[a-z0-9_][a-z0-9_-]{0,40})/(TXT|SPF|CAA)$",
    "^(x|[0-9]{5})$",
    "^(?:aa|bb|[a-z]{2})[0-9]{2}$",
    "^(de|en)(-[A-Z]{2})$",
]


@pytest.mark.parametrize("pattern", BRANCHES)
def test_of_alternatives_one_with_fewer_values_gives_none_twice(pattern: str) -> None:
    schema = {"type": "string", "pattern": pattern}
    count = min(capacity(schema), 3000)
    assert len({nth(schema, number) for number in range(count)}) == count > 500


def test_alternatives_inside_of_alternatives_are_not_made_over_and_over() -> None:
    depth = 24
    schema = {"type": "string", "pattern": f"^{'(?:x|' * depth}[a-z]{{4}}{')' * depth}$"}
    assert capacity(schema) == 26**4
    assert len({nth(schema, number) for number in range(50)}) == 50


def test_what_an_alternative_holds_may_be_said_again_behind_it() -> None:
    schema = {"type": "string", "pattern": r"^(?:-|([a-z])[0-9]{3})=\1$"}
    assert [nth(schema, number) for number in (0, 27)] == ["a000=a", "b100=b"]


def test_letters_of_one_case_stay_as_the_pattern_wants_them() -> None:
    assert nth({"type": "string", "pattern": "^[A-Z]{4}$"}, 12_345).isupper()


def test_a_pattern_that_nothing_keeps_too_has_all_its_other_values() -> None:
    schema = {"type": "string", "pattern": r"^$|^[0-9a-f]{8}\b-[0-9a-f]{4}$"}
    assert len({nth(schema, number) for number in range(500)} - {""}) == 500


@pytest.mark.parametrize(("pattern", "length"), [("^[A-Za-z-0-9]+$", 22), ("^[A-Z]{2}-[0-9]+$", 14), ("^x[a-f]*$", 6)])
def test_an_open_pattern_fills_a_length_of_its_own(pattern: str, length: int) -> None:
    schema = {"type": "string", "pattern": pattern, "minLength": length, "maxLength": length}
    assert {len(nth(schema, number)) for number in range(500)} == {length}
    assert len({nth(schema, number) for number in range(500)}) == 500


def test_a_format_and_a_pattern_that_its_usual_values_break_are_both_kept() -> None:
    schema = {"type": "string", "format": "uri", "pattern": "^urn:.*"}
    assert nth(schema, 4_295_127_478).startswith("urn:")
    assert nth(schema, 1) != nth(schema, 2)
