"""Real documents of many hands: each is read quickly, and what is written of it lints.

They lie outside the project; where they are not there, nothing is tried.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from restproof.contract.load import check
from restproof.contract.openapi.imported import imported
from restproof.contract.openapi.written import write
from restproof.errors import ContractError

from .running import run_document
from .unsaid import BOX, NUMBER, SENT, boxes, call

_SHARED = next((p / "shared" for p in Path(__file__).parents if (p / "shared" / "openapi").is_dir()), Path("shared"))
DOCUMENTS = sorted(
    f for folder in ("openapi", "cases/openapi") for f in (_SHARED / folder).glob("*") if f.suffix != ".md"
)
NO_RESOURCE = {"tags32", "uspto30", "createonly", "rootpath"}
"""Documents none of whose paths is a collection or an item of one; each of their paths is told."""
LONGEST = 20
"""Seconds of CPU for one document; a tenth of it is usual."""


@pytest.mark.parametrize("file", DOCUMENTS, ids=lambda file: file.stem)
def test_what_is_written_of_a_real_document_lints(file: Path, tmp_path: Path) -> None:
    started = time.process_time()
    if file.stem in NO_RESOURCE:
        with pytest.raises(ContractError, match="no path of this document") as raised:
            imported(file, "api")
        assert raised.value.hint
        return
    found = imported(file, "api")
    assert check(write(found, tmp_path / "api", file.name)) == []
    assert time.process_time() - started < LONGEST
    assert all(one.place.line > 0 for one in found.left_out)


@pytest.mark.skipif(os.environ.get("DOCUMENTS") != "all", reason="tox -e documents runs them all")
@pytest.mark.parametrize("file", DOCUMENTS, ids=lambda file: file.stem)
def test_what_is_written_of_a_real_document_conforms_on_its_own_sandbox(file: Path, tmp_path: Path) -> None:
    if file.stem not in NO_RESOURCE:
        told = run_document(file, None, tmp_path / "run", "--profile", "smoke")
        assert told.returncode == 0, told.stdout + told.stderr


def test_another_tenant_may_be_refused_the_list_of_what_nothing_creates_below_a_parent(tmp_path: Path) -> None:
    """The boxes on a shelf, each of which has a seal, and which nobody makes."""
    given = [{"name": n, "in": "path", "required": True, "schema": NUMBER} for n in ("shelf", "box")]
    shelves, gone = boxes(call(BOX, SENT, 201)), {"responses": {"204": {"description": "gone"}}}
    shelf = {**shelves["/boxes/{id}"], "parameters": [given[0]]}
    paths = {
        "/shelves": {"get": call({"type": "array", "items": BOX})},
        "/shelves/{shelf}": shelf,
        "/shelves/{shelf}/boxes": {"parameters": given[:1], "get": call({"type": "array", "items": BOX})},
        "/shelves/{shelf}/boxes/{box}": {"parameters": given, "get": call(BOX), "delete": gone},
        "/shelves/{shelf}/boxes/{box}/seal": {"parameters": given, "get": call(SENT)},
    }
    bearer = {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}}
    document = {
        "openapi": "3.0.3",
        "info": {"title": "Shelves", "version": "1"},
        "paths": paths,
        "components": bearer,
        "security": [{"token": []}],
    }
    (tmp_path / "api.json").write_text(json.dumps(document), encoding="utf-8")
    told = run_document(
        tmp_path / "api.json", None, tmp_path / "run", "--profile", "smoke", "--only", "auth.object-level"
    )
    assert told.returncode == 0, told.stdout + told.stderr


def items(schemas: dict[str, Any]) -> dict[str, Any]:
    """A document of one resource whose schema is ``Top``."""
    answer = {
        "200": {"description": "", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Top"}}}}
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "deep", "version": "1"},
        "paths": {"/tops/{id}": {"get": {"responses": answer}}},
        "components": {"schemas": schemas},
    }


def top(inner: Any) -> dict[str, Any]:
    """The schema of the resource, with ``inner`` as a member."""
    return {"type": "object", "properties": {"id": {"type": "integer"}, "in": inner}}


def fan(levels: int, width: int) -> dict[str, Any]:
    """Schemas that name the next one ``width`` times, ``levels`` times over."""
    schemas: dict[str, Any] = {f"L{levels}": {"type": "string"}}
    for level in range(levels):
        inner = {f"m{n}": {"$ref": f"#/components/schemas/L{level + 1}"} for n in range(width)}
        schemas[f"L{level}"] = {"type": "object", "properties": inner}
    schemas["Top"] = {
        "type": "object",
        "properties": {"id": {"type": "integer"}, "in": {"$ref": "#/components/schemas/L0"}},
    }
    return schemas


def nested(depth: int) -> dict[str, Any]:
    """A schema that is written out ``depth`` objects deep."""
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(depth):
        schema = {"type": "object", "properties": {"in": schema}}
    return {"Top": top(schema)}


def chained(length: int) -> dict[str, Any]:
    """Schemas each of which is the next one."""
    schemas: dict[str, Any] = {f"C{n}": {"$ref": f"#/components/schemas/C{n + 1}"} for n in range(length)}
    schemas[f"C{length}"] = {"type": "string"}
    schemas["Top"] = {
        "type": "object",
        "properties": {"id": {"type": "integer"}, "in": {"$ref": "#/components/schemas/C0"}},
    }
    return schemas


SHAPES = {
    "nine references on each of eight levels": fan(8, 9),
    "a thousand nested objects": nested(1000),
    "a chain of five hundred references": chained(500),
    "a schema inside itself": {"Top": top({"type": "array", "items": {"$ref": "#/components/schemas/Top"}})},
    "a schema that is nothing but itself": {
        "Top": top({"$ref": "#/components/schemas/X"}),
        "X": {"allOf": [{"$ref": "#/components/schemas/X"}]},
    },
}


@pytest.mark.parametrize("shape", SHAPES)
def test_deep_and_wide_schemas_are_written_in_bounds(shape: str, tmp_path: Path) -> None:
    started = time.process_time()
    text = _dumped(items(SHAPES[shape]))
    (tmp_path / "deep.json").write_text(text, encoding="utf-8")
    found = imported(tmp_path / "deep.json", "deep")
    file = write(found, tmp_path / "deep", "deep.json")
    assert check(file) == []
    assert sum(f.stat().st_size for f in file.parent.glob("*.json")) < 500_000
    assert time.process_time() - started < LONGEST


def _dumped(value: Any) -> str:
    """JSON of any depth: the standard encoder stops at a thousand levels."""
    left: list[Any] = [value]
    parts: list[str] = []
    while left:
        found = left.pop()
        if isinstance(found, str) and found.startswith("\0"):
            parts.append(found[1:])
        elif isinstance(found, dict) and found:
            ends = [("\0,", name, inner) for name, inner in found.items()]
            left.append("\0}")
            for at, (comma, name, inner) in reversed(list(enumerate(ends))):
                left += [inner, f"\0{comma[1:] if at else '{'}{json.dumps(name)}:"]
        else:
            parts.append(json.dumps(found))
    return "".join(parts)
