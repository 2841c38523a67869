"""Values that mean one thing and, compared as texts, another: moments in two zones, and long texts of both cases."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from restproof.contract.load import load
from restproof.contract.rules import is_after
from restproof.plan.bodies import Bodies
from restproof.plan.candidates import accepted, refused
from restproof.plan.cases import RuleCase
from restproof.plan.rules import broken, kept
from restproof.semantics.ordering import apart_as_text

MOMENT = {"type": ["string", "null"], "format": "date-time"}


def planned(folder: Path, moment: Mapping[str, Any], words: str = "") -> Bodies:
    """The bodies of a resource with a start that is never after its end."""
    members = {"id": {"type": "integer", "readOnly": True}, "title": {"type": "string"}, "start": moment, "end": moment}
    (folder / "item.json").write_text(json.dumps({"type": "object", "required": ["title"], "properties": members}))
    (folder / "contract.yaml").write_text(
        "contract: stays\nresources:\n  item:\n    path: /items\n    schema: item.json\n"
        f"    rules: [{{ordered: [start, end]}}]\n    {words}\n"
    )
    made = load(folder)
    return Bodies(made, made.resources["item"])


def turned(cases: Iterator[RuleCase]) -> list[tuple[str, str]]:
    """The pairs to which cases lead, as far as texts have another order than moments."""
    states = [{**case["given"], **case["body"]} for case in cases]
    pairs = [(s["start"], s["end"]) for s in states if s.get("start") and s.get("end")]
    return [pair for pair in pairs if is_after(*pair) != (pair[0] > pair[1])]


@pytest.mark.parametrize("operation", ["create", "update", "replace"])
def test_a_rule_is_kept_and_broken_by_moments_that_texts_turn_round(tmp_path: Path, operation: str) -> None:
    bodies = planned(tmp_path, MOMENT)
    (right,), (wrong,) = turned(kept(bodies, operation)), turned(broken(bodies, operation))
    assert not is_after(*right)
    assert is_after(*wrong)


@pytest.mark.parametrize(
    ("moment", "words"),
    [(MOMENT, "open: [zones]"), ({**MOMENT, "pattern": "Z$"}, ""), ({"type": ["string", "null"]}, "")],
    ids=["zones are open", "one zone", "no moments"],
)
def test_zones_of_which_nothing_is_said_are_not_tried(tmp_path: Path, moment: Mapping[str, Any], words: str) -> None:
    bodies = planned(tmp_path, moment, words)
    assert not turned(kept(bodies, "create"))
    assert not turned(broken(bodies, "update"))
    assert not apart_as_text(bodies.resource, bodies.writable["start"])


def test_the_first_of_two_is_given_where_a_create_without_it_would_have_one_of_its_own(tmp_path: Path) -> None:
    """The day of an invoice is today unless a create says it: an earlier day that it is due breaks the rule."""
    bodies = planned(tmp_path, {"type": ["string", "null"], "format": "date"}, "defaults: {start: today}")
    given = [case["given"] for case in (*broken(bodies, "update"), *kept(bodies, "update"))]
    assert given
    assert all("start" in body for body in given if "end" in body)


def test_a_list_is_sorted_by_moments_that_texts_turn_round(tmp_path: Path) -> None:
    bodies = planned(tmp_path, {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]})
    first, second = apart_as_text(bodies.resource, bodies.writable["start"])
    assert first > second
    assert is_after(second, first)


@pytest.mark.parametrize("more", [{}, {"pattern": "^[A-Za-z ]*$"}, {"format": "uri"}])
def test_the_longest_text_has_letters_of_both_cases(more: Mapping[str, Any]) -> None:
    schema = {"type": "string", "maxLength": 300, **more}
    for found, length in ((accepted(schema), 300), (refused(schema), 301)):
        long = next(c.value for c in found if c.keyword == "maxLength" and len(c.value) == length)
        assert long not in (long.lower(), long.upper())
        assert long[200:] not in (long[200:].lower(), long[200:].upper())


def test_a_pattern_keeps_the_longest_text_in_small_letters() -> None:
    schema = {"type": "string", "maxLength": 300, "pattern": "^[a-z ]*$"}
    assert "restproof restproof" in next(c.value for c in accepted(schema) if len(c.value) == 300)


def test_numbers_that_are_texts_are_written_with_the_decimals_that_they_have(tmp_path: Path) -> None:
    money = {"type": "string", "pattern": r"^(0|[1-9][0-9]{0,6})\.[0-9]{2}$"}
    bodies = planned(tmp_path, money, "normalized: {start: {decimal: 2}}")
    assert apart_as_text(bodies.resource, bodies.writable["start"]) == ["9.00", "10.00"]
