"""Members that have the names of JSON Schema's keywords are members like any others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.miniatures import bench
from tests.miniatures.kinds import item, of, schema

TEXT = {"type": "string", "minLength": 1, "maxLength": 60}
COUNT = {"type": ["integer", "null"], "minimum": 0, "maximum": 99}
NAMED: dict[str, Any] = schema(
    "type",
    "properties",
    type=TEXT,
    format={"enum": ["paper", "audio"], "default": "paper"},
    pattern={"type": ["string", "null"], "maxLength": 60},
    enum={"type": "array", "items": TEXT, "maxItems": 5, "default": []},
    const={"type": "boolean", "default": False},
    default=COUNT,
    required={"type": "boolean", "default": True},
    items={"type": "array", "items": {"type": "integer", "minimum": 0}, "default": []},
    minimum={"type": ["number", "null"], "minimum": 0, "maximum": 5},
    examples=COUNT,
    readOnly={"type": "boolean", "default": False},
    title={"type": ["string", "null"], "format": "date"},
    properties={"type": "object", "required": ["format"], "properties": {"format": TEXT, "type": COUNT}},
)


def test_names_of_keywords_are_names(tmp_path: Path) -> None:
    contract, schemas = item(NAMED)
    found = bench.run(of(NAMED)(), contract, schemas, tmp_path, only=("create", "update.persists", "input.type"))
    told = [f"{r.item}: {r.message}" for r in found.results if r.outcome in ("fail", "error", "blocked")]
    assert told == []
    assert found.verdict == "conforming"
