"""OpenAPI from a contract, and a contract from OpenAPI."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from openapi_spec_validator import OpenAPIV31SpecValidator

from restproof.cli.main import restproof, run
from restproof.contract.load import check, load
from restproof.contract.model import Contract
from restproof.contract.openapi.export import document
from restproof.contract.openapi.imported import Imported, imported
from restproof.errors import ContractError

ROOT = Path(__file__).parents[2]
CONTRACTS = sorted(
    [
        *(ROOT / "contracts").glob("*/contract.yaml"),
        *(ROOT / "tests" / "generated" / "contracts").glob("*/contract.yaml"),
    ]
)
PROCORE = load(ROOT / "contracts" / "procore")


def write(folder: Path, found: Imported) -> Path:
    """What ``restproof import`` writes; the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "contract.yaml").write_text(yaml.safe_dump(found.contract, sort_keys=False), encoding="utf-8")
    for name, schema in found.schemas.items():
        (folder / name).write_text(json.dumps(schema), encoding="utf-8")
    return folder


def there_and_back(contract: Contract, folder: Path) -> Contract:
    """The contract that comes of the document of ``contract``; sound."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "openapi.json").write_text(json.dumps(document(contract)), encoding="utf-8")
    back = write(folder / "back", imported(folder / "openapi.json", contract.name))
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


def test_what_a_list_leaves_out_is_not_in_its_entries() -> None:
    schemas = document(load(ROOT / "contracts" / "powerdns"))["components"]["schemas"]
    assert "key" in schemas["Tsigkey"]["properties"]
    assert "key" not in schemas["TsigkeyEntry"]["properties"]


def test_export_writes_a_file(tmp_path: Path) -> None:
    told = CliRunner().invoke(restproof, ["export", "openapi", "procore", "--out", str(tmp_path / "new" / "api.json")])
    assert told.exit_code == 0, told.output
    assert json.loads((tmp_path / "new" / "api.json").read_text(encoding="utf-8"))["openapi"] == "3.1.0"


# ---------------------------------------------------------------------- import


@pytest.mark.parametrize("file", CONTRACTS, ids=lambda file: file.parent.name)
def test_what_was_exported_comes_back(file: Path, tmp_path: Path) -> None:
    """The same resources, operations, methods, ids and writable fields; and what is required of a create."""
    contract = load(file)
    back = there_and_back(contract, tmp_path)
    assert set(back.resources) == set(contract.resources)
    for resource in back:
        own = contract.resources[resource.name]
        merged = {"replace"} if own.methods["create"] == "PUT" and own.supports("create") else set()
        assert set(resource.operations) == set(own.operations) - merged, resource.name
        assert {o: resource.method(o) for o in resource.operations} == {o: own.method(o) for o in resource.operations}
        assert resource.id.type == own.id.type, resource.name
        if not resource.operations:
            continue
        assert resource.id.field == own.id.field
        for operation in set(resource.operations) & {"create", "update", "replace"}:
            shape, before = getattr(resource.shapes, operation), getattr(own.shapes, operation)
            assert set(shape["properties"]) == set(before["properties"]), (resource.name, operation)
            assert set(shape.get("required", ())) == set(before.get("required", ())), (resource.name, operation)
        assert {p.resource for p in resource.path_parents} == {p.resource for p in own.path_parents}


def test_the_bundled_contract_comes_back_with_its_pages_parents_and_envelopes(tmp_path: Path) -> None:
    back = there_and_back(PROCORE, tmp_path)
    for resource in back:
        own = PROCORE.resources[resource.name]
        assert resource.parents == own.parents
        assert resource.path == own.path
        assert resource.envelope == own.envelope
        assert resource.sort == own.sort
        assert set(resource.filters) == {f for f in own.filters if own.filters[f].values is None}
        assert resource.create_only == own.create_only
        assert resource.sparse == own.sparse
        for field, schema in own.shapes.create["properties"].items():
            assert resource.shapes.create["properties"][field] == schema, (resource.name, field)
        assert (resource.paging.style, resource.paging.max, resource.paging.default) == ("page", 1000, 100)
    assert back.auth == PROCORE.auth
    assert back.base_path == PROCORE.base_path
    assert back.errors is not None
    for case in ("created", "deleted"):
        assert back.resources["office"].status(case) == PROCORE.resources["office"].status(case)


PETS = """
openapi: 3.0.3
info: {title: Pets, version: "2"}
servers: [{url: "https://api.example.com/v2/"}]
security: [{token: []}]
components:
  securitySchemes:
    token: {type: http, scheme: Bearer}
  parameters:
    limit: {name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 50, default: 20}}
  schemas:
    Base:
      type: object
      required: [id]
      properties: {id: {type: string, format: uuid, readOnly: true}}
    Pet:
      allOf:
        - {$ref: "#/components/schemas/Base"}
        - type: object
          required: [name]
          properties:
            name: {type: string, maxLength: 20, example: Rex}
            age: {type: integer, nullable: true, minimum: 0, exclusiveMinimum: true}
            secret: {type: string, writeOnly: true}
            mother: {$ref: "#/components/schemas/Pet"}
