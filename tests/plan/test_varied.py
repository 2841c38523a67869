"""Where a contract leaves open what is unique, every text that has room differs from body to body."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.plan.conftest import drawn

from restproof.contract.load import load
from restproof.plan.bodies import Bodies
from restproof.plan.ground import Ground
from restproof.plan.inputs import accepted_bodies
from restproof.plan.profile import PROFILES
from restproof.plan.symbols import RUN

TEXT = {"type": "string"}
FIELDS: dict[str, Any] = {
    "title": TEXT,
    "note": TEXT,
    "email": {**TEXT, "format": "email"},
    "site": {**TEXT, "format": "uri"},
    "host": {**TEXT, "format": "hostname"},
    "key": {**TEXT, "format": "uuid"},
    "contact": {**TEXT, "examples": ["jane@example.org"]},
    "sku": {**TEXT, "pattern": "^[A-Z]{2}-[0-9]{4}$"},
    "isbn": {**TEXT, "maxLength": 13},
    "plate": {**TEXT, "pattern": "^[A-Za-z0-9-]{6,15}$", "examples": ["A123BB777"]},
}
ALIKE: dict[str, Any] = {
    "size": {"type": "integer"},
    "day": {**TEXT, "format": "date"},
    "kind": {**TEXT, "enum": ["a", "b"]},
    "state": {**TEXT, "examples": ["active"]},
    "country": {**TEXT, "maxLength": 2},
    "colour": {**TEXT, "maxLength": 9, "examples": ["#ff0000"]},
    "phase": {**TEXT, "maxLength": 9, "default": "new"},
    "cipher": {**TEXT, "writeOnly": True},
}


def bodies(folder: Path, *left_open: str) -> Bodies:
    properties = {"id": {"type": "integer", "readOnly": True}, **FIELDS, **ALIKE}
    schema = {"type": "object", "required": [*FIELDS, *ALIKE], "properties": properties}
    (folder / "thing.json").write_text(json.dumps(schema))
    (folder / "contract.yaml").write_text(
        "contract: things\nbase_path: /v1\nauth: none\nresources:\n"
        f"  thing: {{path: /things, schema: thing.json, open: [{', '.join(left_open)}]}}\n"
    )
    made = load(folder)
    return Bodies(made, made.resources["thing"])


@pytest.mark.parametrize("whole", [Bodies.minimal, Bodies.full])
def test_every_text_with_room_is_the_case_s_own(tmp_path: Path, whole: Any) -> None:
    found = bodies(tmp_path, "unique")
    one, two = whole(found), whole(found, "b")
    assert {n for n in one if "{" in str(one[n])} == set(FIELDS)
    assert {n for n in one if one[n] != two[n]} == set(FIELDS)
    assert one["email"] == f"{RUN}@example.com"
    assert one["title"] != one["note"], "a mix-up shows"
    assert {n for n in FIELDS if found.another(n) == found.plain(n)} == set()
    assert found.unique_fields == frozenset(), "no conflict is expected"


def test_where_all_is_said_only_the_mark_differs(tmp_path: Path) -> None:
    one = bodies(tmp_path).minimal()
    assert [n for n in one if "{" in str(one[n])] == ["title"]


def test_drawn_and_enumerated_bodies_are_their_own_too(tmp_path: Path) -> None:
    found = bodies(tmp_path, "unique")
    for body in drawn(found.valid, 3, 5):
        assert set(FIELDS) <= {n for n in body if any(s in str(body[n]) for s in (RUN, "{unique:", "{uuid:"))}
    ground = Ground(found.contract, found.resource, "create", PROFILES["ci"], found)
    first = next(iter(accepted_bodies(ground)))["body"]
    assert RUN in first["title"]
    assert RUN in first["email"]


def test_a_text_whose_pattern_has_room_for_little_more_than_the_token_holds_it(tmp_path: Path) -> None:
    made = bodies(tmp_path, "unique")
    values = {made.minimal(tag)["plate"] for tag in ("", "a", "b", "full", "renamed", "own", "kept")}
    assert len(values) == 7
    assert all(v.startswith(RUN) and len(v) - len(RUN) <= 2 for v in values)


@pytest.mark.parametrize("word", ["unique: [[contact]]", "open: [rules]"])
def test_what_an_example_shows_to_be_an_address_stays_one(word: str, tmp_path: Path) -> None:
    properties = {"id": {"type": "integer", "readOnly": True}, "contact": FIELDS["contact"]}
    schema = {"type": "object", "required": ["contact"], "properties": properties}
    (tmp_path / "thing.json").write_text(json.dumps(schema))
    told = f"contract: c\nauth: none\nresources:\n  thing: {{path: /things, schema: thing.json, {word}}}\n"
    (tmp_path / "contract.yaml").write_text(told)
    made = load(tmp_path)
    assert Bodies(made, made.resources["thing"]).minimal("a")["contact"] in (
        f"{RUN}a@example.com",
        f"{RUN}@example.com",
    )


def others(folder: Path, *left_open: str) -> dict[str, Any]:
    properties = {
        "id": {"type": "integer", "readOnly": True},
        "title": TEXT,
        "stock": {"type": "integer", "examples": [10]},
        "price": {"type": "number", "minimum": 0},
        "rank": {"type": "integer", "maximum": 1},
        "note": TEXT,
        "owner_id": {"type": "integer", "examples": [1]},
    }
    (folder / "thing.json").write_text(json.dumps({"type": "object", "properties": properties}))
    words = f"path: /things, schema: thing.json, open: [{', '.join(left_open)}]"
    (folder / "contract.yaml").write_text(f"contract: things\nauth: none\nresources:\n  thing: {{{words}}}\n")
    made = load(folder)
    found = Bodies(made, made.resources["thing"])
    return {name: found.another(name) for name in properties if name != "id"}


def test_where_not_all_rules_are_known_another_value_is_a_likely_one(tmp_path: Path) -> None:
    found = others(tmp_path, "rules")
    assert found["stock"] == 9
    assert 0 < found["price"] < 100
    assert found["rank"] <= 1
    assert found["note"] != "null"
    assert found["owner_id"] > 10**9, "the next one may be somebody's"
    assert others(tmp_path)["stock"] > 10**9
