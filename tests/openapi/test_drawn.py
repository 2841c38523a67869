"""Documents that nobody would write: whatever stands in one, what is written of it lints, or it is refused by name."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from restproof.contract.load import check
from restproof.contract.openapi.imported import imported
from restproof.contract.openapi.written import write
from restproof.errors import ContractError

from .test_document import DOCUMENT
from .test_import import PETS

BASES = [DOCUMENT, yaml.safe_load(PETS)]
WORDS = (
    *("type", "properties", "items", "required", "enum", "format", "pattern", "minimum", "maximum", "minLength"),
    *("allOf", "anyOf", "oneOf", "not", "if", "nullable", "readOnly", "writeOnly", "default", "additionalProperties"),
    *("$ref", "parameters", "responses", "content", "security", "in", "name", "schema", "get", "200", "", "x-y"),
)
JUNK = st.recursive(
    st.sampled_from(
        [None, True, False, 0, -1, 1.5, 10**30, "", "string", "object", "array", "#/components/schemas/Pet"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=3),
    max_leaves=6,
)


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container of a document with each of its keys or indices."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in list(inside):
        yield value, key
        yield from places(inner)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """A sound document of which one to four places hold something else, or a word more."""
    document: dict[str, Any] = copy.deepcopy(draw(st.sampled_from(BASES)))
    for _ in range(draw(st.integers(1, 4))):
        found = list(places(document))
        holder, key = found[draw(st.integers(0, len(found) - 1))]
        if isinstance(holder, dict) and draw(st.booleans()):
            holder[draw(st.sampled_from(WORDS))] = draw(JUNK)
        else:
            holder[key] = draw(JUNK)
    return document


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(document=documents())
def test_whatever_stands_in_a_document(document: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("drawn")
    (folder / "api.json").write_text(json.dumps(document), encoding="utf-8")
    try:
        found = imported(folder / "api.json", "api")
    except ContractError as error:
        assert error.place is not None  # noqa: PT017 (there may be no error)
        return
    assert check(write(found, Path(folder) / "out", "api.json")) == []
