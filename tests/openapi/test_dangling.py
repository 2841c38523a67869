"""References that name nothing, and what is no mapping where one must stand: each costs what it is in, and is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.openapi.test_sloppy import CAR, SENT, call, cars, read

from restproof.contract.openapi import source
from restproof.contract.openapi.schemas import Schemas
from restproof.errors import ContractError

NOWHERE = {"$ref": "#/components/responses/Nowhere"}


def answering(code: int, answer: Any) -> dict[str, Any]:
    """A read of a car with one more answer."""
    found = call(CAR)
    return {**found, "responses": {**found["responses"], code: answer}}


@pytest.mark.parametrize(
    "answer", [NOWHERE, "none", {"content": NOWHERE}, {"headers": "none"}, {"content": {"a/b": 1}}]
)
def test_an_answer_that_cannot_be_read_costs_no_operation(answer: Any, tmp_path: Path) -> None:
    found, contract = read(tmp_path, cars(get=answering(404, answer)))
    car = contract.resources["car"]
    assert [*car.operations] == ["create", "read"]
    assert car.operation("read").statuses["absent"].codes == {404}
    assert any("names nothing" in one.what or "must be a mapping" in one.what for one in found.left_out)


@pytest.mark.parametrize(
    "broken",
    [
        call({"$ref": "#/components/schemas/Nowhere"}, SENT),
        {**call(CAR), "requestBody": NOWHERE},
        {**call(CAR, SENT), "parameters": [NOWHERE]},
        call(CAR, {"$ref": "#/components/schemas/Nowhere"}),
        {**call(CAR, SENT), "responses": "none"},
        {**call(CAR, SENT), "responses": True},
    ],
    ids=["answer", "request", "parameter", "body", "answers", "no answers"],
)
def test_what_an_operation_needs_and_cannot_be_read_costs_it_alone(broken: dict[str, Any], tmp_path: Path) -> None:
    found, contract = read(tmp_path, cars(patch=broken))
    assert {"create", "read"} <= {*contract.resources["car"].operations}
    assert any("names nothing" in one.what or "must be a mapping" in one.what for one in found.left_out)


@pytest.mark.parametrize("answers", ["none", True, 5])
def test_a_read_whose_answers_are_none_is_left_out(answers: Any, tmp_path: Path) -> None:
    listed = {**cars()["/cars"], "get": call({"type": "array", "items": CAR})}
    found, contract = read(
        tmp_path, {"/cars": listed, "/cars/{id}": {**cars(get={"responses": answers})["/cars/{id}"]}}
    )
    assert "read" not in contract.resources["car"].operations
    assert any("must be a mapping" in one.what for one in found.left_out)


def test_a_component_that_cannot_be_read_says_why_wherever_it_is_used(tmp_path: Path) -> None:
    broken = {"$ref": "#/components/schemas/Nowhere"}
    document: dict[str, Any] = {"openapi": "3.1.0", "info": {"title": "x", "version": "1"}, "paths": {"/x": {}}}
    document["components"] = {"schemas": {"Broken": broken}}
    (tmp_path / "api.json").write_text(json.dumps(document), encoding="utf-8")
    schemas = Schemas(source.read(tmp_path / "api.json"))
    for _ in range(2):
        with pytest.raises(ContractError, match="names nothing"):
            schemas.of({"$ref": "#/components/schemas/Broken"}, ("paths",))
