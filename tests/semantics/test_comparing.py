"""Filters that compare: what matches for sure, and what may; and what a contract may say of them."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from restproof.contract.load import check, load
from restproof.contract.model import Comparison
from restproof.contract.normal import NORMAL
from restproof.semantics.comparing import may_match, surely_matches
from restproof.semantics.ordering import sort_keys

WORDS = Path(__file__).parents[1] / "kill" / "contracts" / "words"


@pytest.mark.parametrize(
    ("by", "held", "asked", "sure", "may"),
    [
        ("gte", 5, 5, True, True),
        ("gt", 5, 5.0, False, False),
        ("lt", "2024-01-01", "2024-01-02", True, True),
        ("lte", "2024-01-01T01:00:00+01:00", "2024-01-01T00:00:00Z", True, True),
        ("gte", None, 0, False, False),
        ("in", 3, [1, 3], True, True),
        ("in", "Ann", ["ann"], False, True),
        ("contains", "North Wing", "th W", True, True),
        ("contains", "North Wing", "wing", False, True),
        ("starts", "\u00c9cole", "ec", False, True),
        ("ends", "North", "th", True, True),
        ("not", "a", "b", True, True),
        ("not", "a", "A", False, True),
        ("not", None, "a", False, True),
        ("contains", ["x", "red"], "ed", True, True),
    ],
)
def test_what_matches(by: Any, held: Any, asked: Any, sure: bool, may: bool) -> None:
    wanted = Comparison("f", "f", by)
    assert surely_matches(wanted, held, asked) is sure
    assert may_match(wanted, held, asked) is may


@pytest.mark.parametrize(("by", "matches"), [("gte", False), ("lt", True)])
def test_decimals_that_are_written_as_text_are_compared_as_numbers(by: Any, matches: bool) -> None:
    wanted = Comparison("price[gte]", "price", by, of_decimals=True)
    assert surely_matches(wanted, "9.50", "10.00") is may_match(wanted, "9.50", "10.00") is matches
    odd: list[Any] = [None, "NaN", "sNaN", "Infinity", True, {}, "dear"]
    assert not any(surely_matches(wanted, held, "10.00") for held in odd)


@pytest.mark.parametrize("odd", ["NaN", "sNaN", "Infinity", "dear"])
def test_decimals_have_an_order_where_all_of_them_are_some(odd: str) -> None:
    amount = {"type": "string", NORMAL: [{"decimal": 2}]}
    assert sorted(sort_keys(amount, ["10.00", "9.50"])) == [Decimal("9.50"), Decimal("10.00")]
    assert sort_keys(amount, ["10.00", odd]) == ["10.00", odd]


def test_all_stands_for_every_field_with_an_order() -> None:
    assert load(WORDS).resources["shelf"].sort == ("id", "name", "label", "opened", "code", "changed_at")


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"a": {"field": "name", "by": "gte"}}, "holds nothing that 'gte' compares"),
        ({"a": {"field": "id", "by": "contains"}}, "holds nothing that 'contains' compares"),
        ({"a": {"field": "name", "by": "not", "map": {"x": "y"}}}, "both 'map' and 'by'"),
        ({"a": {"field": "title", "by": "in"}}, "unknown field 'title'"),
        ({"a": {"field": "name", "by": "like"}}, "'by'"),
    ],
)
def test_a_comparison_that_cannot_be_is_told(said: dict[str, Any], message: str, tmp_path: Path) -> None:
    contract = yaml.safe_load((WORDS / "contract.yaml").read_text(encoding="utf-8"))
    contract["resources"]["shelf"]["filters"] = said
    (tmp_path / "contract.yaml").write_text(yaml.safe_dump(contract), encoding="utf-8")
    for file in (*WORDS.glob("*.json"), *WORDS.glob("*.txt")):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    assert any(message in str(problem) for problem in check(tmp_path))
