"""Whatever characters and values a document holds, what is written of it can be read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from restproof.contract.load import check, load
from restproof.contract.openapi.imported import imported
from restproof.contract.openapi.reading import read_file
from restproof.contract.openapi.written import on_one_line, write
from restproof.errors import ContractError

from .test_sharing import shop

HALF = "\ud800"
"""Half of a character (a lone surrogate), which JSON can name by an escape."""
UNPRINTED = ["\n", "\0", "\x1b[2J", "\x85", "\u2028", "\ufeff", HALF]


def order(**members: Any) -> dict[str, Any]:
    document = shop()
    document["components"]["schemas"]["Order"]["properties"] |= members
    return document


def brought(folder: Path, document: dict[str, Any]) -> Path:
    (folder / "shop.json").write_text(json.dumps(document), encoding="utf-8")
    return write(imported(folder / "shop.json", "shop"), folder / "shop", "shop.json")


@pytest.mark.parametrize("odd", UNPRINTED)
def test_what_is_left_out_is_told_on_one_line_whatever_it_is_called(odd: str, tmp_path: Path) -> None:
    document = order(tag={"type": f"x{odd}y"})
    document["paths"][f"/a{odd}b"] = {"get": {"responses": {}}}
    document["paths"]["/orders"]["get"]["parameters"] = [{"name": f"q{odd}", "in": "query", "schema": {"type": "null"}}]
    document["servers"] = [{"url": f"https://x/{{v{odd}}}"}]
    document["info"]["title"] = f"a shop{odd}"
    file = brought(tmp_path, document)
    assert check(file) == []
    comments = [line for line in file.read_text(encoding="utf-8").split("\n") if "#" in line]
    assert all(line.isprintable() for line in comments)


@pytest.mark.parametrize("odd", UNPRINTED)
def test_where_a_line_comes_from_is_told_on_it(odd: str, tmp_path: Path) -> None:
    document = shop()
    document["paths"] |= {p.replace("/orders", f"/or{odd}ders"): said for p, said in document["paths"].items()}
    document["components"]["securitySchemes"] = {f"k{odd}": {"type": "apiKey", "in": "header", "name": "X-K"}}
    document["security"] = [{f"k{odd}": []}]
    assert check(brought(tmp_path, document)) == []


def test_what_prints_stays_as_it_is() -> None:
    assert on_one_line("größe – 日本 \\n '😀'") == "größe – 日本 \\n '😀'"
    assert on_one_line("a\n\x1b\ud800b") == "a\\n\\x1b\\ud800b"


def test_half_of_a_character_is_read_as_one_that_stands_for_it(tmp_path: Path) -> None:
    file = tmp_path / "some.json"
    file.write_text(r'{"a": "\ud83d\ude00 \ud83d \\ud83d \ude00\ud83d\ude00 \n", "\udfff": 1}', encoding="utf-8")
    assert read_file(file).value == {"a": "😀 \ufffd \\ud83d \ufffd😀 \n", "\ufffd": 1}
    said = {"enum": ["a", HALF]}, {"type": "string", "example": HALF}, {"type": "string", "pattern": f"^[a{HALF}]$"}
    document = order(**{f"m{n}{HALF}": schema for n, schema in enumerate(said)})
    assert check(brought(tmp_path, document)) == []


def test_halves_of_characters_are_read_in_yaml_too(tmp_path: Path) -> None:
    file = tmp_path / "some.yaml"
    file.write_text(r'a: "\ud83d\ude00 \ud83d \\ud83d \x41"', encoding="utf-8")
    assert read_file(file).value == {"a": "😀 \ufffd \\ud83d A"}
    file.write_text(r'a: "\ud8"', encoding="utf-8")
    with pytest.raises(ContractError, match="this is not YAML"):
        read_file(file)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "integer", "enum": [1, 2], "minimum": 5},
        {"type": "string", "enum": ["a"], "pattern": "^b$"},
        {"allOf": [{"type": "integer", "enum": [1, 2]}, {"minimum": 5}]},
        {"allOf": [{"enum": ["a"]}, {"type": "integer"}]},
    ],
)
@pytest.mark.parametrize("at", ["Order", "Address"])
def test_an_enumeration_of_which_no_value_is_allowed_costs_its_member(
    schema: dict[str, Any], at: str, tmp_path: Path
) -> None:
    document = shop()
    document["components"]["schemas"][at]["properties"]["tag"] = schema
    file = brought(tmp_path, document)
    assert check(file) == []
    order = load(file).resources["order"].schema["properties"]
    tag = order.get("tag") if at == "Order" else order["to"]["properties"].get("tag")
    assert tag is None or tag.get("readOnly") or not tag


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "integer", "default": "x"},
        {"anyOf": [{"type": "integer", "default": "x"}, {"type": "null"}]},
        {"type": "string", "enum": ["a", "b"], "default": "c"},
    ],
)
@pytest.mark.parametrize("only", [{}, {"readOnly": True}])
def test_a_default_that_its_schema_does_not_allow_is_none(
    schema: dict[str, Any], only: dict[str, Any], tmp_path: Path
) -> None:
    file = brought(tmp_path, order(tag={**schema, **only}))
    assert check(file) == []
    tag = load(file).resources["order"].schema["properties"]["tag"]
    assert "default" not in json.dumps(dict(tag))
