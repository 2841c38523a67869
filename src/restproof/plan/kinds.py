"""Entries of an array that are of several kinds (``oneOf``): a question to choose from, a scale, a free text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from restproof.plan.scalars import Candidate


def has_kinds(items: Mapping[str, Any]) -> bool:
    """Whether entries are objects of several kinds."""
    return any("properties" in kind for word in ("oneOf", "anyOf") for kind in items.get(word, ()))


def of_each_kind(found: Iterable[Candidate], items: Mapping[str, Any]) -> Iterator[Candidate]:
    """Right entries, each kind as a whole; what is tried of one member (its note has the name in front) once, and not
    in every kind that has it."""
    tried = set[str]()
    for one in found:
        if ": " not in one.note or not has_kinds(items) or one.note not in tried:
            yield one
        tried.add(one.note)
