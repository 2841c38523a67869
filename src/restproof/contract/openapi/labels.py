"""Arrays that are sets by their name: servers keep labels and tags in a table of their own, each of them once and in
the order of that table, and documents seldom say ``uniqueItems``."""

from __future__ import annotations

import re

from restproof.contract.openapi.keywords import EDGES
from restproof.contract.openapi.schemas import Schema
from restproof.contract.shapes import types_of
from restproof.contract.words import snake

_SETS = re.compile(r"(.*_)?(categories|features|groups|keywords|labels|permissions|roles|scopes|skills|tags|topics)")
"""Names, in snake case, of arrays of words that are there or are not."""


def once_each(schema: Schema) -> Schema:
    """A body in which no word stands twice in an array that is a set by its name. What becomes of one that does is left
    open."""
    members = schema.get("properties", {})
    sets = {n: {**s, "uniqueItems": True, EDGES: "open"} for n, s in members.items() if _is_set(n, s)}
    return {**schema, "properties": {**members, **sets}} if sets else schema


def _is_set(name: str, schema: Schema) -> bool:
    items = schema.get("items")
    of_words = isinstance(items, dict) and types_of(items) == {"string"}
    return of_words and "uniqueItems" not in schema and bool(_SETS.fullmatch(snake(name)))
