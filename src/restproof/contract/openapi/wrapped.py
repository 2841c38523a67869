"""The schema of a whole body: a resource in its envelope."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from restproof.contract.envelope import OWN_ID, Envelope, pointer_of
from restproof.pointer import steps

Schema = dict[str, Any]


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
        "properties": {n: s for n, s in shape.get("properties", {}).items() if n not in envelope.beside},
        "required": [n for n in shape.get("required", ()) if n not in envelope.beside],
    }
    whole = nested(pointer_of(envelope.fields), inside)
    for name in envelope.beside:
        if name in shape.get("properties", {}):
            put(whole, name, shape["properties"][name], required=name in shape.get("required", ()))
    return whole


def nested(pointer: str, schema: Schema) -> Schema:
    """A schema of what holds, at the pointer, what is of ``schema``."""
    for step in reversed(steps(pointer)):
        if step == "0":
            schema = {"type": "array", "items": schema, "minItems": 1}
        else:
            schema = {"type": "object", "required": [step], "properties": {step: schema}}
    return schema


def put(body: Schema, place: str, schema: Schema, *, required: bool = False) -> None:
    """Declare a member of a body, ``count`` or ``/meta/count``."""
    *above, last = steps(pointer_of(place))
    for step in above:
        body = body.setdefault("properties", {}).setdefault(step, {"type": "object", "properties": {}})
    body.setdefault("properties", {})[last] = schema
    if required and last not in body.get("required", ()):
        body["required"] = [*body.get("required", ()), last]
