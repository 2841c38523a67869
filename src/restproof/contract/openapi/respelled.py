"""Members that requests and answers spell otherwise: ``displayName`` is sent, and ``display_name`` is shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from restproof.contract.openapi.keywords import NARROWER
from restproof.contract.shapes import SHOWN, types_of
from restproof.contract.validator import Validator
from restproof.contract.words import referred, snake

_PLAIN = {"string", "integer", "number", "boolean"}


def shown_spelled(name: str, properties: Mapping[str, Mapping[str, Any]]) -> str | None:
    """The one member that only answers have, and that is called as ``name`` in another spelling."""
    alike = [n for n, s in properties.items() if n != name and s.get("readOnly") and snake(n) == snake(name)]
    return alike[0] if len(alike) == 1 else None


def as_spelled(name: str, schema: Mapping[str, Any], shown: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The schema of a member of requests, of the values alone that answers have for it in another spelling: who is
    shown one of some words has sent one of these."""
    alike = [s for n, s in shown.items() if n != name and snake(n) == snake(name)]
    listed = [v for v in alike[0].get("enum", ()) if v is not None] if len(alike) == 1 else []
    values = [v for v in listed if Validator(schema).is_valid(v)]
    is_narrower = bool(values) and types_of(schema) <= types_of(alike[0]) and not {"enum", "const"} & schema.keys()
    return {**schema, "enum": values, NARROWER: "answers hold fewer values"} if is_narrower else dict(schema)


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