paths:
  /owners/{ownerId}/pets:
    parameters: [{name: ownerId, in: path, required: true, schema: {type: integer}}]
    get:
      parameters:
        - {$ref: "#/components/parameters/limit"}
        - {name: offset, in: query, schema: {type: integer}}
        - {name: name, in: query, schema: {type: string}}
        - {name: q, in: query, schema: {type: string}}
      responses:
        200:
          content:
            application/json:
              schema:
                type: object
                properties:
                  total: {type: integer}
                  items: {type: array, items: {$ref: "#/components/schemas/Pet"}}
    post:
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Pet"}}}}
      responses:
        "201": {content: {application/json: {schema: {$ref: "#/components/schemas/Pet"}}}}
        "422": {description: invalid}
  /owners/{ownerId}/pets/{petId}:
    parameters:
      - {name: ownerId, in: path, required: true, schema: {type: integer}}
      - {name: petId, in: path, required: true, schema: {type: string, format: uuid}}
    get:
      responses: {"200": {content: {application/json: {schema: {$ref: "#/components/schemas/Pet"}}}}}
    delete: {responses: {"202": {description: gone soon}}}
  /owners/{ownerId}/pets/{petId}/feed:
    post: {responses: {"204": {description: fed}}}
  /health:
    get: {responses: {"200": {content: {application/json: {schema: {type: object}}}}}}
