"""Values that a server may begin with."""

from __future__ import annotations

import time
from typing import Any

import pytest

from restproof.semantics.checker import is_valid
from restproof.semantics.plausible import plausible

NOW = "2026-01-01T00:00:00Z"


@pytest.mark.parametrize(
    "more",
    [
        {"properties": {"key0": {"type": "integer"}}},
        {"required": ["key0"], "additionalProperties": {"type": "string"}},
        {"required": ["key1"], "properties": {"key0": {}, "key1": {}}, "additionalProperties": {"type": "boolean"}},
    ],
)
def test_an_object_has_as_many_members_as_it_must_whatever_they_are_called(more: dict[str, Any]) -> None:
    schema = {"type": "object", "minProperties": 3, **more}
    assert is_valid(schema, plausible(schema, serial=3, now=NOW))


def test_an_object_of_many_members_is_made_at_once() -> None:
    schema = {"type": "object", "minProperties": 40_000, "additionalProperties": {"type": "string"}}
    began = time.process_time()
    assert len(plausible(schema, serial=1, now=NOW)) == 40_000
    assert time.process_time() - began < 3
