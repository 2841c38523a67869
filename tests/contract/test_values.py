"""Values that only the API's owner knows: they are sent, and no others; and patterns as ECMA-262 has them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from restproof.contract.digest import digest
from restproof.contract.load import check, load
from restproof.contract.openapi.export import document
from restproof.contract.openapi.round_trip import kept
from restproof.contract.patterns import is_expression, matches
from restproof.plan.bodies import Bodies
from restproof.plan.ground import Ground
from restproof.plan.inputs import accepted_bodies, out_of_bounds_bodies
from restproof.plan.profile import PROFILES
from restproof.semantics.doubt import doubt
from restproof.semantics.normal import is_sure

WORDS = Path(__file__).parents[1] / "kill" / "contracts" / "words"


def test_only_listed_values_are_sent() -> None:
    contract = load(WORDS)
    book = contract.resources["book"]
    bodies = Bodies(contract, book)
    ground = Ground(contract, book, "create", PROFILES["ci"], bodies)
    made = [bodies.minimal(), bodies.full(), *(case["body"] for case in accepted_bodies(ground))]
    assert {body["isbn"] for body in made} == set((WORDS / "isbns.txt").read_text(encoding="utf-8").split())
    assert {part for body in made for part in body.get("parts", ())} == {"ab-1", "cd-2", "ef-3"}
    assert {body["shelf"] for body in made if body.get("shelf")} == {"QA-076", "BF-311", "PN-145"}
    assert all(
        is_sure(book.properties[name], value) for body in made for name, value in body.items() if "{" not in str(value)
    )
    assert "AA-0000" in [case["body"].get("shelf") for case in out_of_bounds_bodies(ground)]


def test_an_export_keeps_them_and_an_import_gives_them_again(tmp_path: Path) -> None:
    contract = load(WORDS)
    found = kept(document(contract))
    assert found is not None
    words, schemas = found
    (tmp_path / "contract.yaml").write_text(json.dumps(words), encoding="utf-8")
    for name, schema in schemas.items():
        (tmp_path / name).write_text(json.dumps(schema), encoding="utf-8")
    assert digest(load(tmp_path)) == digest(contract)


def written(folder: Path, schema: dict[str, Any], more: str = "", api: str = "") -> Path:
    schema = {"type": "object", "properties": {"id": {"type": "integer", "readOnly": True}, **schema}}
    (folder / "item.json").write_text(json.dumps(schema), encoding="utf-8")
    text = f"contract: c\n{api}resources:\n  item:\n    path: /items\n    schema: item.json\n{more}"
    (folder / "contract.yaml").write_text(text, encoding="utf-8")
    return folder


def test_of_a_format_that_nobody_knows_a_refusal_says_nothing(tmp_path: Path) -> None:
    schema = {"phone": {"type": ["string", "null"], "format": "phone"}, "pin": {"type": "string", "format": "password"}}
    item = load(written(tmp_path, schema)).resources["item"]
    assert "'phone'" in doubt(item, "create", {"phone": "x"})
    assert doubt(item, "create", {"phone": None, "pin": "x"}) == ""
    said = load(written(tmp_path, schema, api="formats: {phone: {examples: [+49 30 1]}}\n")).resources["item"]
    assert doubt(said, "create", {"phone": "+49 30 1"}) == ""


@pytest.mark.parametrize(
    ("more", "api", "message"),
    [
        ("    values: {a: [x1, y]}\n", "", "does not allow 'y'"),
        ("    values: {id: [1]}\n", "", "readOnly"),
        ("    values: {a: none.txt}\n", "", "no schema file 'none.txt'"),
        ("", "formats: {date: {examples: [x]}}\n", "is a format of JSON Schema"),
        ("", "formats: {zip: {pattern: '[0-9]+$', examples: [x]}}\n", "does not match its pattern"),
    ],
)
def test_values_that_cannot_be_are_told(more: str, api: str, message: str, tmp_path: Path) -> None:
    problems = check(written(tmp_path, {"a": {"type": "string", "minLength": 2}}, more, api))
    assert any(message in problem.message for problem in problems), problems
    assert all(problem.place is not None for problem in problems)


@pytest.mark.parametrize(
    ("pattern", "right", "wrong"),
    [
        (r"^\p{Lu}\p{Ll}+$", "\u0141\u00f3d\u017a", "lodz"),
        (r"^[\p{L}'-]+$", "O'Br\u00ecen", "a b"),
        (r"^\P{N}*$", "abc", "a\u0663"),
        (r"^\p{Script=Greek}+$", "\u0391\u03b8", "Ab"),
        (r"(?<year>\d{4})(?<!0000)$", "2024", "0000"),
        (r"^\u{1F3D7}$", "\U0001f3d7", "x"),
    ],
)
def test_patterns_are_read_as_ecma_has_them(pattern: str, right: str, wrong: str) -> None:
    assert is_expression(pattern)
    assert matches(pattern, right)
    assert not matches(pattern, wrong)
