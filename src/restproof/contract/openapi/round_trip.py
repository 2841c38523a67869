"""A contract inside the OpenAPI document that was made of it: what that language cannot say is not lost.

``x-restproof`` at the top of the document holds the contract's own words and the schemas of its resources, and a digest
of the rest. Where the rest was changed since, the document is read as any other.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from restproof.contract.document import Document, Problems, read_yaml
from restproof.contract.error_bodies import named_schemas
from restproof.contract.functions import read_functions
from restproof.contract.model import Contract
from restproof.contract.schemas import SchemaFolder
from restproof.contract.standard import extended

EXTENSION = "x-restproof"


def keep(contract: Contract, document: Mapping[str, Any]) -> dict[str, Any]:
    """The document with the words of its contract. Raises ``ContractError`` where its file cannot be read any more."""
    problems = Problems()
    words = _with_values(contract, extended(read_yaml(contract.path, problems), problems))
    schemas = {r.schema_file.name: dict(r.schema) for r in contract if "schema" in words["resources"][r.name]}
    for resource in contract:
        for side, schema in resource.directions.items():
            schemas[words["resources"][resource.name]["schema"][side]] = dict(schema)
    schemas |= named_schemas(contract, words)
    return {**document, EXTENSION: {"digest": _digest(document), "contract": words, "schemas": schemas}}


def _with_values(contract: Contract, document: Document) -> dict[str, Any]:
    """The contract's words with the values that stand in files of their own. Declared deviations are no promise."""
    folder, words = SchemaFolder(contract.path, Problems()), document.value

    def read(said: Any, *route: str) -> Any:
        return folder.values(said, document.place(route)) if isinstance(said, str) else said

    found = {word: said for word, said in words.items() if word != "deviations"}
    if "formats" in found:
        formats = {
            n: {w: read(v, "formats", n) if w == "examples" else v for w, v in f.items()}
            for n, f in found["formats"].items()
        }
        for name in [n for n, f in formats.items() if "check" in f]:
            said = formats[name]
            place = document.place(("formats", name))
            formats[name] = {**said, "examples": read_functions(name, said, said.get("examples", []), place)[1]}
        found["formats"] = without_functions(formats)
    found["resources"] = {
        name: {**said, "values": {n: read(v) for n, v in said["values"].items()}} if "values" in said else said
        for name, said in words["resources"].items()
    }
    return found


def without_functions(formats: Mapping[str, Any]) -> dict[str, Any]:
    """Formats without the functions that know them: a document brings no Python along, nor has any run."""
    found = {}
    for name, said in formats.items():
        plain = {w: v for w, v in said.items() if w not in ("check", "make")} if isinstance(said, dict) else said
        if plain or plain == said:
            found[name] = plain
    return found


def kept(document: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """The words and the schemas that a document holds; ``None`` where it holds none, or was changed since."""
    found = document.get(EXTENSION)
    if not isinstance(found, dict) or not isinstance(found.get("contract"), dict):
        return None
    rest = {word: value for word, value in document.items() if word != EXTENSION}
    if found.get("digest") != _digest(rest) or not isinstance(found.get("schemas"), dict):
        return None
    words = found["contract"]
    if isinstance(words.get("formats"), dict):
        words = {**words, "formats": without_functions(words["formats"])}
    return words, found["schemas"]


def _digest(document: Mapping[str, Any]) -> str:
    written = json.dumps(document, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(written.encode()).hexdigest()
