"""A number of things may be written as 5.0 (JSON Schema 2020-12 validation, §4.2): it is 5."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from restproof.contract.load import load
from restproof.plan.bodies import Bodies
from restproof.plan.cases import PackedCase
from restproof.plan.ground import Ground
from restproof.plan.inputs import accepted_bodies
from restproof.plan.profile import PROFILES

NAME = {"type": "string", "minLength": 1.0, "maxLength": 80.0}
PROPERTIES = {
    "id": {"type": "integer", "readOnly": True},
    "name": NAME,
    "code": {"type": "string", "pattern": "^[a-z]+$", "maxLength": 20.0},
    "tags": {"type": "array", "minItems": 1.0, "maxItems": 5.0, "items": NAME},
    "labels": {"type": "object", "minProperties": 1.0, "maxProperties": 3.0, "additionalProperties": NAME},
    "steps": {"type": "array", "contains": {"const": "go"}, "minContains": 2.0, "maxContains": 3.0},
}


def tried(folder: Path, operation: str, schema: str) -> list[PackedCase]:
    (folder / "a.json").write_text(schema)
    (folder / "c.yaml").write_text("contract: c\nresources:\n  a: {path: /a, schema: a.json, unique: [code]}\n")
    contract = load(folder / "c.yaml")
    resource = contract.resources["a"]
    return [*accepted_bodies(Ground(contract, resource, operation, PROFILES["ci"], Bodies(contract, resource)))]


@pytest.mark.parametrize("operation", ["create", "update"])
def test_a_bound_may_be_written_with_a_fraction_of_nothing(operation: str, tmp_path: Path) -> None:
    written = json.dumps({"type": "object", "required": ["name", "code"], "properties": PROPERTIES})
    plainly = tried(tmp_path, operation, re.sub(r"\.0\b", "", written))
    assert tried(tmp_path, operation, written) == plainly != []