"""


def pets(tmp_path: Path) -> Imported:
    (tmp_path / "pets.yaml").write_text(PETS, encoding="utf-8")
    return imported(tmp_path / "pets.yaml", "pets")


def test_a_document_of_somebody_else_becomes_a_sound_contract(tmp_path: Path) -> None:
    folder = write(tmp_path / "contract", pets(tmp_path))
    assert check(folder) == []
    contract = load(folder)
    assert set(contract.resources) == {"owner", "pet"}
    assert contract.resources["owner"].operations == ()
    assert contract.resources["owner"].id.type == "integer"
    pet = contract.resources["pet"]
    assert pet.path == "/owners/{owner}/pets"
    assert pet.operations == ("list", "create", "read", "delete")
    assert (pet.id.field, pet.id.type) == ("id", "uuid")
    assert (contract.base_path, contract.transport, contract.auth.scheme) == ("/v2", "https", "bearer")
    assert pet.envelope.list == "items"
    assert (pet.paging.style, pet.paging.size, pet.paging.default, pet.paging.max) == ("offset", "limit", 20, 50)
    assert set(pet.filters) == {"name"}
    assert pet.status("deleted").codes == {202}
    assert pet.status("invalid").codes == {422}


def test_schemas_of_openapi_3_0_become_those_of_2020_12(tmp_path: Path) -> None:
    properties = pets(tmp_path).schemas["pet.json"]["properties"]
    assert properties["age"] == {"type": ["integer", "null"], "exclusiveMinimum": 0}
    assert properties["name"] == {"type": "string", "maxLength": 20}
    assert properties["secret"] == {"type": "string", "writeOnly": True}
    assert properties["id"]["readOnly"] is True
    assert properties["mother"] == {}  # a pet inside a pet is anything


def test_what_no_contract_says_is_told(tmp_path: Path) -> None:
    told = pets(tmp_path).left_out
    assert "/owners/{ownerId}/pets/{petId}/feed: neither a collection nor an item of one" in told
    assert "/health: neither a collection nor an item of one" in told
    assert "pet: the query parameter q of its list" in told


def test_import_writes_a_folder_and_never_over_a_contract(tmp_path: Path) -> None:
    (tmp_path / "pets.yaml").write_text(PETS, encoding="utf-8")
    command = ["import", "openapi", str(tmp_path / "pets.yaml"), "--out", str(tmp_path / "pets")]
    first = CliRunner().invoke(restproof, command)
    assert first.exit_code == 0, first.output
    assert "2 resources, 4 operations" in first.output
    assert check(tmp_path / "pets") == []
    assert run(command) == 2


WRONG = {
    "empty": ("", "is a mapping", 1),
    "no YAML": ("\na: [", "not YAML", 2),
    "something else": ("a: 1\nb: 2\n", "'openapi' is missing", 1),
    "Swagger": ("\nswagger: '2.0'\npaths: {/a: {}}\n", "Swagger 2", 2),
    "another version": ("openapi: 4.0.0\npaths: {/a: {}}\n", "not known", 1),
    "no paths": ("openapi: 3.1.0\npaths: {}\n", "no paths", 2),
    "paths of another kind": ("openapi: 3.1.0\npaths: [1]\n", "no paths", 2),
    "a path of another kind": ("openapi: 3.1.0\npaths:\n  /items: 5\n", "must be a mapping", 3),
    "no resource": ("openapi: 3.1.0\npaths:\n  /a: {post: {}}\n", "no path of this document", 2),
    "a reference to nothing": (
        """
        openapi: 3.1.0
        paths:
          /items:
            get:
              responses: {"200": {$ref: "#/components/responses/List"}}
        """,
        "names nothing",
        6,
    ),
    "a reference to another file": (
        """
        openapi: 3.1.0
        paths:
          /items: {$ref: "items.yaml"}
        """,
        "leaves the file",
        4,
    ),
    "a reference to itself": (
        """
        openapi: 3.1.0
        paths:
          /items: {$ref: "#/paths/~1items"}
        """,
        "circle",
        4,
    ),
    "parameters of another kind": (
        """
        openapi: 3.1.0
        paths:
          /items/{id}:
            parameters: 5
            get: {}
        """,
        "must be a list",
        5,
    ),
    "an unknown security scheme": (
        """
        openapi: 3.1.0
        security: [{token: []}]
        components: {securitySchemes: {}}
        paths: {"/items/{id}": {get: {}}}
        """,
        "no security scheme 'token'",
        4,
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_with_a_document_is_told_with_its_place(case: str, tmp_path: Path) -> None:
    text, message, line = WRONG[case]
    file = tmp_path / "api.yaml"
    file.write_text(dedent(text), encoding="utf-8")
    with pytest.raises(ContractError, match=message) as raised:
        imported(file, "api")
    assert raised.value.place is not None
    assert (raised.value.place.file, raised.value.place.line) == (file, line)
    assert raised.value.hint


def test_a_missing_file_ends_with_a_message(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["import", "openapi", str(tmp_path / "no.yaml"), "--out", str(tmp_path / "x")]) == 2
    assert "cannot be read" in capsys.readouterr().err
