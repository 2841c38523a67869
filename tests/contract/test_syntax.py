"""How the order of a list is spelled, and read again."""

from __future__ import annotations

from pathlib import Path

import pytest

from restproof.contract.load import check
from restproof.contract.syntax import QuerySyntax, SortKey

SCHEMA = '{"type": "object", "properties": {"id": {"type": "integer", "readOnly": true}, "name": {"type": "string"}}}'
UP_DOWN = (SortKey("name"), SortKey("size", descending=True))


@pytest.mark.parametrize(
    ("syntax", "query"),
    [
        (QuerySyntax(between=","), {"sort": "name,-size"}),
        (
            QuerySyntax(sort="by", direction="order", ascending="asc", descending="desc", between=","),
            {"by": "name,size", "order": "asc,desc"},
        ),
        (
            QuerySyntax(ascending="{field}:up", descending="{field}:down", between=";"),
            {"sort": "name:up;size:down"},
        ),
        (
            QuerySyntax(sort="order[{field}]", ascending="asc", descending="desc"),
            {"order[name]": "asc", "order[size]": "desc"},
        ),
    ],
)
def test_what_is_spelled_reads_the_same(syntax: QuerySyntax, query: dict[str, str]) -> None:
    assert dict(syntax.order(UP_DOWN)) == query
    assert syntax.keys(query, ["name", "size"]) == UP_DOWN
    assert syntax.keys({}, ["name", "size"]) == ()
    assert syntax.keys(query, ["name"]) is None


def test_a_way_that_is_not_said_is_up_and_one_that_is_unknown_is_none() -> None:
    syntax = QuerySyntax(direction="order", ascending="asc", descending="desc")
    assert syntax.keys({"sort": "name"}, ["name"]) == (SortKey("name"),)
    assert syntax.keys({"sort": "name", "order": "sideways"}, ["name"]) is None
    assert syntax.keys({"sort": "name,name"}, ["name"]) is None


def test_a_parameter_of_one_field_holds_a_word_and_its_name_a_field_that_there_is() -> None:
    syntax = QuerySyntax(sort="order[{field}]", ascending="asc", descending="desc")
    assert syntax.keys({"page": "2"}, ["name"]) == ()
    assert syntax.keys({"order[size]": "asc"}, ["name"]) is None
    assert syntax.keys({"order[name]": "sideways"}, ["name"]) is None
    assert syntax.order_parameters(["name", "size"]) == {"order[name]", "order[size]"}


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("{descending: down}", "'descending' does not say where the field stands"),
        ('{direction: order, descending: "-{field}"}', "'descending' names a field"),
        ('{sort: "order[{field}]", descending: "-{field}"}', "'descending' names a field"),
        ('{sort: "order[{field}]", direction: way}', "'direction' does not go with a parameter for each field"),
        ('{sort: "order[{field}]", between: ","}', "'between' does not go with a parameter for each field"),
    ],
)
def test_words_that_do_not_go_together_are_told_with_their_line(said: str, message: str, tmp_path: Path) -> None:
    text = f"contract: c\nresources:\n  item:\n    path: /items\n    schema: item.json\n    query: {said}\n"
    (tmp_path / "contract.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "item.json").write_text(SCHEMA, encoding="utf-8")
    problem = next(iter(check(tmp_path)))
    assert message in str(problem)
    assert ":6" in str(problem)
