"""``true`` and ``false`` are schemas (JSON Schema 2020-12 core, §4.3.2): the latter is an alternative less, and told
where nothing is left."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from restproof.contract.load import load
from restproof.contract.merging import contained
from restproof.contract.model import Resource
from restproof.errors import ContractError

TEXT = {"type": "string"}


def resource(folder: Path, schema: dict[str, Any]) -> Resource:
    properties = {"id": {"type": "integer", "readOnly": True}, "x": schema}
    (folder / "a.json").write_text(json.dumps({"type": "object", "properties": properties}))
    (folder / "c.yaml").write_text("contract: c\nresources:\n  a: {path: /a, schema: a.json}\n")
    return load(folder / "c.yaml").resources["a"]


@pytest.mark.parametrize("word", ["anyOf", "oneOf"])
@pytest.mark.parametrize("around", [lambda s: s, lambda s: {"type": "array", "items": s}])
def test_an_alternative_that_is_false_is_none(word: str, around: Any, tmp_path: Path) -> None:
    assert resource(tmp_path, around({word: [False, TEXT]})).properties["x"] == around({word: [TEXT]})


@pytest.mark.parametrize("schema", [{"anyOf": [False]}, {"oneOf": [False, False]}, {"allOf": [TEXT, False]}])
def test_a_schema_of_which_nothing_is_left_is_told(schema: dict[str, Any], tmp_path: Path) -> None:
    (word,) = schema
    with pytest.raises(ContractError) as told:
        resource(tmp_path, schema)
    assert told.value.message == f"no value is allowed here: '{word}' is false"
    assert told.value.place is not None
    assert told.value.place.file == tmp_path / "a.json"


def test_an_array_that_contains_anything_holds_an_entry(tmp_path: Path) -> None:
    found = resource(tmp_path, {"type": "array", "items": TEXT, "contains": True}).properties["x"]
    assert contained(found) == (1, TEXT)
