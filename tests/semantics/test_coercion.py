"""What reads as a value of another type, and what only a format refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from restproof.contract.load import load
from restproof.contract.model import Resource
from restproof.semantics.coercion import value_case
from restproof.semantics.validate import Validation

CASES: list[tuple[dict[str, Any], Any, str]] = [
    ({"type": "integer"}, "5", "coercible"),
    ({"type": "integer"}, 5.5, "coercible"),
    ({"type": "integer", "maximum": 4}, "5", "invalid"),
    ({"type": "integer"}, "five", "invalid"),
    ({"type": "integer"}, "1e400", "invalid"),
    ({"type": "integer"}, "NaN", "invalid"),
    ({"type": "number"}, "5.5", "coercible"),
    ({"type": "number", "minimum": 0}, -0.5, "invalid"),
    ({"type": "boolean"}, "true", "coercible"),
    ({"type": "boolean"}, 1, "coercible"),
    ({"type": "boolean"}, 5, "invalid"),
    ({"type": "string"}, 5, "coercible"),
    ({"type": "string"}, False, "coercible"),
    ({"type": "string"}, None, "null_value"),
    ({"type": "array", "items": {"type": "string"}}, [None], "null_value"),
    ({"type": "object", "properties": {"n": {"type": "integer", "minimum": 1}}}, {"n": None}, "null_value"),
    ({"type": "object", "properties": {"n": {"minimum": 1}, "m": {"type": "string"}}}, {"n": 0, "m": None}, "invalid"),
    ({"type": "string"}, [], "invalid"),
    ({"type": "string", "maxLength": 1}, "ab", "invalid"),
    ({"type": "array", "items": {"type": "integer"}}, ["5"], "coercible"),
    ({"type": "object", "properties": {"n": {"type": "integer"}}}, {"n": "5"}, "coercible"),
    ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "5", "coercible"),
    ({"type": "string", "format": "date"}, "tomorrow", "bad_format"),
    ({"type": "string", "format": "date-time"}, 5, "coercible"),
    ({"type": "object", "properties": {"format": {"type": "integer"}}}, {"format": []}, "invalid"),
]


def resource(tmp_path: Path, field: dict[str, Any], statuses: dict[str, Any]) -> Resource:
    schema = {"type": "object", "properties": {"id": {"type": "integer", "readOnly": True}, "f": field}}
    (tmp_path / "item.json").write_text(json.dumps(schema), encoding="utf-8")
    contract = {"contract": "x", "statuses": statuses, "resources": {"item": {"path": "/items", "schema": "item.json"}}}
    (tmp_path / "contract.yaml").write_text(yaml.safe_dump(contract), encoding="utf-8")
    return load(tmp_path).resources["item"]


@pytest.mark.parametrize(("schema", "value", "case"), CASES)
def test_a_refused_value_has_its_case(schema: dict[str, Any], value: Any, case: str) -> None:
    assert value_case(schema, value) == case


@pytest.mark.parametrize(("schema", "value", "case"), CASES)
def test_a_contract_that_tells_them_not_apart_has_one_case(
    schema: dict[str, Any], value: Any, case: str, tmp_path: Path
) -> None:
    strict = resource(tmp_path, schema, {})
    assert cases_of(Validation(strict), value) == {"invalid"}
    assert cases_of(Validation(strict, apart=True), value) == {case}
    assert cases_of(Validation(resource(tmp_path, schema, {case: ["2xx", 410]})), value) == {case}


def cases_of(validation: Validation, value: Any) -> set[str]:
    fields = {"f": value}
    return {r.case for r in validation.values("update", validation.problems("update", fields), fields)}
