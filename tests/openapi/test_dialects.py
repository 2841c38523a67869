"""One API in several dialects and files gives one contract."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from restproof.contract.load import load
from restproof.contract.model import Contract
from restproof.contract.openapi.imported import imported
from restproof.contract.openapi.schemas import Schemas
from restproof.contract.openapi.source import read
from restproof.contract.openapi.written import write

SWAGGER = """
swagger: "2.0"
info: {title: items, version: "1"}
host: api.example.com
basePath: /v1
consumes: [application/json]
produces: [application/json]
securityDefinitions: {key: {type: apiKey, in: header, name: X-Key}}
paths:
  /items:
    get:
      responses: {200: {description: ok, schema: {type: array, items: {$ref: "#/definitions/Item"}}}}
    post:
      security: [{key: []}]
      parameters: [{in: body, name: body, required: true, schema: {$ref: "#/definitions/Item"}}]
      responses:
        201: {description: made, schema: {$ref: "#/definitions/Item"}}
        400: {description: bad}
        401: {description: who}
  /items/{id}:
    parameters: [{in: path, name: id, required: true, type: integer}]
    get: {responses: {200: {description: ok, schema: {$ref: "#/definitions/Item"}}, 404: {description: absent}}}
definitions:
  Item:
    type: object
    required: [id, name]
    properties:
      id: {type: integer, readOnly: true}
      name: {type: string, maxLength: 9}
      note: {type: string, x-nullable: true}
"""


def of(folder: Path, file: str) -> Contract:
    return load(write(imported(folder / file, "items"), folder / "contract", file))


@pytest.mark.parametrize("said", ["[application/json]", "application/json", "[{a: b}, application/json]", "{}", "[7]"])
def test_swagger_2_says_what_openapi_3_does(said: str, tmp_path: Path) -> None:
    """Some name one media type where the specification wants a list."""
    text = SWAGGER.replace("[application/json]", said)
    (tmp_path / "swagger.yaml").write_text(text, encoding="utf-8")
    contract = of(tmp_path, "swagger.yaml")
    item = contract.resources["item"]
    assert contract.base_path == "/v1"
    assert (contract.auth.scheme, contract.auth.header) == ("api_key", "X-Key")
    assert item.operations == ("list", "create", "read")
    assert [item.operation(o).auth for o in item.operations] == ["none", "required", "none"]
    assert item.status("invalid").codes == {400}
    assert item.status("missing_credential", "create").codes == {401}
    assert item.shapes.create["properties"]["name"]["maxLength"] == 9
    assert item.shapes.create["properties"]["note"]["type"] == ["string", "null"]
    assert item.id.type == "integer"


ROOT: dict[str, Any] = {
    "openapi": "3.2.0",
    "info": {"title": "items", "version": "1"},
    "paths": {"/items": {"$ref": "./paths/items.yaml"}, "/items/{id}": {"$ref": "paths/items.yaml#/one"}},
}
FILES = {
    "paths/items.yaml": """
get: {responses: {"200": {content: {application/json: {schema: {type: array, items: {$ref: ../shapes.yaml#/Item}}}}}}}
one:
  get: {responses: {"200": {content: {application/json: {schema: {$ref: ../shapes.yaml#/Item}}}}}}
""",
    "shapes.yaml": """
Item: {type: object, required: [id], properties: {id: {$ref: "#/Id"}, size: {$ref: "shapes.yaml#/Size"}}}
Id: {type: string, format: uuid}
Size: {type: integer, minimum: 1}
""",
}


def test_files_of_one_folder_are_one_document(tmp_path: Path) -> None:
    (tmp_path / "api").mkdir()
    (tmp_path / "api" / "openapi.json").write_text(json.dumps(ROOT), encoding="utf-8")
    for name, text in FILES.items():
        (tmp_path / "api" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "api" / name).write_text(text, encoding="utf-8")
    item = of(tmp_path / "api", "openapi.json").resources["item"]
    assert item.operations == ("list", "read")
    assert item.id.type == "uuid"
    assert item.properties["size"]["minimum"] == 1


def test_nothing_outside_the_folder_is_read(tmp_path: Path) -> None:
    (tmp_path / "api").mkdir()
    (tmp_path / "secret.yaml").write_text("get: {}\n", encoding="utf-8")
    outside = {**ROOT["paths"], "/other": {"$ref": "../secret.yaml"}}
    (tmp_path / "api" / "openapi.json").write_text(json.dumps({**ROOT, "paths": outside}), encoding="utf-8")
    for name, text in FILES.items():
        (tmp_path / "api" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "api" / name).write_text(text, encoding="utf-8")
    told = [one.what for one in imported(tmp_path / "api" / "openapi.json", "items").left_out]
    assert "/other: the $ref '../secret.yaml' leaves the folder" in told


def test_what_is_made_in_passing_is_not_taken_for_what_was_made_before_in_its_place(tmp_path: Path) -> None:
    """Schemas are known by their identity, and those that a nullable one is turned into live for a moment only."""
    (tmp_path / "n.json").write_text('{"openapi": "3.0.3", "paths": {"/tops": {}}}', encoding="utf-8")
    schemas = Schemas(read(tmp_path / "n.json"))
    for most in range(50):
        found = schemas.of({"properties": {"in": {"type": "string", "maxLength": most}}}, ("paths",))
        assert found["properties"]["in"]["maxLength"] == most


def test_what_is_dropped_of_equal_schemas_is_told_of_each(tmp_path: Path) -> None:
    """Schemas that say the same are read once, and each has a line of its own."""
    (tmp_path / "d.json").write_text('{"openapi": "3.0.3", "paths": {"/tops": {}}}', encoding="utf-8")
    schemas = Schemas(read(tmp_path / "d.json"))
    wrong = {"type": "string", "default": 7}
    schemas.of({"properties": {"one": dict(wrong), "two": {**wrong, "description": "Another."}}}, ("paths",))
    assert [route[-2] for _, route in schemas.left_out] == ["one", "two"]
