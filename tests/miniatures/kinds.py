"""What the miniatures are made of: a kind is a contract, an honest server that is right in its own way, and its broken
twin."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.miniatures.server import Shop

ID = {"id": {"type": "integer", "readOnly": True}}
ITEM: dict[str, Any] = {
    "type": "object",
    "required": ["title"],
    "properties": {
        **ID,
        "title": {"type": "string", "minLength": 1, "maxLength": 60},
        "size": {"type": ["integer", "null"], "minimum": 0, "maximum": 1000},
        "open": {"type": "boolean", "default": True},
        "kind": {"type": ["string", "null"], "enum": ["a", "b", None]},
        "note": {"type": ["string", "null"]},
    },
}


@dataclass(frozen=True)
class Kind:
    """``only``: where the broken twin is looked at; ``tolerated``: rules that the honest server breaks, as it is
    told."""

    name: str
    contract: Mapping[str, Any]
    schemas: Mapping[str, Any]
    honest: Callable[[], Shop]
    broken: Callable[[], Shop]
    only: tuple[str, ...]
    tolerated: frozenset[str] = frozenset()


def item(schema: Mapping[str, Any] | None = None, **words: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The contract of one resource ``item``, with further words of it, and its schema. ``contract``: words of the
    contract as a whole."""
    whole = words.pop("contract", {})
    contract = {"contract": "mini", **whole, "resources": {"item": {"path": "/items", "schema": "item.json", **words}}}
    return contract, {"item.json": schema or ITEM}


def schema(*required: str, **properties: Any) -> dict[str, Any]:
    """An object with an id, and these properties."""
    return {"type": "object", "required": list(required), "properties": {**ID, **properties}}


class Items(Shop):
    """One collection of items."""

    SCHEMAS: Mapping[str, Any] = {"/items": ITEM}


def of(found: Mapping[str, Any], base: type[Shop] = Items) -> type[Shop]:
    """The server of items of another schema."""
    return type("Other", (base,), {"SCHEMAS": {"/items": found}})
