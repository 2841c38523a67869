"""The words of the contract language: all that there are, and those that a contract uses.

A word is named by what it stands in: ``contract.title``, ``resource.unique``, ``paging.max`` (wherever pages are spoken
of), ``job.made``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import restproof.contract.load

_FILE = Path(restproof.contract.load.__file__).with_name("contract.schema.json")
FEW = (3, 18, 20, 21, 22, 25, 26, 31, 32, 36, 38, 40, 41, 43, 44, 45, 47, 51, 54, 59, 64, 72, 81, 100)
"""Seeds of contracts whose runs take little time, and which together use every word of the language."""
BY_HAND = {
    "contract.id.url": "tests/miniatures/kinds_names.py",
    "envelope.entry": "tests/miniatures/kinds_lists.py",
    "resource.id.url": "tests/miniatures/kinds_names.py",
    "resource.may_need": "tests/miniatures/kinds_lists.py",
}
"""Words that no contract is drawn with, and the servers that are written for them instead."""
_ALTERNATIVES = ("anyOf", "oneOf", "allOf")


@cache
def language() -> Mapping[str, Any]:
    """The JSON Schema of the language."""
    found: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return found


def all_words() -> frozenset[str]:
    """Each word of the language."""
    defs = ((name, schema) for name, schema in language()["$defs"].items())
    return frozenset(w for at, schema in [("contract", language()), *defs] for w in _of_schema(schema, at))


def _of_schema(schema: Any, at: str) -> Iterator[str]:
    if not isinstance(schema, Mapping):
        return
    for name, inner in schema.get("properties", {}).items():
        yield f"{at}.{name}"
        yield from _of_schema(inner, f"{at}.{name}")
    for part in (schema.get("items"), schema.get("additionalProperties"), *_alternatives(schema)):
        yield from _of_schema(part, at)


def _alternatives(schema: Mapping[str, Any]) -> list[Any]:
    return [part for word in _ALTERNATIVES for part in schema.get(word, ())]


def words_of(contract: Mapping[str, Any]) -> frozenset[str]:
    """The words that a contract uses."""
    return frozenset(_of_value(contract, language(), "contract"))


def _of_value(value: Any, schema: Any, at: str) -> Iterator[str]:
    if not isinstance(schema, Mapping):
        return
    if "$ref" in schema:
        at = schema["$ref"].rpartition("/")[2]
        yield from _of_value(value, language()["$defs"][at], at)
    for part in _alternatives(schema):
        yield from _of_value(value, part, at)
    if isinstance(value, Mapping):
        known = schema.get("properties", {})
        for name, inner in value.items():
            if name in known:
                yield f"{at}.{name}"
            yield from _of_value(
                inner, known.get(name, schema.get("additionalProperties")), f"{at}.{name}" if name in known else at
            )
    elif isinstance(value, list):
        for inner in value:
            yield from _of_value(inner, schema.get("items"), at)


def pairs(words: frozenset[str]) -> frozenset[tuple[str, str]]:
    """Each two of the words."""
    return frozenset(combinations(sorted(words), 2))


def covering(used: Sequence[frozenset[str]], most: int) -> list[int]:
    """Which of several contracts, given by their words, hold the most pairs of them together: at most so many, each the
    one that adds the most to those before it."""
    left, chosen = {at: set(pairs(words)) for at, words in enumerate(used)}, list[int]()
    while left and len(chosen) < most:
        best = max(left, key=lambda at: (len(left[at]), -at))
        new = left.pop(best)
        if not new:
            break
        chosen.append(best)
        for held in left.values():
            held -= new
    return chosen
