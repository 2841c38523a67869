"""Values whose edges are open: ``x-restproof-edges: open`` in the schema of a text says that nothing is promised of an
empty one (unless it is the default or an example) or of blanks at its ends, in that of a number that nothing is of a
third decimal, and in that of an array that nothing is of an entry that stands twice. Many a framework trims what it
takes, and refuses what is empty then; money is rounded; of a set, entries that are the same are one.
``x-restproof-null: open`` says that nothing is promised of null."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from restproof.contract.normal import NORMAL
from restproof.contract.texts import whole

EDGES = "x-restproof-edges"
NULL = "x-restproof-null"
_DECIMALS = 2
_OF_EDGES = ("trim", "collapse")


def are_open(schema: Mapping[str, Any]) -> bool:
    """Whether nothing is promised of the edges of a value: a normal form may say what becomes of them."""
    return schema.get(EDGES) == "open" and not any(_settles(form) for form in schema.get(NORMAL, ()))


def _settles(form: Any) -> bool:
    return isinstance(form, Mapping) or form in _OF_EDGES


def names_empty(schema: Mapping[str, Any]) -> bool:
    """Whether the schema of a text says itself that there may be nothing in it."""
    return "" in (schema.get("default"), *schema.get("examples", ()))


def is_null_open(schema: Mapping[str, Any]) -> bool:
    """Whether null may be refused or taken."""
    return schema.get(NULL) == "open"


def trimmed(schema: Any, value: Any) -> Any:
    """``value`` without what the schema leaves open; ``x`` in place of a text of which nothing is left, but for an
    empty one that is the schema's default or an example of it."""
    if not isinstance(schema, Mapping):
        return value
    if isinstance(value, str):
        return (value.strip() or ("" if value == "" and names_empty(schema) else "x")) if are_open(schema) else value
    if isinstance(value, float):
        return whole(round(value, _DECIMALS)) if are_open(schema) else value
    if isinstance(value, list):
        return [trimmed(schema.get("items"), entry) for entry in value]
    if isinstance(value, dict):
        members = schema.get("properties", {})
        return {name: trimmed(members.get(name), inner) for name, inner in value.items()}
    return value
