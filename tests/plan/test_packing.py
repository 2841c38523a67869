"""The first bodies of accepted values hold as many kinds of texts as they can."""

from __future__ import annotations

from collections import Counter
from typing import Any

from restproof.plan.candidates import accepted
from restproof.plan.packing import spread

TEXT: dict[str, Any] = {"type": ["string", "null"]}
SHORT: dict[str, Any] = {"type": "string", "maxLength": 40}
CODE: dict[str, Any] = {"type": ["string", "null"], "pattern": "^[A-Z]{2}$"}
DAY: dict[str, Any] = {"type": ["string", "null"], "format": "date"}


def columns(fields: dict[str, dict[str, Any]]) -> dict[str, list[str]]:
    """Field → the kinds of its values, in the order in which bodies hold them."""
    found = spread({name: list(accepted(schema)) for name, schema in fields.items()}, fields)
    return {name: [c.note for c in column] for name, column in found.items()}


def test_each_kind_is_tried_of_one_text_before_any_is_tried_of_a_second() -> None:
    found = columns({"one": TEXT, "two": TEXT, "three": TEXT})
    kinds = len(found["one"])
    assert kinds > 5
    tried = [column[at] for at in range(kinds) for column in found.values()]
    assert len({*tried[:kinds]}) == kinds
    assert all(count == 3 for count in Counter(tried).values())


def test_every_value_of_every_field_is_tried() -> None:
    fields = {"one": TEXT, "two": TEXT, "short": SHORT, "code": CODE, "day": DAY}
    found = columns(fields)
    assert {n: sorted(column) for n, column in found.items()} == {
        n: sorted(c.note for c in accepted(schema)) for n, schema in fields.items()
    }


def test_what_may_hang_together_stays_together() -> None:
    """A state and a country, a beginning and an end: none goes without the other, and each is as late as the other."""
    found = columns({"text": TEXT, "state": CODE, "country": CODE, "begin": DAY, "end": DAY})
    assert found["state"] == found["country"] == [c.note for c in accepted(CODE)]
    assert found["begin"] == found["end"] == [c.note for c in accepted(DAY)]


def test_the_longest_text_of_several_bytes_comes_first_and_a_large_one_later() -> None:
    found = columns({"short": SHORT, "one": TEXT, "two": TEXT})
    assert found["short"][0] == "the longest text, in characters of several bytes"
    assert columns({"short": SHORT})["short"][-1] == "the longest text"
    assert "the longest text" not in (found["one"][0], found["two"][0])
