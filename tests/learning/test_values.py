"""Values that probes send."""

from __future__ import annotations

import json
from pathlib import Path

from restproof.contract.load import load
from restproof.learning.values import apart
from restproof.plan.bodies import Bodies

CONTRACT = """\
contract: kennel
resources:
  dog: {path: /dogs, schema: dog.json}
"""
FIELDS = {
    "id": {"type": "integer", "readOnly": True},
    "name": {"type": "string", "maxLength": 40},
    "chip": {"type": "string", "pattern": "^[A-F0-9]{8}$"},
    "size": {"type": "string", "pattern": "^[SML]$"},
    "breed": {"enum": ["pug", "mutt"]},
    "born": {"type": "string", "format": "date"},
}


def test_texts_that_may_be_unique_differ_from_create_to_create(tmp_path: Path) -> None:
    (tmp_path / "contract.yaml").write_text(CONTRACT)
    (tmp_path / "dog.json").write_text(json.dumps({"type": "object", "properties": FIELDS}))
    contract = load(tmp_path)
    bodies = Bodies(contract, contract.resources["dog"])
    one, other = apart(bodies, 0), apart(bodies, 1)
    assert {name for name in one if one[name] != other[name]} == {"chip"}
    assert one.keys() == bodies.full().keys() >= {"name", "chip", "size", "breed", "born"}
