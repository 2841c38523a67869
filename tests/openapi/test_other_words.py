"""What real documents write in words of their own: bodies of commands beside those of what they change (SCIM), columns
under the names that SQL has for them, ids in both places of a PUT, paths that end with a format."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from restproof.contract.load import check, load
from restproof.contract.model import Contract
from restproof.contract.openapi.imported import imported
from restproof.contract.openapi.written import write
from restproof.plan.bodies import Bodies

NAMES = {"type": "array", "minItems": 1, "items": {"type": "string"}}
CAR = {
    "type": "object",
    "required": ["schemas", "plate"],
    "properties": {
        "schemas": {**NAMES, "default": ["urn:car"]},
        "id": {"type": "string", "readOnly": True},
        "plate": {"type": "string", "maxLength": 60},
    },
}
PATCH = {
    "type": "object",
    "required": ["schemas", "Operations"],
    "properties": {
        "schemas": {**NAMES, "items": {"type": "string", "const": "urn:patch"}},
        "Operations": {"type": "array", "items": {"type": "object"}},
    },
}


def read(tmp_path: Path, paths: dict[str, Any]) -> tuple[Contract, list[str]]:
    document = {"openapi": "3.1.0", "info": {"title": "Cars", "version": "1"}, "paths": paths}
    file = tmp_path / "cars.yaml"
    file.write_text(yaml.safe_dump(document), encoding="utf-8")
    found = imported(file, "cars")
    written = write(found, tmp_path / "cars", file.name)
    assert check(written) == []
    return load(written), [str(reason) for reason in found.left_out]


def call(status: int, shown: dict[str, Any] | None, sent: dict[str, Any] | None = None) -> dict[str, Any]:
    said: dict[str, Any] = {"responses": {status: {"description": ""}}}
    if shown is not None:
        said["responses"][status]["content"] = {"application/json": {"schema": shown}}
    if sent is not None:
        said["requestBody"] = {"required": True, "content": {"application/json": {"schema": sent}}}
    return said


def cars(**more: Any) -> dict[str, Any]:
    id_ = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    item = {"parameters": [id_], "get": call(200, CAR), "delete": call(204, None), **more}
    return {"/cars": {"post": call(201, CAR, CAR)}, "/cars/{id}": item}


def test_what_a_body_of_commands_holds_is_no_word_about_what_it_changes(tmp_path: Path) -> None:
    found, left_out = read(tmp_path, cars(patch=call(200, CAR, PATCH)))
    names = found.resources["car"].shapes.create["properties"]["schemas"]
    assert "const" not in names["items"]
    assert any("its body must hold Operations" in reason for reason in left_out)
    assert not found.resources["car"].supports("update")


def test_a_text_that_every_body_holds_is_the_default_where_nothing_else_tells_what_fits(tmp_path: Path) -> None:
    found, _ = read(tmp_path, cars())
    assert Bodies(found, found.resources["car"]).minimal()["schemas"] == ["urn:car"]


def test_an_example_that_is_the_default_is_what_fits(tmp_path: Path) -> None:
    names = {**CAR["properties"]["schemas"], "examples": [["urn:car"]]}  # type: ignore[index]
    car = {**CAR, "required": ["plate"], "properties": {**CAR["properties"], "schemas": names}}  # type: ignore[dict-item]
    paths = cars()
    paths["/cars"]["post"] = call(201, car, car)
    found, _ = read(tmp_path, paths)
    assert Bodies(found, found.resources["car"]).full()["schemas"] == ["urn:car"]


def test_the_types_of_columns_are_formats(tmp_path: Path) -> None:
    columns = {
        "made": {"type": "string", "format": "timestamp with time zone"},
        "sold": {"type": "string", "format": "timestamp without time zone"},
        "note": {"type": "string", "format": "character varying"},
        "seats": {"type": "integer", "format": "integer"},
        "miles": {"type": "integer", "format": "bigint"},
    }
    car = {**CAR, "properties": {**CAR["properties"], **columns}}  # type: ignore[dict-item]
    paths = cars()
    paths["/cars"]["post"] = call(201, car, car)
    found, _ = read(tmp_path, paths)
    shapes = found.resources["car"].shapes.create["properties"]
    assert {name: shapes[name].get("format") for name in columns} == {
        "made": "date-time",
        "sold": "date-time",
        "note": None,
        "seats": "int32",
        "miles": "int64",
    }


def test_a_put_that_also_creates_holds_the_id_of_its_path_as_any_other(tmp_path: Path) -> None:
    car = {**CAR, "properties": {**CAR["properties"], "id": {"type": "string"}}}  # type: ignore[dict-item]
    put = call(200, car, car)
    put["responses"][201] = {"description": "Created"}
    found, _ = read(tmp_path, cars(put=put))
    identity, way = found.resources["car"].id, found.resources["car"].operation("replace")
    assert (identity.chosen_by, way.envelope.constants) == ("either", {"/id": "{id}"})


def test_a_format_behind_a_word_of_a_path_is_none_of_its_name(tmp_path: Path) -> None:
    """What stands below an item has the format at its own end alone."""
    paths = {f"{path}.json": way for path, way in cars().items()}
    paths["/cars.json"]["get"] = call(200, {"type": "array", "items": CAR})
    paths["/cars/{car_id}/seats.json"] = {
        "parameters": [{"name": "car_id", "in": "path", "required": True, "schema": {"type": "string"}}],
        "get": call(200, {"type": "array", "items": CAR}),
        "post": call(201, CAR, CAR),
    }
    found, _ = read(tmp_path, paths)
    assert {*found.resources} == {"car", "seat"}
    assert [parent.resource for parent in found.resources["seat"].parents] == ["car"]
    assert found.resources["car"].supports("create")
