"""OpenAPI from a contract, and the contract back from it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from openapi_spec_validator import OpenAPIV31SpecValidator
from tests.generated.contracts import drawn

from restproof.cli.main import restproof
from restproof.contract.digest import digest
from restproof.contract.load import check, load
from restproof.contract.model import Contract
from restproof.contract.openapi.export import document
from restproof.contract.openapi.imported import imported
from restproof.contract.openapi.written import write

ROOT = Path(__file__).parents[2]
CONTRACTS = sorted(
    [
        *(ROOT / "contracts").glob("*/contract.yaml"),
        *(ROOT / "tests" / "generated" / "contracts").glob("*/contract.yaml"),
    ]
)
PROCORE = load(ROOT / "contracts" / "procore")


def there_and_back(exported: dict[str, Any], name: str, folder: Path) -> Contract:
    """The contract that comes of a document; sound."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "openapi.json").write_text(json.dumps(exported), encoding="utf-8")
    back = write(imported(folder / "openapi.json", name), folder / "back", "openapi.json")
    assert check(back) == []
    return load(back)


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


# ---------------------------------------------------------------------- export


@pytest.mark.parametrize("file", CONTRACTS, ids=lambda file: file.parent.name)
def test_the_document_of_every_contract_is_valid(file: Path) -> None:
    found = document(load(file))
    assert [e.message for e in OpenAPIV31SpecValidator(found).iter_errors()] == []
    for ref in references(found):
        assert ref.removeprefix("#/components/schemas/") in found["components"]["schemas"]


@pytest.mark.parametrize("file", CONTRACTS, ids=lambda file: file.parent.name)
def test_every_operation_of_a_contract_has_its_place_in_the_document(file: Path) -> None:
    contract = load(file)
    ids = {
        o["operationId"] for entry in document(contract)["paths"].values() for o in entry.values() if "operationId" in o
    }
    for resource in contract:
        for operation in resource.operations:
            merged = operation == "replace" and f"create_{resource.name}" in ids  # one PUT for both
            assert f"{operation}_{resource.name}" in ids or merged


