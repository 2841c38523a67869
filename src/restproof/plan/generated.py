"""Request bodies that Schemathesis generates from the schema of a request: valid ones and, as often, others.

Its generator knows nothing of the contract's other words, and that is its use: it puts together what no list of ours
holds. What no contract decides is taken out of its bodies first: characters that cannot be printed, numbers that not
every JSON parser keeps, near misses of a format, values that a business rule compares. What is left is judged by the
contract, whatever the generator meant it to be.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from restproof.contract.model import Example, Never, Ordered, Resource
from restproof.contract.shapes import type_of, types_of
from restproof.plan.inputs import fields_of

if TYPE_CHECKING:
    from restproof.suite.marks import Field

_LARGEST = 2**31 - 1
_DECIMALS = 3
_DELICATE = ("format", "multipleOf", "pattern")
"""Keywords that are refused by their own enumerated cases alone: a near miss of one is a matter of taste."""


def generated_bodies(field: Field) -> st.SearchStrategy[dict[str, Any]]:
    """Bodies for ``field.operation``, without the envelope, with symbols."""
    shapes = field.resource.shapes
    shape = {"create": shapes.create, "update": shapes.update, "replace": shapes.replace}[field.operation]
    objects = _by_schemathesis(shape).filter(lambda body: isinstance(body, dict))
    return objects.map(lambda body: settled(field, body))


def _by_schemathesis(schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    from schemathesis import GenerationMode, openapi  # takes its time: only for who draws

    content = {"application/json": {"schema": {k: v for k, v in schema.items() if k not in ("$schema", "$id")}}}
    operation = {"requestBody": {"required": True, "content": content}, "responses": {"200": {"description": "OK"}}}
    document = {"openapi": "3.1.0", "info": {"title": "", "version": ""}, "paths": {"/": {"post": operation}}}
    posted = openapi.from_dict(document)["/"]["POST"]
    return st.one_of(
        *(
            posted.as_strategy(generation_mode=mode).map(lambda case: case.body)
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
        )
    )


def settled(field: Field, body: Mapping[str, Any]) -> dict[str, Any]:
    """``body`` with no more in it than a contract decides."""
    bodies, resource, own = field.bodies, field.resource, fields_of(field)
    compared = _compared(resource)
    found: dict[str, Any] = {}
    for name, value in _printable(body).items():
        if name not in own:
            if name not in resource.properties and resource.status("unknown_field").accepted != "kept":
                found[name] = value
        elif name in compared and field.operation != "create":
            continue  # it is compared with a state that earlier cases have changed
        elif name in compared:
            found[name] = bodies.plain(name)
        elif type_of(value) not in types_of(own[name]) and name not in resource.lenient:
            found[name] = value
        elif name in resource.references and not bodies.referable(name):
            continue
        elif _is_plain(field, name, own[name]):
            found[name] = bodies.plain(name)
        else:
            found[name] = value
    if field.operation == "update":
        return found
    if bodies.names_id:
        found[resource.id.field] = bodies.plain(resource.id.field)
    return bodies.kept_rules(found)


def _is_plain(field: Field, name: str, schema: Mapping[str, Any]) -> bool:
    """Whether a field is better left with its plain value: it must be unique, name something, or have a form."""
    special = name in field.bodies.unique_fields or name in field.resource.references or name in field.resource.lenient
    return special or any(f'"{word}"' in json.dumps(schema) for word in _DELICATE)


def _compared(resource: Resource) -> set[str]:
    """Fields that a business rule speaks of."""
    found: set[str] = set()
    for rule in resource.rules:
        if isinstance(rule, Ordered):
            found |= {rule.first, rule.second}
        elif isinstance(rule, Never):
            found.add(rule.field)
        elif isinstance(rule, Example):
            found |= rule.body.keys()
    return found


def _printable(value: Any) -> Any:
    """``value`` with plain characters and numbers in place of those that a server may treat in its own way."""
    if isinstance(value, str):
        return "".join(c if c.isprintable() else "x" for c in value)
    if isinstance(value, Mapping):
        return {_printable(k) or "x": _printable(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_printable(v) for v in value]
    if isinstance(value, float):
        value = int(value) if value.is_integer() else round(value, _DECIMALS)
    if isinstance(value, int | float) and abs(value) > _LARGEST:
        return _LARGEST if value > 0 else -_LARGEST
    return value
