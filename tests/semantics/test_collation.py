"""Which of two texts stands first: by what the contract says, and where it says nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from restproof.contract.load import load
from restproof.contract.syntax import SortKey
from restproof.semantics.collation import is_before
from restproof.semantics.ordering import Order

TURNED = ("2024-01-01T01:00:00+02:00", "2024-01-01T00:00:00Z")
"""Two moments, of which the first is the greater text."""


@pytest.mark.parametrize(
    ("one", "other", "first"),
    [
        ("alley", "bay", {None, "code-points", "utf-16", "no-case"}),
        ("bay", "bay 2", {None, "code-points", "utf-16", "no-case"}),
        ("bay 1", "bay 2", {None, "code-points", "utf-16", "no-case"}),
        ("bay 9", "bay x", {None, "code-points", "utf-16", "no-case"}),
        ("Bay", "alley", {"code-points", "utf-16"}),
        ("alley", "Bay", {"no-case"}),
        ("bay 1x", "bay 10", set()),
        ("bay 10", "bay 1x", {"code-points", "utf-16", "no-case"}),
        ("bay 10", "bay 11", {None, "code-points", "utf-16", "no-case"}),
        ("bay 10", "bay 9", {"code-points", "utf-16", "no-case"}),
        ("bay 9", "bay 10", set()),
        ("-1.5", "-1.7", {"code-points", "utf-16", "no-case"}),
        ("-1", "-12", {"code-points", "utf-16", "no-case"}),
        ("1", "1.0", {"code-points", "utf-16", "no-case"}),
        ("01.02.2024", "02.01.2024", {"code-points", "utf-16", "no-case"}),
        ("1.10.2", "1.10.3", {"code-points", "utf-16", "no-case"}),
        ("15", "17", {None, "code-points", "utf-16", "no-case"}),
        ("chata", "dum", {"code-points", "utf-16", "no-case"}),
        ("chata", "jih", {None, "code-points", "utf-16", "no-case"}),
        ("aabc", "zz", {"code-points", "utf-16", "no-case"}),
        ("cs", "cz", {"code-points", "utf-16", "no-case"}),
        ("tuba", "zebra", {"code-points", "utf-16", "no-case"}),
        ("ruby", "zebra", {None, "code-points", "utf-16", "no-case"}),
        ("ab", "a-c", set()),
        ("a-c", "ab", {"code-points", "utf-16", "no-case"}),
        ("f", "\u00e9", {"code-points", "utf-16"}),
        ("\uff5e", "\U0001f3d7", {"code-points"}),
        ("\U0001f3d7", "\uff5e", {"utf-16"}),
        ("a_", "aB", set()),
        ("aB", "a_", {"code-points", "utf-16"}),
        ("bay", "bay!", {"code-points", "utf-16", "no-case"}),
        ("bay", "bay", set()),
    ],
)
def test_a_text_stands_first_only_where_that_is_sure(one: str, other: str, first: set[str | None]) -> None:
    assert {c for c in (None, "code-points", "utf-16", "no-case") if is_before(one, other, c)} == first


def order_of(folder: Path, schema: dict[str, Any], *keys: SortKey, **query: str) -> Order:
    item = {"path": "/items", "schema": "item.json", "query": query}
    shape = {"type": "object", "properties": {"id": {"type": "integer"}, "at": {"type": "integer"}, "by": schema}}
    (folder / "contract.yaml").write_text(yaml.safe_dump({"contract": "mini", "resources": {"item": item}}))
    (folder / "item.json").write_text(json.dumps(shape))
    return Order(load(folder / "contract.yaml").resources["item"], keys)


@pytest.mark.parametrize(
    ("schema", "query", "rows", "holds", "tells"),
    [
        ({"type": "string"}, {}, ["bay", "alley"], False, True),
        ({"type": "string"}, {}, ["Bay", "alley"], True, False),
        ({"type": "string"}, {}, ["bay", "Bay", "alley"], False, True),
        ({"type": "string"}, {"collation": "code-points"}, ["alley", "Bay"], False, True),
        ({"type": "string"}, {"collation": "no-case"}, ["b", "A", "a"], False, True),
        ({"type": "string", "format": "uuid"}, {}, ["b", "a"], True, False),
        ({"type": "string", "format": "date"}, {}, ["2024-02-01", "2024-01-31"], False, True),
        (
            {"type": "string", "format": "date-time"},
            {},
            [*TURNED],
            True,
            True,
        ),
        ({"enum": ["open", "closed"]}, {}, ["open", "closed"], True, False),
        ({"enum": ["a", "b"]}, {}, ["b", "a"], False, True),
        ({"enum": ["open", "closed"]}, {"collation": "code-points"}, ["open", "closed"], False, True),
        ({"type": "integer"}, {}, [2, 10, 9], False, True),
        ({"type": "integer"}, {}, [2, 2], True, False),
        ({"type": ["integer", "string", "null"]}, {}, [2, "a", None, 1], False, True),
        ({"type": ["integer", "string", "null"]}, {}, [2, "a", None, 10], True, True),
    ],
)
def test_an_order_is_broken_only_where_two_values_surely_stand_the_other_way_round(
    schema: dict[str, Any], query: dict[str, str], rows: list[Any], holds: bool, tells: bool, tmp_path: Path
) -> None:
    order = order_of(tmp_path, schema, SortKey("by"), **query)
    assert (order.holds([(v,) for v in rows]), order.tells([(v,) for v in rows])) == (holds, tells)
    turned = order_of(tmp_path, schema, SortKey("by", descending=True), **query)
    assert turned.holds([(v,) for v in reversed(rows)]) == holds


def test_of_several_keys_the_first_counts_in_which_two_rows_differ(tmp_path: Path) -> None:
    order = order_of(tmp_path, {"type": "string"}, SortKey("at"), SortKey("by", descending=True))
    assert order.holds([(1, "b"), (1, "a"), (2, "c")])
    assert not order.holds([(1, "a"), (1, "b"), (2, "c")])
    assert not order.holds([(2, "b"), (1, "a")])