def test_a_parent_is_in_the_query_of_a_read_and_in_the_body_of_a_create() -> None:
    paths = document(PROCORE)["paths"]
    read = paths["/offices/{office_id}"]["get"]["parameters"]
    assert {"name": "company_id", "in": "query", "required": True, "schema": {"type": "integer", "minimum": 1}} in read
    body = paths["/offices"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert body["required"] == ["company_id", "office"]
    assert body["additionalProperties"] is False
    assert body["properties"]["office"] == {"$ref": "#/components/schemas/OfficeCreate"}


def test_a_list_has_its_pages_its_order_and_its_filters() -> None:
    listed = {p["name"]: p for p in document(PROCORE)["paths"]["/projects"]["get"]["parameters"]}
    assert listed["per_page"]["schema"] == {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}
    assert listed["page"]["schema"]["minimum"] == 1
    assert listed["filters[id]"]["schema"] == {"type": "integer"}
    assert "-created_at" in listed["sort"]["schema"]["enum"]
    assert listed["filters[by_status]"]["schema"] == {"enum": ["All", "Active", "Inactive"]}
    assert listed["Procore-Company-Id"]["in"] == "header"


def test_a_request_holds_what_a_client_sets_and_a_response_what_is_shown() -> None:
    schemas = document(PROCORE)["components"]["schemas"]
    assert "id" not in schemas["OfficeCreate"]["properties"]
    assert "id" in schemas["Office"]["properties"]
    assert schemas["OfficeCreate"]["required"] == list(PROCORE.resources["office"].shapes.create["required"])
    assert "required" not in schemas["OfficeUpdate"]


def test_a_body_is_closed_only_where_an_unknown_field_is_refused(tmp_path: Path) -> None:
    assert document(PROCORE)["components"]["schemas"]["OfficeCreate"]["additionalProperties"] is False
    minimal = load(ROOT / "tests" / "generated" / "contracts" / "minimal")
    assert "additionalProperties" not in document(minimal)["components"]["schemas"]["ItemCreate"]


def test_statuses_are_those_of_the_contract() -> None:
    post = document(PROCORE)["paths"]["/offices"]["post"]["responses"]
    assert {"201", "400", "401", "403", "404", "406", "409", "429"} <= set(post)
    assert set(document(PROCORE)["paths"]["/offices/{office_id}"]["delete"]["responses"]) >= {"200", "204", "404"}
    assert not [c for c in post if c.endswith("XX")]  # a range would say that any refusal is right


def test_a_created_resource_leads_to_what_can_be_done_with_it() -> None:
    links = document(PROCORE)["paths"]["/offices"]["post"]["responses"]["201"]["links"]
    assert links["read_office"]["parameters"] == {
        "path.office_id": "$response.body#/id",
        "query.company_id": "$request.body#/company_id",
    }


def test_credentials_are_a_security_scheme() -> None:
    found = document(load(ROOT / "contracts" / "powerdns"))
    assert found["components"]["securitySchemes"] == {
        "api_key": {"type": "apiKey", "in": "header", "name": "X-API-Key"}
    }
    assert found["security"] == [{"api_key": []}]


def test_what_needs_no_credential_is_said_to_be_public() -> None:
    found = document(load(ROOT / "tests" / "generated" / "contracts" / "minimal"))
    assert found["security"] == []
    assert "securitySchemes" not in found["components"]


def test_what_a_list_leaves_out_is_not_in_its_entries() -> None:
    schemas = document(load(ROOT / "contracts" / "powerdns"))["components"]["schemas"]
    assert "key" in schemas["Tsigkey"]["properties"]
    assert "key" not in schemas["TsigkeyEntry"]["properties"]


def test_export_writes_a_file(tmp_path: Path) -> None:
    told = CliRunner().invoke(restproof, ["export", "openapi", "procore", "--out", str(tmp_path / "new" / "api.json")])
    assert told.exit_code == 0, told.output
    assert json.loads((tmp_path / "new" / "api.json").read_text(encoding="utf-8"))["openapi"] == "3.1.0"


# --------------------------------------------------------------- and back again


@pytest.mark.parametrize("file", CONTRACTS, ids=lambda file: file.parent.name)
def test_a_contract_comes_back_as_it_was(file: Path, tmp_path: Path) -> None:
    contract = load(file)
    back = there_and_back(document(contract), contract.name, tmp_path)
    assert digest(back) == digest(contract)


@pytest.mark.parametrize("number", [*range(1, 7), 12, 23])
def test_a_contract_that_nobody_wrote_comes_back_as_it_was(number: int, tmp_path: Path) -> None:
    contract = load(drawn(number).write(tmp_path / "drawn"))
    exported = document(contract)
    assert [e.message for e in OpenAPIV31SpecValidator(exported).iter_errors()] == []
    assert digest(there_and_back(exported, contract.name, tmp_path)) == digest(contract)


@pytest.mark.parametrize("file", CONTRACTS, ids=lambda file: file.parent.name)
def test_a_document_that_was_changed_since_is_read_for_itself(file: Path, tmp_path: Path) -> None:
    """What it says outside ``x-restproof`` counts, and the resources that it has are found."""
    contract = load(file)
    exported = document(contract)
    exported["info"]["title"] = "Changed"
    back = there_and_back(exported, contract.name, tmp_path)
    assert back.title == "Changed"
    shared = back.resources.keys() & contract.resources.keys()
    assert len(shared) * 2 > len(contract.resources)
    for name in shared:
        assert set(back.resources[name].operations) <= set(contract.resources[name].operations)


def test_a_version_is_of_the_type_in_which_it_is_shown_and_needed_once(tmp_path: Path) -> None:
    text, number = {"type": "string"}, {"type": "integer", "minimum": 1}
    sys = {"type": "object", "readOnly": True, "properties": {"version": number}}
    own = {"id": {**number, "readOnly": True}, "name": text, "rev": {**text, "readOnly": True}, "sys": sys}
    sent = {"type": "object", "properties": {"name": text, "rev": text}}
    schemas = {
        "response": {"type": "object", "properties": own},
        "create": sent,
        "update": {**sent, "required": ["rev"]},
    }
    for side, schema in schemas.items():
        (tmp_path / f"{side}.json").write_text(json.dumps(schema))
    files = {side: f"{side}.json" for side in schemas}
    versions = {"letter": "rev", "note": {"field": "sys.version", "in": "header", "name": "X-Version"}}
    resources = {
        name: {"path": f"/{name}s", "schema": files, "conditional": {"version": version}}
        for name, version in versions.items()
    }
    (tmp_path / "contract.yaml").write_text(json.dumps({"contract": "c", "resources": resources}))
    found = document(load(tmp_path))
    assert found["components"]["schemas"]["LetterUpdate"]["required"] == ["rev"]
    [named] = [p for p in found["paths"]["/notes/{note_id}"]["patch"]["parameters"] if p["name"] == "X-Version"]
    assert named["schema"] == number


def test_a_list_that_is_a_map_is_one_in_the_document(tmp_path: Path) -> None:
    (tmp_path / "contract.yaml").write_text(
        "contract: mini\nresources:\n  item: {path: /items, schema: item.json, envelope: {list: items, keyed: true}}\n"
    )
    schema = {"type": "object", "properties": {"id": {"type": "integer"}, "title": {"type": "string"}}}
    (tmp_path / "item.json").write_text(json.dumps(schema))
    exported = document(load(tmp_path))
    listed = exported["paths"]["/items"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    entry = {"$ref": "#/components/schemas/ItemEntry"}
    assert listed["properties"]["items"] == {"type": "object", "additionalProperties": entry}
    assert exported["components"]["schemas"]["ItemEntry"]["required"] == ["title"]
    assert digest(there_and_back(exported, "mini", tmp_path / "back")) == digest(load(tmp_path))
