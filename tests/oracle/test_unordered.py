"""Arrays whose order says nothing: in another order they denote the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from restproof.contract.load import load
from restproof.oracle.check import is_as_good

LABELS: dict[str, Any] = {"type": "array", "items": {"type": "string"}}


@pytest.mark.parametrize(
    ("name", "found", "same"),
    [
        ("labels", ["b", "a"], True),
        ("labels", ["a", "c"], False),
        ("labels", ["a", "b", "b"], False),
        ("steps", ["b", "a"], False),
    ],
)
def test_another_order_is_the_same_where_the_order_says_nothing(
    name: str, found: list[str], same: bool, tmp_path: Path
) -> None:
    properties = {"id": {"type": "integer", "readOnly": True}, "labels": LABELS, "steps": LABELS}
    (tmp_path / "item.json").write_text(json.dumps({"type": "object", "properties": properties}), encoding="utf-8")
    said = "contract: c\nresources: {item: {path: /items, schema: item.json, unordered: [labels]}}\n"
    (tmp_path / "contract.yaml").write_text(said, encoding="utf-8")
    assert is_as_good(load(tmp_path).resources["item"], name, ["a", "b"], found) is same
