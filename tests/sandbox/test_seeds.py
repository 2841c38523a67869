"""What a sandbox begins with keeps its schemas."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from restproof.contract.load import load
from restproof.semantics.checker import is_valid

from .client import Client

CODE = {"type": "string", "pattern": "^[A-Z0-9]+$", "minLength": 22, "maxLength": 22}


@pytest.mark.parametrize(
    ("id_type", "id", "word"),
    [
        ("integer", {"type": "integer", "minimum": 1, "maximum": 32}, {"type": "string", "maxLength": 0}),
        ("string", CODE, {"type": "string", "examples": ["longer than it may be"], "maxLength": 0}),
    ],
)
def test_what_nobody_can_create_keeps_its_schema(
    id_type: str, id: dict[str, Any], word: dict[str, Any], tmp_path: Path
) -> None:
    tags = {"type": "object", "minProperties": 2, "additionalProperties": {"type": "string"}}
    properties = {"id": id, "word": word, "tags": tags}
    schema = {"type": "object", "required": [*properties], "properties": properties}
    (tmp_path / "holiday.json").write_text(json.dumps(schema), encoding="utf-8")
    (tmp_path / "contract.yaml").write_text(
        "contract: days\nresources:\n  holiday:\n    path: /holidays\n    schema: holiday.json\n"
        f"    id: {{type: {id_type}}}\n    operations: [list, read]\n",
        encoding="utf-8",
    )
    client = Client(load(tmp_path / "contract.yaml"))
    entries = client("GET", "/holidays", credential=None).json
    assert len({entry["id"] for entry in entries}) == len(entries) > 1
    assert all(is_valid(schema, entry) for entry in entries)
