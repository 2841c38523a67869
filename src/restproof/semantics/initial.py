"""What stands in an entry before any request names it: the server's values, defaults, where request fields show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from restproof.contract.model import Resource, Schema
from restproof.contract.normal import normal
from restproof.contract.shapes import SOMETIMES, is_nullable
from restproof.semantics.plausible import plausible
from restproof.semantics.readback import ReadPath, member_schema


def readbacks(resource: Resource) -> dict[str, ReadPath]:
    """Request field → where it shows, for each field that shows under another name or path and is no reference."""
    return {
        name: ReadPath.parse(path)
        for name, path in resource.reads_as.items()
        if path != name and name not in resource.references
    }


def reference_paths(resource: Resource) -> dict[str, ReadPath]:
    """Reference field → where it shows."""
    return {name: ReadPath.of(resource, name) for name in resource.references}


def read_only(resource: Resource) -> dict[str, Schema]:
    """The server's own fields on a create: those that it may not hold, neither derived by a template nor the read-back
    of a request field."""
    shown = {p.root for p in (*readbacks(resource).values(), *reference_paths(resource).values())}
    late = {} if not resource.directions else resource.shapes.create["properties"]
    return {
        name: schema
        for name, schema in resource.properties.items()
        if (schema.get("readOnly") or (resource.directions and name not in late))
        and not resource.derived.get(name)
        and name not in shown
    }


def server_values(resource: Resource, *, id: Any, now: str, serial: int) -> dict[str, Any]:
    """What the server sets on a create: the id, the times of now, plausible values for the rest, and for each
    read-back array or object the members that its entry has beyond what the client sent (under the root's name)."""

    def value(name: str, schema: Schema) -> Any:
        if schema.get("format") == "date-time" and (name in resource.touched or not is_nullable(schema)):
            return now
        return plausible(schema, serial=serial, now=now, name=name, empty=is_nullable(schema))

    found = {name: value(name, schema) for name, schema in read_only(resource).items()}
    if resource.id.field in resource.properties:
        found[resource.id.field] = id
    for path in readbacks(resource).values():
        members = member_schema(resource.shown_property(path.root)).get("properties", {})
        found[path.root] = {
            name: serial if name == "id" and "integer" in str(schema.get("type")) else value(name, schema)
            for name, schema in members.items()
        }
    return found


ABSENT = "x-restproof-absent"
"""Holds ``open``, in a schema, where nothing is promised of an absent field: the server may have a default."""


def absent_value(resource: Resource, name: str, schema: Schema) -> Any:
    """What an absent request field becomes: its default, else null where it may be; ``KeyError`` where the contract
    does not say, or the server makes a value of its own."""
    if schema.get(SOMETIMES) or name in resource.made_defaults:
        raise KeyError(name)
    if "default" in schema:
        return _shown_default(schema)
    if is_nullable(schema) and schema.get(ABSENT) != "open":
        return None
    raise KeyError(name)


def _shown_default(schema: Schema) -> Any:
    """A default as answers show it: a number in the form of a text, where numbers have one."""
    default = schema["default"]
    is_number = isinstance(default, int | float) and not isinstance(default, bool)
    return normal(schema, default, unsaid="keep") if is_number else default


def with_defaults(schema: Schema, value: Any) -> Any:
    """A value with the defaults of the members that its objects leave out, at every depth."""
    if isinstance(value, list) and isinstance(schema.get("items"), Mapping):
        return [with_defaults(schema["items"], inner) for inner in value]
    if not isinstance(value, Mapping):
        return value
    members = schema.get("properties", {})
    absent = {n: s["default"] for n, s in members.items() if n not in value and "default" in s}
    return {**absent, **{n: with_defaults(members.get(n, {}), inner) for n, inner in value.items()}}
