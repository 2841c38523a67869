"""What it takes to import OpenAPI documents: CPU seconds and memory of ``restproof import openapi``, each in a process of
its own.

    python benchmarks/documents.py [DOCUMENT …] [--size MB]

Without documents, three of SIZE megabytes (44 by default) are made: resources that are alike over a few shared
components; resources each of which has components of its own; and one chain of references from component to component,
each a resource. Prints the size, CPU seconds, memory at most, and the size of what was written.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Json = dict[str, Any]


def ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def answer(schema: Json, status: str = "200") -> Json:
    content = {"application/json": {"schema": schema}}
    wrong = {"description": "wrong", "content": {"application/json": {"schema": ref("Error")}}}
    return {status: {"description": "done", "content": content}, "404": wrong, "422": wrong}


def served(name: str, schema: Json) -> Json:
    """The paths of one resource."""
    body = {"required": True, "content": {"application/json": {"schema": schema}}}
    at = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
    pages = [
        {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}},
        {"name": "offset", "in": "query", "schema": {"type": "integer", "minimum": 0, "default": 0}},
    ]
    listed = {"parameters": pages, "responses": answer({"type": "array", "items": schema})}
    return {
        f"/{name}": {"get": listed, "post": {"requestBody": body, "responses": answer(schema, "201")}},
        f"/{name}/{{id}}": {
            "parameters": [at],
            "get": {"responses": answer(schema)},
            "patch": {"requestBody": body, "responses": answer(schema)},
            "delete": {"responses": {"204": {"description": "gone"}}},
        },
    }


def thing(number: int, **more: Json) -> Json:
    """An object with members of its own."""
    members = {
        "id": {"type": "integer", "readOnly": True},
        "name": {"type": "string", "maxLength": 20 + number % 60, "description": "What people call it. " * 3},
        "amount": {"type": "number", "minimum": 0, "maximum": 1000 + number},
        "status": {"type": "string", "enum": ["draft", "open", "closed"]},
        **more,
    }
    return {"type": "object", "required": ["name"], "properties": members}


Part = tuple[Json, Json]
"""Paths and components that are added to a document."""


def alike() -> Iterator[Part]:
    address = {"type": "object", "properties": {"street": {"type": "string"}, "town": {"type": "string"}}}
    person = thing(1, home=ref("Address"), work=ref("Address"), friends={"type": "array", "items": ref("Person")})
    yield {}, {"Address": address, "Person": person, "Thing": thing(2, owner=ref("Person"))}
    number = 0
    while True:
        yield served(f"kind{number}things", ref("Thing")), {}
        number += 1


def apart() -> Iterator[Part]:
    number = 0
    while True:
        inner = {"type": "object", "properties": {f"text_{n}": {"type": "string", "maxLength": n} for n in range(20)}}
        own = {f"Inner{number}": inner, f"Thing{number}": thing(number, inner=ref(f"Inner{number}"))}
        yield served(f"things{number}", ref(f"Thing{number}")), own
        number += 1


def chained() -> Iterator[Part]:
    yield {}, {"Link0": thing(0)}
    number = 1
    while True:
        name = f"Link{number}"
        yield served(f"links{number}", ref(name)), {name: thing(number, next=ref(f"Link{number - 1}"))}
        number += 1


SHAPES: dict[str, Callable[[], Iterator[Part]]] = {"alike": alike, "apart": apart, "chained": chained}


def made(shape: str, megabytes: float) -> str:
    """The text of a document of that shape and size."""
    error = {"type": "object", "required": ["message"], "properties": {"message": {"type": "string"}}}
    paths: Json = {}
    components: Json = {"Error": error}
    size = 0
    for more, schemas in SHAPES[shape]():
        size += len(json.dumps([more, schemas], indent=1))
        paths |= more
        components |= schemas
        if size >= megabytes * 1e6:
            break
    info = {"title": shape, "version": "1"}
    return json.dumps(
        {"openapi": "3.1.0", "info": info, "paths": paths, "components": {"schemas": components}}, indent=1
    )


def measured(document: Path, folder: Path) -> str:
    """What the import of a document takes, as a line. Raises where it fails."""
    out, told = folder / "contract", folder / "told.txt"
    words = [sys.executable, "-m", "restproof", "import", "openapi", str(document), "--out", str(out)]
    actions = [(os.POSIX_SPAWN_OPEN, at, told, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600) for at in (1, 2)]
    child = os.posix_spawn(words[0], words, os.environ, file_actions=actions)
    _, status, used = os.wait4(child, 0)
    if os.waitstatus_to_exitcode(status):
        raise RuntimeError(told.read_text(encoding="utf-8"))
    written = sum(file.stat().st_size for file in out.iterdir()) / 1e6
    size = document.stat().st_size / 1e6
    seconds, memory = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    return f"{document.name:28} {size:6.2f} MB  {seconds:6.2f} s  {memory:5.0f} MiB  {written:6.2f} MB written"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("documents", nargs="*", type=Path)
    parser.add_argument("--size", type=float, default=44)
    said = parser.parse_args()
    for document in said.documents:
        with tempfile.TemporaryDirectory() as name:
            print(measured(document, Path(name)), flush=True)
    for shape in () if said.documents else SHAPES:
        with tempfile.TemporaryDirectory() as name:
            document = Path(name) / f"{shape}.json"
            document.write_text(made(shape, said.size), encoding="utf-8")
            print(measured(document, Path(name)), flush=True)


if __name__ == "__main__":
    main()
