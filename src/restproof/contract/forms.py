"""Bodies as forms (application/x-www-form-urlencoded): how an object is spelled in one, how it is read again, and what
none can say. A form holds texts alone, so that a value is what the schema takes its text for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, quote

from restproof.contract.envelope import pointer_of
from restproof.contract.media import Nested
from restproof.contract.model import Contract, Resource, Schema
from restproof.contract.shapes import is_nullable, types_of
from restproof.pointer import put, steps

_ANYTHING = frozenset({"string", "object", "array"})
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
_INTEGER = re.compile(r"-?(?:0|[1-9]\d*)")
_STEP = re.compile(r"\[([^\[\]]*)\]|\.([^.\[\]]+)")


def form_of(document: Mapping[str, Any], nested: Nested) -> bytes:
    """An object as a form. Raises ``ValueError`` for a text that has no UTF-8."""
    pairs = (pair for name, value in document.items() for pair in _pairs(name, value, nested))
    return "&".join(f"{quote(name, safe='[].')}={quote(text, safe='')}" for name, text in pairs).encode("ascii")


def _pairs(name: str, value: Any, nested: Nested) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for inner, held in value.items():
            yield from _pairs(f"{name}.{inner}" if nested == "dots" else f"{name}[{inner}]", held, nested)
    elif isinstance(value, list):
        plain = not any(isinstance(held, Mapping | list) for held in value)
        for at, held in enumerate(value):
            repeated = name if nested == "dots" else f"{name}[]"
            yield from _pairs(repeated if plain else f"{name}[{at}]", held, nested)
    else:
        yield name, _text(value)


def document_of(body: bytes) -> dict[str, Any]:
    """The texts of a form, nested as their names say. Raises ``ValueError`` where it is none."""
    found: dict[str, Any] = {}
    pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, strict_parsing=bool(body), errors="strict")
    for name, text in pairs:
        first = re.match(r"[^\[.]+", name)
        if first is None:
            raise ValueError(f"{name} names no member")
        way = [first[0], *(a or b for a, b in _STEP.findall(name[first.end() :]))]
        _place(found, way, text)
    return found


def _place(holder: dict[str, Any], way: list[str], text: str) -> None:
    name, rest = way[0], way[1:]
    if not rest:
        before = holder.get(name)
        holder[name] = text if name not in holder else [*(before if isinstance(before, list) else [before]), text]
    elif rest == [""]:
        held = holder.setdefault(name, [])
        if not isinstance(held, list):
            raise ValueError(f"{name} holds a text and several")
        held.append(text)
    else:
        inner = holder.setdefault(name, {})
        if not isinstance(inner, dict):
            raise ValueError(f"{name} holds a text and members")
        _place(inner, rest, text)


def typed(value: Any, schema: Schema) -> Any:
    """What a text, or an object of texts, is taken for under a schema; itself where that is nothing else."""
    kinds = types_of(schema)
    if kinds >= _ANYTHING:
        return value
    if isinstance(value, dict) and "array" in kinds and all(name.isdecimal() for name in value):
        value = [value[name] for name in sorted(value, key=int)]
    if isinstance(value, dict):
        known = schema.get("properties", {})
        return {name: typed(held, known.get(name, _more(schema))) for name, held in value.items()}
    if "array" in kinds and (isinstance(value, list) or "string" not in kinds):
        several = value if isinstance(value, list) else [value]
        return [typed(held, schema.get("items", {})) for held in several]
    if not isinstance(value, str):
        return value
    if "enum" in schema and "string" not in kinds:
        return next((known for known in schema["enum"] if _text(known) == value), value)
    if not kinds or "string" in kinds:
        return value
    if "boolean" in kinds and value in ("true", "false"):
        return value == "true"
    if ("integer" in kinds or "number" in kinds) and _INTEGER.fullmatch(value):
        return int(value)
    if "number" in kinds and _NUMBER.fullmatch(value):
        return float(value)
    return None if value == "" and is_nullable(schema) else value


def is_sayable(value: Any, schema: Schema, nested: Nested = "brackets", *, inside: bool = False) -> bool:
    """Whether a form can say the value so that it is taken for nothing else: no null, nothing empty but a text that can
    be no null, no number where a text would do, no name with what parts names. ``inside``: of a member, where brackets
    hold dots."""
    kinds = types_of(schema)
    if kinds >= _ANYTHING:
        return isinstance(value, str) and _is_text(value)
    if isinstance(value, Mapping):
        known = schema.get("properties", {})
        parted = "[]&=" if inside and nested == "brackets" else "[].&="
        inner = [
            is_sayable(held, known.get(name, _more(schema)), nested, inside=True) and _is_name(name, parted)
            for name, held in value.items()
        ]
        return bool(inner) and all(inner) and (not kinds or "object" in kinds)
    if isinstance(value, list):
        entries = [is_sayable(held, schema.get("items", {}), nested, inside=True) for held in value]
        return bool(entries) and all(entries) and "array" in kinds and "string" not in kinds
    if value is None or "array" in kinds or "object" in kinds:
        return False
    text = _text(value)
    if not text and is_nullable(schema):
        return False  # what empties a field where forms are filled in
    read = typed(text, schema)
    if isinstance(read, str) and "string" not in kinds:  # it reads as nothing that is allowed, whatever it is
        return text != "" and _is_text(text)
    return _is_text(text) and type(read) is type(value) and bool(read == value)


def _is_name(name: str, parted: str) -> bool:
    return bool(name) and not set(name) & set(parted) and _is_text(name)


def _is_text(text: str) -> bool:
    return not any("\ud800" <= c <= "\udfff" for c in text)


def _more(schema: Schema) -> Schema:
    more = schema.get("additionalProperties", {})
    return more if isinstance(more, Mapping) else {}


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value)


def schema_of(contract: Contract, resource: Resource, operation: str) -> Schema:
    """The schema of a whole body, by which the texts of a form are read: the resource in its envelope, the ids of its
    parents and what is constant beside it."""
    way, own = resource.operation(operation), getattr(resource.shapes, operation)
    # Of what only the server sets a client may still say something, which is read as what it would be.
    shape: Schema = {**own, "properties": {**resource.properties, **own["properties"]}}
    envelope, whole = way.envelope, shape
    if envelope.fields:
        beside = {n: shape["properties"].get(n, {}) for n in envelope.outside}
        inner: Schema = {**shape, "properties": {n: p for n, p in shape["properties"].items() if n not in beside}}
        whole = _within(pointer_of(envelope.fields), inner, {"type": "object", "properties": beside})
    if envelope.request:
        whole = _within(envelope.request_pointer, whole, {})
    for parent in way.parents_in("body"):
        kind = "integer" if contract.resources[parent.resource].id.type == "integer" else "string"
        whole = _within(f"/{parent.name}", {"type": kind}, whole)
    for pointer, value in envelope.constants.items():
        whole = _within(pointer, {"const": value}, whole)
    return whole


def _within(pointer: str, schema: Schema, whole: Schema) -> Schema:
    """The schema of an object with another one at a place in it."""
    way = steps(pointer)
    for depth in range(len(way)):
        above = "".join(f"/properties/{name}" for name in way[:depth])
        whole = put(whole, f"{above}/type", "object")
    found: Schema = put(whole, "".join(f"/properties/{name}" for name in way), schema)
    return found
