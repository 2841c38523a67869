"""References inside of a field: bodies name what is there, and one that names nothing is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from restproof.contract.load import check, load
from restproof.plan.bodies import Bodies
from restproof.plan.ground import Ground
from restproof.plan.inputs import accepted_bodies, out_of_bounds_bodies
from restproof.plan.named import reference_bodies
from restproof.plan.profile import PROFILES
from restproof.semantics.validate import Validation

WORDS = Path(__file__).parents[1] / "kill" / "contracts" / "words"
CONTRACT = load(WORDS)
SLIP = CONTRACT.resources["slip"]
BODIES = Bodies(CONTRACT, SLIP)


def ids_in(body: dict[str, Any]) -> list[Any]:
    owner = [body["owner"]["id"]] if isinstance(body.get("owner"), dict) and "id" in body["owner"] else []
    return owner + [
        line["shelf_id"] for line in body.get("lines") or () if isinstance(line, dict) and "shelf_id" in line
    ]


def test_valid_bodies_name_what_is_there() -> None:
    ground = Ground(CONTRACT, SLIP, "create", PROFILES["ci"], BODIES)
    made = [BODIES.full(), BODIES.other_values(), *(c["body"] for c in accepted_bodies(ground))]
    found = [id for body in made for id in ids_in(body)]
    assert len(found) > 4
    assert all(str(id).startswith("{ref:") for id in found)


def test_what_is_no_id_stays_and_what_is_one_names_something() -> None:
    ground = Ground(CONTRACT, SLIP, "create", PROFILES["ci"], BODIES)
    found = [id for case in out_of_bounds_bodies(ground) for id in ids_in(case["body"])]
    assert {id for id in found if isinstance(id, int)} <= {0, -1}
    assert any(str(id).startswith("{ref:") for id in found)


def test_one_that_names_nothing_is_a_case_of_its_own() -> None:
    ground = Ground(CONTRACT, SLIP, "create", PROFILES["ci"], BODIES)
    notes = {case["note"]: case["body"] for case in reference_bodies(ground)}
    assert notes["an id that names nothing, at owner.id"]["owner"]["id"] == "{ref:contact:none}"
    fields = {"owner": {"id": 7}, "lines": [{"shelf_id": 1}, {"shelf_id": 9}]}
    refused = Validation(SLIP).references(fields, lambda resource, id: id == 1)
    assert [(r.case, r.field) for r in refused] == [("reference", "owner"), ("reference", "lines")]


@pytest.mark.parametrize(
    ("references", "message"),
    [
        ({"owner.ident": {"to": "contact"}}, "has no 'ident' there"),
        ({"lines.shelf_id": {"to": "shelf"}}, "which the schema contradicts"),
        ({"owner.id": {"to": "nobody"}}, "unknown resource 'nobody'"),
        ({"owner.id": {"to": "contact", "on_delete": "clear"}}, "inside a field"),
    ],
)
def test_a_place_that_is_none_is_told(references: dict[str, Any], message: str, tmp_path: Path) -> None:
    contract = yaml.safe_load((WORDS / "contract.yaml").read_text(encoding="utf-8"))
    contract["resources"]["slip"]["references"] = references
    (tmp_path / "contract.yaml").write_text(json.dumps(contract), encoding="utf-8")
    for file in (*WORDS.glob("*.json"), *WORDS.glob("*.txt")):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    assert any(message in str(problem) for problem in check(tmp_path))


@pytest.mark.parametrize(("said", "wanted"), [({}, True), ({"within": "anywhere"}, False)])
def test_what_lives_under_another_parent_is_named_where_it_must_not_be(
    said: dict[str, str], wanted: bool, tmp_path: Path
) -> None:
    properties = {
        "id": {"type": "integer", "readOnly": True},
        "title": {"type": "string"},
        "after": {"type": "integer"},
    }
    (tmp_path / "task.json").write_text(json.dumps({"type": "object", "properties": properties}))
    task = {"path": "/plans/{plan}/tasks", "schema": "task.json", "references": {"after": {"to": "task", **said}}}
    contract = {"contract": "plans", "resources": {"plan": {"path": "/plans", "operations": []}, "task": task}}
    (tmp_path / "contract.yaml").write_text(yaml.safe_dump(contract))
    loaded = load(tmp_path)
    found = loaded.resources["task"]
    ground = Ground(loaded, found, "create", PROFILES["ci"], Bodies(loaded, found))
    assert ("an id under another parent" in {case["note"] for case in reference_bodies(ground)}) == wanted
