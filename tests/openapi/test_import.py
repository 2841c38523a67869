"""A contract from an OpenAPI document: what is carried, what is left out, and what is told of it."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from click.testing import CliRunner

from restproof.cli.main import restproof, run
from restproof.contract.load import check, load
from restproof.contract.openapi.imported import Imported, imported
from restproof.contract.openapi.keywords import plain
from restproof.contract.openapi.todo import to_decide
from restproof.contract.openapi.written import decisions, write
from restproof.errors import ContractError

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


def told(found: Imported) -> list[str]:
    return [one.what for one in found.left_out]


def test_a_document_of_somebody_else_becomes_a_sound_contract(tmp_path: Path) -> None:
    file = write(pets(tmp_path), tmp_path / "contract", "pets.yaml")
    assert check(file) == []
    contract = load(file)
    assert set(contract.resources) == {"owner", "pet"}
    assert contract.resources["owner"].operations == ()
    assert contract.resources["owner"].id.type == "integer"
    pet = contract.resources["pet"]
    assert pet.path == "/owners/{owner}/pets"
    assert pet.operations == ("list", "create", "read", "delete")
    assert (pet.id.field, pet.id.type) == ("id", "uuid")
    assert (contract.base_path, contract.auth.scheme) == ("/v2", "bearer")
    assert pet.envelope.list == "items"
    assert (pet.paging.style, pet.paging.size, pet.paging.default, pet.paging.max) == ("offset", "limit", 20, 50)
    assert pet.paging.total_field == "total"
    assert pet.status("deleted").codes == {202}
    assert pet.status("invalid").codes == {422}


def test_a_text_that_is_empty_by_default_is_trimmed_by_many_a_framework_all_the_same() -> None:
    found, _ = plain({"type": "string", "maxLength": 255, "default": ""})
    assert found == {"type": "string", "maxLength": 255, "default": "", "x-restproof-edges": "open"}


def test_schemas_of_openapi_3_0_become_those_of_2020_12(tmp_path: Path) -> None:
    schemas = pets(tmp_path).schemas
    sent, shown = schemas["pet-request.json"]["properties"], schemas["pet.json"]["properties"]
    assert shown["age"] == {"type": ["integer", "null"], "exclusiveMinimum": 0}
    assert sent["age"] == {**shown["age"], "x-restproof-absent": "open"}
    assert sent["name"] == {"type": "string", "maxLength": 20, "examples": ["Rex"], "x-restproof-edges": "open"}
    assert shown["name"] == {"type": "string", "maxLength": 20}
    assert ("secret" in sent, "secret" in shown) == (True, False)
    assert ("id" in sent, "id" in shown) == (False, True)


def test_what_no_contract_says_is_told_with_its_line(tmp_path: Path) -> None:
    found = pets(tmp_path)
    feed = "/owners/{ownerId}/pets/{petId}/feed: neither a collection nor an item of one: nothing is read there"
    assert feed in told(found)
    assert "GET /health: it is not said what the JSON of its answer holds" in told(found)
    assert any(one.startswith("pet: the query parameter q of its list, not plainly equality") for one in told(found))
    lines = (tmp_path / "pets.yaml").read_text(encoding="utf-8").splitlines()
    health = next(one for one in found.left_out if "/health" in one.what)
    assert lines[health.place.line - 1].strip().startswith("get:")


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
    "Swagger 1": ("\nswagger: '1.2'\npaths: {/a: {}}\n", "not known", 2),
    "webhooks alone": ("openapi: 3.1.0\nwebhooks: {a: {}}\n", "has webhooks and no paths", 2),
    "AsyncAPI": ("asyncapi: 3.0.0\n", "this is an AsyncAPI document", 1),
    "RAML": ("#%RAML 1.0\ntitle: x\n/a: {}\n", "this is RAML", 1),
    "Postman": ('{"info": {"_postman_id": "1"}, "item": []}', "this is a Postman collection", 1),
    "GraphQL": ("type Query {\n  me: User\n}\n", "this is a GraphQL schema", 1),
    "WSDL": ("<?xml version='1.0'?>\n<wsdl:definitions/>\n", "this is WSDL", 1),
    "HTML": ("<!doctype html>\n<title>Docs</title>\n", "this is a web page", 1),
    "HAR": ('{"log": {"entries": []}}', "this is a HAR file", 1),
    "another version": ("openapi: 4.0.0\npaths: {/a: {}}\n", "not known", 1),
    "no paths": ("openapi: 3.1.0\npaths: {}\n", "no paths", 2),
    "paths of another kind": ("openapi: 3.1.0\npaths: [1]\n", "no paths", 2),
    "no resource": ("openapi: 3.1.0\npaths:\n  /a: {post: {}}\n", "no path of this document", 2),
    "a path of another kind": ("openapi: 3.1.0\npaths:\n  /items: 5\n", "no path of this document", 2),
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


@pytest.mark.parametrize("suffix", ["json", "yaml"])
def test_a_number_of_thousands_of_digits_costs_itself(suffix: str, tmp_path: Path) -> None:
    size = f'{{"type": "integer", "maximum": {"9" * 5000}}}'
    item = f'{{"type": "object", "properties": {{"id": {{"type": "integer"}}, "size": {size}}}}}'
    answer = f'{{"200": {{"content": {{"application/json": {{"schema": {{"type": "array", "items": {item}}}}}}}}}}}'
    file = tmp_path / f"api.{suffix}"
    file.write_text(f'{{"openapi": "3.1.0", "paths": {{"/items": {{"get": {{"responses": {answer}}}}}}}}}')
    found = imported(file, "api")
    assert found.schemas["item.json"]["properties"]["size"] == {"type": "integer", "readOnly": True}
    assert any("'maximum' of a schema" in one.what for one in found.left_out)


ITEMS = """
openapi: 3.1.0
info: {title: items, version: "1"}
paths:
  /items:
    get:
      responses:
        "200": {content: {application/json: {schema: {type: array, items: {$ref: "#/components/schemas/Item"}}}}}
  /items/{id}:
    get: {responses: {"200": {content: {application/json: {schema: {$ref: "#/components/schemas/Item"}}}}}}
