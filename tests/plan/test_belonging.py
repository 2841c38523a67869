"""References that go together: valid bodies name a city of the country beside it, and one that mixes two is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import requests

import restproof
from restproof.contract.load import check, load
from restproof.plan.bodies import Bodies
from restproof.plan.ground import Ground
from restproof.plan.inputs import accepted_bodies, kept_rule_bodies
from restproof.plan.named import reference_bodies
from restproof.plan.profile import PROFILES

ID = {"type": "integer", "readOnly": True}
NAMED: dict[str, Any] = {
    "type": "object",
    "required": ["name"],
    "properties": {"id": ID, "name": {"type": "string", "minLength": 1}},
}
GOOD = {
    ("{ref:country:0}", "{ref:city:0}"),
    ("{ref:country:0}", "{ref:city:1}"),
    ("{ref:country:1}", "{ref:city:other}"),
}


def written(folder: Path, within: str = "country_id", *, below: bool = True) -> Path:
    """A contract of addresses, which name a city and its country. ``below``: the country is the parent of the city,
    else the city refers to it."""
    city: dict[str, Any] = {"path": "/countries/{country}/cities" if below else "/cities", "schema": "city.json"}
    city |= {} if below else {"references": {"of": {"to": "country"}}}
    references = {"country_id": {"to": "country"}, "city_id": {"to": "city", "within": within}}
    resources = {
        "country": {"path": "/countries", "schema": "named.json"},
        "city": city,
        "address": {"path": "/addresses", "schema": "address.json", "references": references},
    }
    integer = {"type": ["integer", "null"]}
    schemas: dict[str, Any] = {
        "named": NAMED,
        "city": {**NAMED, "properties": {**NAMED["properties"], "of": integer}},
        "address": {"type": "object", "properties": {"id": ID, "country_id": integer, "city_id": integer}},
    }
    for name, schema in schemas.items():
        (folder / f"{name}.json").write_text(json.dumps(schema), encoding="utf-8")
    (folder / "contract.yaml").write_text(json.dumps({"contract": "places", "resources": resources}), encoding="utf-8")
    return folder


@pytest.mark.parametrize("operation", ["create", "update"])
def test_valid_bodies_name_what_goes_together(operation: str, tmp_path: Path) -> None:
    contract = load(written(tmp_path))
    address = contract.resources["address"]
    bodies = Bodies(contract, address)
    ground = Ground(contract, address, operation, PROFILES["ci"], bodies)
    made = [bodies.full(), *(case["body"] for cases in (accepted_bodies, kept_rule_bodies) for case in cases(ground))]
    pairs = {(b.get("country_id"), b["city_id"]) for b in made if b.get("city_id") is not None}
    assert pairs <= GOOD
    assert {country for country, _ in pairs} == {"{ref:country:0}", "{ref:country:1}"}
    moved = bodies.adjusted_to_rules({"country_id": "{ref:country:1}"}, bodies.full())
    assert moved == {"country_id": "{ref:country:1}", "city_id": "{ref:city:other}"}


def test_what_lies_in_another_by_a_reference_has_the_parents_of_the_usual_one(tmp_path: Path) -> None:
    contract = load(written(tmp_path, below=False))
    ground = Ground(
        contract,
        contract.resources["address"],
        "create",
        PROFILES["ci"],
        Bodies(contract, contract.resources["address"]),
    )
    named = {case["body"].get("city_id") for case in (*accepted_bodies(ground), *reference_bodies(ground))}
    assert {"{ref:city:0}", "{ref:city:apart}"} <= named
    assert "{ref:city:other}" not in named


def test_of_an_id_nobody_knows_what_lies_in_it(tmp_path: Path) -> None:
    contract = load(written(tmp_path, below=False))
    city, bodies = (Bodies(contract, contract.resources[name]) for name in ("city", "address"))
    assert city.lying()["of"] == "{ref:country:0}", "so that what is made for a case goes with the usual one"
    named = bodies.adjusted_to_rules(bodies.full(), fixed={"city_id": 7})
    assert named == {**bodies.full(), "city_id": 7, "country_id": "{ref:country:0}"}
    assert bodies.adjusted_to_rules(bodies.full(), fixed={"country_id": 7}) == {"country_id": 7}


@pytest.mark.parametrize("below", [True, False])
def test_a_body_that_mixes_two_is_a_case_of_its_own_and_the_sandbox_refuses_it(below: bool, tmp_path: Path) -> None:
    contract = load(written(tmp_path, below=below))
    address = contract.resources["address"]
    ground = Ground(contract, address, "create", PROFILES["ci"], Bodies(contract, address))
    mixed = [case["body"] for case in reference_bodies(ground) if case["note"] == "one of another country_id"]
    assert len(mixed) == 2
    assert not {(b["country_id"], b["city_id"]) for b in mixed} & GOOD
    assert contract.ties == ({} if below else {"city": {"of": "country"}})
    with restproof.stub(tmp_path) as stub:

        def made(path: str, **body: Any) -> Any:
            return requests.post(f"{stub.base_url}{path}", json=body)

        one, two = (made("/countries", name=name).json()["id"] for name in ("Italy", "Spain"))
        rome = made(f"/countries/{one}/cities" if below else "/cities", name="Rome", of=one).json()["id"]
        told = [made("/addresses", country_id=country, city_id=rome) for country in (one, two)]
        assert [answer.status_code for answer in told] == [201, 422]
        url = f"{stub.base_url}/addresses/{told[0].json()['id']}"
        assert requests.patch(url, json={"country_id": two}).status_code == 422


def test_no_time_is_asked_to_move_by_one_of_two_that_go_together(tmp_path: Path) -> None:
    contract = json.loads((written(tmp_path) / "contract.yaml").read_text(encoding="utf-8"))
    contract["resources"]["address"]["touched"] = ["changed_at"]
    (tmp_path / "contract.yaml").write_text(json.dumps(contract), encoding="utf-8")
    address = json.loads((tmp_path / "address.json").read_text(encoding="utf-8"))
    changed = {"type": "string", "format": "date-time", "readOnly": True}
    address["properties"] |= {"street": {"type": "string"}, "changed_at": changed}
    (tmp_path / "address.json").write_text(json.dumps(address), encoding="utf-8")
    run = restproof.run(tmp_path, only=("update.touches-updated-at",), cwd=tmp_path)
    assert run.exit_code == 0, run.failures


@pytest.mark.parametrize(
    ("within", "message"), [("land_id", "'land_id' is no reference"), ("city_id", "is no reference")]
)
def test_what_does_not_go_together_is_told(within: str, message: str, tmp_path: Path) -> None:
    assert any(message in str(problem) for problem in check(written(tmp_path, within)))
    contract = json.loads((written(tmp_path) / "contract.yaml").read_text(encoding="utf-8"))
    contract["resources"]["city"]["path"] = "/cities"
    (tmp_path / "contract.yaml").write_text(json.dumps(contract), encoding="utf-8")
    assert any("nothing says in which 'country' a 'city' lies" in str(problem) for problem in check(tmp_path))
