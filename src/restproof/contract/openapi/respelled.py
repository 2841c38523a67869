"""Members that requests and answers spell otherwise: ``displayName`` is sent, and ``display_name`` is shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from restproof.contract.shapes import SHOWN, types_of
from restproof.contract.words import referred, snake

_PLAIN = {"string", "integer", "number", "boolean"}


def shown_spelled(name: str, properties: Mapping[str, Mapping[str, Any]]) -> str | None:
    """The one member that only answers have, and that is called as ``name`` in another spelling."""
    alike = [n for n, s in properties.items() if n != name and s.get("readOnly") and snake(n) == snake(name)]
    return alike[0] if len(alike) == 1 else None


def respelled(properties: Mapping[str, Mapping[str, Any]], id_field: str) -> dict[str, str]:
    """Member of requests → the one of answers that shows it, where the two differ in nothing but their spelling. What
    names another resource is a reference, and says so itself."""
    found: dict[str, str] = {}
    for name, schema in properties.items():
        kinds = types_of(schema) - {"null"}
        if SHOWN not in schema or not kinds or not kinds <= _PLAIN or referred(name)[0]:
            continue
        shown = shown_spelled(name, properties)
        if shown is None or shown == id_field or shown in found.values():
            continue
        as_shown = types_of(properties[shown])
        if kinds <= as_shown | ({"integer"} if "number" in as_shown else set()):
            found[name] = shown
    return found