PATHS
components:
  schemas:
    Item: {type: object, required: [id], properties: {id: {type: integer}, PROPERTIES}}
"""

COSTS_ITSELF = {
    "a reference to nothing": ("  /a/{id}: {get: {$ref: '#/components/x'}}", "", "names nothing"),
    "a reference outside the folder": ("  /a: {$ref: '../a.yaml'}", "", "leaves the folder"),
    "a remote reference": ("  /a: {$ref: 'https://example.com/a.yaml'}", "", "leaves the folder"),
    "a reference to itself": ("  /a: {$ref: '#/paths/~1a'}", "", "circle"),
    "parameters of another kind": ("  /a/{id}: {parameters: 5, get: {}}", "", "must be a list"),
    "a path that is no mapping": ("  /a: 5", "", "must be a mapping"),
    "a pattern that Python does not read": ("", "a: {type: string, pattern: '(?<n'}", "'pattern' of a schema"),
    "bounds the wrong way round": ("", "a: {type: integer, minimum: 5, maximum: 1}", "'minimum' of a schema"),
    "a keyword of the wrong kind": ("", "a: {type: string, maxLength: many}", "'maxLength' of a schema"),
    "a schema that is a text": ("", "a: text", "must be a mapping"),
    "if and then": ("", "a: {if: {type: string}, then: {minLength: 1}}", "'if' of a schema"),
    "a member without a name": ("", "'': {type: string}", "a member without a name"),
}


@pytest.mark.parametrize("case", COSTS_ITSELF)
def test_what_cannot_be_carried_costs_only_itself(case: str, tmp_path: Path) -> None:
    paths, properties, message = COSTS_ITSELF[case]
    file = tmp_path / "api.yaml"
    file.write_text(ITEMS.replace("PATHS\n", f"{paths}\n").replace("PROPERTIES", properties), encoding="utf-8")
    found = imported(file, "api")
    assert any(message in what for what in told(found)), told(found)
    assert check(write(found, tmp_path / "out", "api.yaml")) == []
    assert found.contract["resources"]["item"]["operations"] == ["list", "read"]


def test_what_is_left_to_decide_is_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(pets(tmp_path), tmp_path / "contract", "pets.yaml")
    assert run(["lint", str(tmp_path / "contract"), "--todo"]) == 0
    listed = capsys.readouterr().out.splitlines()
    lines = (tmp_path / "contract" / "contract.yaml").read_text(encoding="utf-8").splitlines()
    unique = next(line for line in listed if "is any field unique?" in line)
    assert "is any field unique?" in lines[int(unique.split(":")[1]) - 1]


@pytest.mark.parametrize(
    ("question", "commented", "answer"),
    [
        ("unique", "    # unique: [name]", "    unique: [name]"),
        ("unique", "    open: [unique, rules, totals]", "    open: [rules, totals]"),
        ("unknown", "  unknown_field: [2xx, 4xx]", "  unknown_field: 422"),
    ],
)
def test_what_is_decided_is_listed_no_longer(question: str, commented: str, answer: str, tmp_path: Path) -> None:
    file = write(pets(tmp_path), tmp_path / "contract", "pets.yaml")
    asked = {"unique": "is any field unique?", "unknown": "a field that does not exist"}[question]
    before = [line for line, text in to_decide(file) if asked in text]
    text = file.read_text(encoding="utf-8")
    assert commented in text
    file.write_text(text.replace(commented, answer, 1), encoding="utf-8")
    assert [line for line, text in to_decide(file) if asked in text] == before[1:]


REFERENCES = "which of these hold ids of other resources?"


@pytest.mark.parametrize(
    ("below", "left"),
    [
        ("# references: {owner_id: {to: RESOURCE}}", [REFERENCES]),
        ("# references: {owner_id: {to: [", [REFERENCES]),
        ("references: {owner_id: {to: owner}}", []),
        ("references:\n      owner_id: {to: owner}", []),
        ("references: {owner_id:\n        {to: owner}}", []),
        ("# references: {owner_id: {to: RESOURCE}}\n    settles: 2", [REFERENCES]),
    ],
)
def test_an_answer_may_be_written_in_any_way_that_yaml_has(below: str, left: list[str], tmp_path: Path) -> None:
    file = tmp_path / "contract.yaml"
    file.write_text(f"resources:\n  pet:\n    path: /pets\n    # decide: {REFERENCES}\n    {below}\n", encoding="utf-8")
    assert [text for _, text in to_decide(file)] == left


def test_a_selection_keeps_what_is_above_it(tmp_path: Path) -> None:
    (tmp_path / "pets.yaml").write_text(PETS, encoding="utf-8")
    assert list(imported(tmp_path / "pets.yaml", "pets", resources=["pet"]).contract["resources"]) == ["pet", "owner"]
    with pytest.raises(ContractError, match="no resource 'dog'"):
        imported(tmp_path / "pets.yaml", "pets", resources=["dog"])


def test_what_may_be_unique_is_guessed_from_names_and_never_from_times() -> None:
    schema = {
        "properties": {
            "from": {"type": "string", "format": "date"},
            "note": {"type": "string"},
            "level": {"type": "string", "enum": ["basic"]},
            "blood": {"anyOf": [{"type": "string", "enum": ["A", "B"]}, {"type": "null"}]},
            "email": {"type": "string", "format": "email"},
        },
        "required": ["from", "note", "level"],
    }
    (_, candidates), *_ = decisions({}, schema)
    assert candidates == ["unique: [email]", "unique: [note]"]


@pytest.mark.parametrize(
    ("schema", "first"),
    [
        ("{type: integer, default: 0, minimum: 0}", 0),
        ("{type: integer, default: 1}", None),
        ("{type: integer}", None),
    ],
)
def test_pages_are_counted_as_the_document_says(schema: str, first: int | None, tmp_path: Path) -> None:
    text = PETS.replace(
        "{name: offset, in: query, schema: {type: integer}}", f"{{name: page, in: query, schema: {schema}}}"
    )
    (tmp_path / "p.yaml").write_text(text, encoding="utf-8")
    found = load(write(imported(tmp_path / "p.yaml", "p"), tmp_path / "contract", "p.yaml")).resources["pet"].paging
    assert (found.style, found.first) == ("page", first)


def test_pages_that_may_begin_at_0_or_1_are_not_plain(tmp_path: Path) -> None:
    number = "{name: page, in: query, schema: {type: integer, minimum: 0}}"
    text = PETS.replace("{name: offset, in: query, schema: {type: integer}}", number)
    (tmp_path / "p.yaml").write_text(text, encoding="utf-8")
    found = load(write(imported(tmp_path / "p.yaml", "p"), tmp_path / "contract", "p.yaml")).resources["pet"]
    assert "list" not in found.operations or found.paging.style != "page"


@pytest.mark.parametrize(
    ("names", "first"),
    [
        (["fullName", "email"], "email"),
        (["title", "note", "sku"], "sku"),
        (["firstName", "name"], "name"),
        (["note", "displayName", "productCode"], "productCode"),
        (["comment", "project_name"], "project_name"),
    ],
)
def test_the_field_that_is_most_likely_unique_is_asked_for_first(names: list[str], first: str) -> None:
    schema = {"properties": {name: {"type": "string"} for name in names}, "required": names}
    question, candidates = next(decisions({"operations": ["create"]}, schema))
    assert "unique" in question
    assert candidates[0] == f"unique: [{first}]"
