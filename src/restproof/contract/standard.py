"""What contracts share: a standard that a contract ``extends``, under whatever the contract says itself.

A standard is a contract file without ``contract`` and ``resources``. It may extend another one. Files that it names lie
beside it, and what is wrong with a word of it is told with its own file and line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from restproof.contract.document import Document, Problems, read_yaml
from restproof.contract.language import check_language, language_schema
from restproof.contract.presets import over
from restproof.errors import ContractError

_OWN = ("contract", "resources")
"""What is each contract's own."""


def extended(document: Document, problems: Problems) -> Document:
    """The document with the words of the standards that it extends under its own, which go before them word by word. A
    document that does not keep to the language, or that extends none, stays as it is. Problems of standards are added
    to ``problems``."""
    return _extended(document, problems, (document.file.absolute(),))


def _extended(document: Document, problems: Problems, within: tuple[Path, ...]) -> Document:
    said = document.value.get("extends") if isinstance(document.value, dict) else None
    if not isinstance(said, str):
        return document
    place = document.place(("extends",))
    file = document.file.parent / said
    file = file.parent.resolve() / file.name  # as people write it, without the way up and down again
    if not file.is_file():
        problems.add(f"there is no standard '{said}'", place, f"looked for {file}")
        return document
    if file.resolve() in {path.resolve() for path in within}:
        problems.add(f"'{said}' extends itself", place, "leave one of them out")
        return document
    try:
        standard = read_yaml(file, problems)
    except ContractError as error:
        problems.add(error.message, error.place or place, error.hint)
        return document
    for word in _OWN:
        if isinstance(standard.value, dict) and word in standard.value:
            problems.add(f"a standard has no '{word}'", standard.place((word,)), "each contract says that itself")
    check_language(standard, problems, standard_schema())
    return _over(document, _extended(standard, problems, (*within, file)))


@cache
def standard_schema() -> Mapping[str, Any]:
    """The JSON Schema of a standard: that of a contract, which alone has a name and resources."""
    schema = dict(language_schema())
    return {**schema, "required": []}


def _over(document: Document, standard: Document) -> Document:
    """The document over the standard; the lines of what only the standard says are the standard's."""
    if not isinstance(standard.value, dict):
        return document
    shared = {word: value for word, value in standard.value.items() if word not in (*_OWN, "extends")}
    own = {word: value for word, value in document.value.items() if word != "extends"}
    merged = {**shared, **{word: over(shared.get(word), value) for word, value in own.items()}}
    first = {word: merged[word] for word in ("contract", "title") if word in merged}
    elsewhere = {route: standard.place(route) for route in (*standard.elsewhere, *standard.lines) if route}
    return replace(document, value={**first, **merged}, elsewhere=elsewhere)
