"""The part of a request schema of which every value is a valid one."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress

from restproof.contract.impossible import nothing_fits
from restproof.contract.openapi.keywords import NARROWER
from restproof.contract.openapi.schemas import WIDER, Schema, wider
from restproof.contract.shapes import SHOWN
from restproof.contract.words import IDS


class Unsendable(Exception):
    """No body can be made from a schema and be known to be valid; the message says why."""


def sendable(schema: Schema, known: dict[int, Schema], at: str = "") -> Schema:
    """A request schema of which every value is a valid one: optional members that are written wider than the document
    has them are left out. ``known``: schemas that are such as they are, by their identity; it grows. Raises
    ``Unsendable`` where a needed member is wider."""
    if id(schema) in known:
        return schema
    if WIDER in schema:
        raise Unsendable(f"{at or 'the body'}: {schema[WIDER]}")
    if at and (why := nothing_fits(schema)):
        raise Unsendable(f"{at}: {why}")
    found = dict(schema)
    if "properties" in schema:
        kept: dict[str, Schema] = {}
        for name, inner in schema["properties"].items():
            try:
                kept[name] = sendable(inner, known, f"{at}.{name}" if at else name)
            except Unsendable:
                if name in schema.get("required", ()):
                    raise
        found["properties"] = kept
    for word, inner in schema.items():
        if word == "properties":
            continue
        reason = wider(inner)
        if word in ("anyOf", "oneOf"):
            inner = [s for s in inner if not _is_servers(s)] or inner
            found[word] = inner if len(inner) < len(schema[word]) else schema[word]
        if reason is None:
            if word == "items":
                found[word] = sendable(inner, known, f"{at}[]")
            continue
        if word == "items" and not schema.get("minItems"):
            try:
                found["items"] = sendable(inner, known, f"{at}[]")
            except Unsendable as error:
                found |= {"items": {}, "maxItems": 0, NARROWER: f"only an empty array is sent: {error}"}
        elif word in ("items", "additionalProperties"):
            found[word] = sendable(inner, known, f"{at}[]")
        elif word in ("anyOf", "oneOf"):
            found[word] = list(_sendable_ones(inner, known, at))
            if not found[word]:
                raise Unsendable(f"{at or 'the body'}: {reason}")
        else:
            raise Unsendable(f"{at or 'the body'}: {reason}")
    members, left = schema.get("properties", {}), found.get("properties", {})
    if left.keys() != members.keys() or any(left[n] is not s for n, s in members.items()):
        return found
    if any(found[word] is not inner for word, inner in schema.items() if word != "properties"):
        return found
    known[id(schema)] = schema
    return schema


def described(schema: Schema, shown: Collection[str]) -> Schema:
    """A body of which each member that it needs has a schema: of one that none describes any value is valid, and
    without it no body is. What an answer shows is the server's then, and is not sent. ``shown``: the names of that."""
    members = schema.get("properties", {})
    further = schema.get("additionalProperties", {})
    bare = [n for n in schema.get("required", ()) if n not in {*members, *shown, *IDS}]
    if not bare:
        return schema
    if further is False:
        found: Schema = {WIDER: "it is needed, and the schema allows no member of that name"}
    elif "patternProperties" in schema:
        found = {WIDER: "it is needed, and only a pattern of names may describe it"}
    else:
        found = {**(further if isinstance(further, dict) else {}), SHOWN: "open"}
    return {**schema, "properties": {**members, **dict.fromkeys(bare, found)}}


def _sendable_ones(schemas: Sequence[Schema], known: dict[int, Schema], at: str) -> Iterator[Schema]:
    """Those of several alternatives of which a body can be made, each as ``sendable`` has it."""
    for schema in schemas:
        with suppress(Unsendable):
            yield sendable(schema, known, at)


def _is_servers(schema: Schema) -> bool:
    """Whether all members of an object are the server's: as one that is sent it would be any object."""
    members = schema.get("properties", {})
    return bool(members) and all(m.get("readOnly") for m in members.values())
