"""Documents that nobody would write: whatever stands in one, what is written of it lints, or it is refused by name.
With ``DOCUMENTS=all`` (``tox -e documents``) many more are tried, of the real ones too, where they are there."""

from __future__ import annotations

import copy
import json
import os
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

from .test_corpus import DOCUMENTS
from .test_document import DOCUMENT
from .test_import import PETS

WHOLE = os.environ.get("DOCUMENTS") == "all"
LARGEST = 100_000
"""Bytes of a real document that is taken apart: a larger one takes a second for each try."""
KINDS = ("openapi", "emitted", "unusual")
"""Folders of documents that are taken apart."""
BASES = [DOCUMENT, yaml.safe_load(PETS)]
SWAGGER = "swagger"


def real() -> list[dict[str, Any]]:
    """The real documents and those of tools, as JSON has them."""
    here = [f for name in ("emitted", "unusual") for f in (Path(__file__).parent / name).glob("*.[jy]*")]
    files = [f for f in (*DOCUMENTS, *here) if f.stat().st_size <= LARGEST and f.parent.name in KINDS] if WHOLE else []
    found = [json.loads(json.dumps(yaml.load(f.read_bytes(), yaml.CSafeLoader), default=str)) for f in files]
    return [d for d in found if isinstance(d.get("paths"), dict)]


REAL = [*BASES, *real()]
WORDS = (
    *("type", "properties", "items", "required", "enum", "format", "pattern", "minimum", "maximum", "minLength"),
    *("allOf", "anyOf", "oneOf", "not", "if", "nullable", "readOnly", "writeOnly", "default", "additionalProperties"),
    *("$ref", "parameters", "responses", "content", "security", "in", "name", "schema", "get", "200", "", "x-y"),
    *("const", "examples", "discriminator", "requestBody", "headers", "put", "patch", "delete", "404"),
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


def held(value: Any, word: str) -> Iterator[tuple[Any, Any]]:
    """The containers of a document that have a word, with it."""
    return ((holder, key) for holder, key in places(value) if key == word)


@st.composite
def combined(draw: st.DrawFn) -> dict[str, Any]:
    """A document with parts of others in the places of its own, some of them gone, moved or in another order."""
    document: dict[str, Any] = copy.deepcopy(draw(st.sampled_from(REAL)))
    others = [d for d in REAL if (SWAGGER in d) == (SWAGGER in document)]
    for _ in range(draw(st.integers(1, 6))):
        word, how = draw(st.sampled_from(WORDS)), draw(st.sampled_from(["take", "drop", "path", "turn"]))
        here, there = list(held(document, word)), list(held(draw(st.sampled_from(others)), word))
        if how == "path":
            other = draw(st.sampled_from(others))["paths"]
            document["paths"][draw(st.sampled_from(sorted(document["paths"])))] = copy.deepcopy(
                other[draw(st.sampled_from(sorted(other)))]
            )
        elif here:
            holder, key = draw(st.sampled_from(here))
            if how == "drop":
                del holder[key]
            elif how == "turn" and isinstance(holder[key], dict):
                holder[key] = dict(reversed(holder[key].items()))
            elif there:
                owner, name = draw(st.sampled_from(there))
                holder[key] = copy.deepcopy(owner[name])
    return document


@settings(max_examples=200 if WHOLE else 25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(document=combined())
def test_whatever_is_made_of_sound_documents(
    document: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    test_whatever_stands_in_a_document.hypothesis.inner_test(document, tmp_path_factory)  # type: ignore[attr-defined]
