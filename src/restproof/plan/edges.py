"""Texts whose edges are open: ``x-restproof-edges: open`` in the schema of a text says that nothing is promised of an
empty one, or of blanks at its ends. Many a framework trims what it takes, and refuses what is empty then."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

EDGES = "x-restproof-edges"


def are_open(schema: Mapping[str, Any]) -> bool:
    """Whether nothing is promised of the edges of a text."""
    return schema.get(EDGES) == "open"


def trimmed(schema: Any, value: Any) -> Any:
    """``value`` without what the schema leaves open; ``x`` in place of a text of which nothing is left."""
    if not isinstance(schema, Mapping):
        return value
    if isinstance(value, str):
        return (value.strip() or "x") if are_open(schema) else value
    if isinstance(value, list):
        return [trimmed(schema.get("items"), entry) for entry in value]
    if isinstance(value, dict):
        members = schema.get("properties", {})
        return {name: trimmed(members.get(name), inner) for name, inner in value.items()}
    return value
