"""The schema of a whole body: a resource in its envelope."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from restproof.contract.address import OWN_ID
from restproof.contract.envelope import Envelope, pointer_of
from restproof.contract.held import EACH, Held
from restproof.contract.inside import put_back
from restproof.contract.shapes import is_nullable
from restproof.pointer import step, steps

Schema = dict[str, Any]
URL = "uri-reference"
"""The format of what may be a URL or the end of one (JSON Schema, RFC 3986 §4.1)."""


def wrapped_request(envelope: Envelope, reference: Schema, shape: Mapping[str, Any]) -> Schema:
    """The schema of a request body; ``reference`` itself where nothing wraps it. ``shape``: what the reference leads
    to."""
    whole = nested(envelope.request_pointer, wrapped_object(envelope, reference, shape))
    for pointer, value in envelope.constants.items():
        if whole is reference:
            whole = {"type": "object", "allOf": [reference], "properties": {}}
        put(whole, pointer, {} if value == OWN_ID else {"const": value}, required=True)
    return whole


def wrapped_object(envelope: Envelope, reference: Schema, shape: Mapping[str, Any]) -> Schema:
    """The schema of the object of a resource. Fields that stand beside the others are written out."""
    if not envelope.fields:
        return reference
    inside: Schema = {
        **shape,
        "properties": {n: s for n, s in shape.get("properties", {}).items() if n not in envelope.outside},
        "required": [n for n in shape.get("required", ()) if n not in envelope.outside],
    }
    whole = nested(pointer_of(envelope.fields), inside)
    for name in envelope.outside:
        if name in shape.get("properties", {}):
            put(whole, name, shape["properties"][name], required=name in shape.get("required", ()))
    return whole


def with_held(held: tuple[Held, ...], shape: Mapping[str, Any]) -> Schema:
    """The schema of an object with its references as bodies hold them."""
    properties, needed = dict(shape.get("properties", {})), shape.get("required", ())
    found: Schema = {**shape, "properties": properties}
    for one in (one for one in held if one.field in properties):
        is_needed, schema = one.field in needed, _url_or_id(one, properties.pop(one.field))
        found["required"] = [n for n in found.get("required", ()) if n != one.field]
        put(found, one.pointer if one.place else one.field, _in_place(one, schema), required=is_needed)
        if f"/{EACH}" not in one.place:
            for name, value in one.beside.items():
                put(found, one.pointer.rpartition("/")[0] + step(name), {"const": value})
        if is_needed and one.root not in found["required"]:
            found["required"].append(one.root)
    return found


def with_id(envelope: Envelope, shape: Mapping[str, Any]) -> Schema:
    """The schema of an object with its id as bodies have it: as a name or a URL, and in the member that it is in."""
    found: Schema = {**shape, "properties": dict(shape.get("properties", {}))}
    named, inside = envelope.named, envelope.inside
    if named is not None and named.field in found["properties"]:
        kept = {w: v for w, v in found["properties"][named.field].items() if w in ("description", "readOnly")}
        found["properties"][named.field] = {"type": "string", **({"format": URL} if named.is_url else {}), **kept}
    return found if inside is None else put_back(found, inside.field)


def _in_place(held: Held, schema: Schema) -> Schema:
    _, many, inside = held.place.partition(f"/{EACH}")
    beside = {name: {"const": value} for name, value in held.beside.items()}
    if not many:
        return schema
    entry = nested(inside, dict(schema.get("items", {})))
    if inside:
        entry["properties"] = {**beside, **entry["properties"]}
    return {**schema, "items": entry}


def _url_or_id(held: Held, schema: Mapping[str, Any]) -> Schema:
    """The schema of what stands for an id: a URL where bodies have one."""
    if not held.url:
        return dict(schema)
    if isinstance(schema.get("items"), Mapping):
        return {**schema, "items": _url_or_id(held, schema["items"])}
    url = {"type": "string", **({"format": URL} if held.named and held.named.is_url else {})}
    return {"anyOf": [url, {"type": "null"}]} if is_nullable(schema) else url


def nested(pointer: str, schema: Schema) -> Schema:
    """A schema of what holds, at the pointer, what is of ``schema``."""
    for name in reversed(steps(pointer)):
        if name == "0":
            schema = {"type": "array", "items": schema, "minItems": 1}
        else:
            schema = {"type": "object", "required": [name], "properties": {name: schema}}
    return schema


def put(body: Schema, place: str, schema: Schema, *, required: bool = False) -> None:
    """Declare a member of a body, ``count``, ``/meta/count`` or ``/links/[rel=next]/href``."""
    *above, last = steps(pointer_of(place))
    for name in above:
        if name.startswith("[") and name.endswith("]"):
            body.pop("properties", None)
            body |= {"type": "array", "items": body.get("items", {"type": "object", "properties": {}})}
            body["items"]["properties"].setdefault(name[1:-1].partition("=")[0], {"type": "string"})
            body = body["items"]
            continue
        body = body.setdefault("properties", {}).setdefault(name, {"type": "object", "properties": {}})
    body.setdefault("properties", {})[last] = schema
    if required and last not in body.get("required", ()):
        body["required"] = [*body.get("required", ()), last]
