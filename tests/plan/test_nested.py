"""Schemas of many levels: planned at once, and those that stand inside themselves to a bounded depth."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from restproof.contract.load import load
from restproof.plan.bodies import Bodies
from restproof.plan.candidates import accepted, depth, refused, sample
from restproof.plan.values import value_strategy
from restproof.semantics.checker import is_valid


def tree(levels: int) -> dict[str, Any]:
    """A schema with two branches on each level."""
    members: dict[str, Any] = {"name": {"type": "string", "maxLength": 20}, "size": {"type": "integer", "minimum": 0}}
    if levels:
        members["child"] = tree(levels - 1)
        members["children"] = {"type": "array", "maxItems": 3, "items": tree(levels - 1)}
    return {"type": "object", "required": ["name"], "properties": members}


def test_a_schema_of_six_levels_is_planned_within_a_second() -> None:
    schema, start = tree(5), time.process_time()
    right, wrong = accepted(schema), refused(schema)
    value_strategy(schema)
    assert time.process_time() - start < 1
    assert depth(schema) == 6
    assert right
    assert all(is_valid(schema, c.value) for c in right)
    assert wrong
    assert not any(is_valid(schema, c.value) for c in wrong)
    assert len(right) + len(wrong) < 200


def test_what_is_nested_once_is_tried_in_every_way() -> None:
    inner = tree(0)
    schema = {"type": "object", "properties": {"part": inner}}
    notes = {c.note for c in refused(schema)}
    assert {f"part: {c.note}" for c in refused(inner)} <= notes


def test_a_schema_that_stands_inside_itself_is_written_out_to_a_depth(tmp_path: Path) -> None:
    node = {
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": {"type": "string", "maxLength": 9},
            "parts": {"type": "array", "items": {"$ref": "#/$defs/node"}},
        },
    }
    schema = {
        "type": "object",
        "$defs": {"node": node},
        "properties": {"id": {"type": "integer", "readOnly": True}, "tree": {"$ref": "#/$defs/node"}},
    }
    (tmp_path / "item.json").write_text(json.dumps(schema), encoding="utf-8")
    (tmp_path / "contract.yaml").write_text(
        "{contract: c, resources: {item: {path: /items, schema: item.json}}}", encoding="utf-8"
    )
    written = load(tmp_path).resources["item"].properties["tree"]
    assert depth(written) == 4
    assert is_valid(written, sample(written))
    deep = {"name": "a", "parts": [{"name": "b", "parts": [{"name": "c"}]}]}
    assert is_valid(written, deep)
    deep["parts"][0]["parts"][0]["name"] = 5  # type: ignore[index]
    assert not is_valid(written, deep)


def test_another_value_is_one_when_the_server_has_filled_in_the_defaults(tmp_path: Path) -> None:
    unit = {"type": "string", "enum": ["mm", "cm"], "default": "cm"}
    box = {"type": "object", "required": ["width"], "properties": {"width": {"type": "integer"}, "unit": unit}}
    (tmp_path / "item.json").write_text(
        json.dumps({"type": "object", "properties": {"id": {"type": "integer", "readOnly": True}, "box": box}})
    )
    (tmp_path / "contract.yaml").write_text("contract: boxes\nresources:\n  item: {path: /items, schema: item.json}\n")
    made = load(tmp_path)
    bodies = Bodies(made, made.resources["item"])
    assert {"unit": "cm", **bodies.plain("box")} != {"unit": "cm", **bodies.another("box")}
