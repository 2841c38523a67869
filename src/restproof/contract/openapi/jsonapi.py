"""Resources in JSON:API: what stands in ``attributes`` and what ``relationships`` name are members of one resource."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from restproof.contract.envelope import pointer_of
from restproof.contract.held import EACH
from restproof.contract.openapi.bodies import Shaped
from restproof.contract.openapi.naming import singular
from restproof.contract.openapi.paths import Found
from restproof.contract.openapi.schemas import Schema
from restproof.contract.words import snake

_MEMBERS = frozenset({"id", "lid", "type", "attributes", "relationships", "links", "meta"})
_UNKNOWN = "its body needs {}, and no request makes what that names"


def side_by_side(told: Shaped, found: Found, by_name: Mapping[str, Found]) -> Shaped:
    """What the bodies of a resource say, its fields and the ids of what it is related to side by side, where they stand
    in one object as JSON:API has it; any other as it is."""
    schemas = [*told.shown, *told.sent.values()]
    kind = next(filter(None, map(_type, schemas)), "")
    if not told.shown or not kind or not all(map(_is_resource_object, schemas)):
        return told
    related = _related(schemas, found, by_name)
    needed = _inside(told.sent.get("create", {}), "relationships").get("required", ())
    unknown = next((name for name in needed if name not in related), None)
    if unknown is not None:
        del told.sent["create"]
        told.left_out["create"] = _UNKNOWN.format(unknown)
    told.sent = {operation: _flat(schema, related) for operation, schema in told.sent.items()}
    made = {id(schema): _flat(schema, related, shown=True) for schema in told.shown}
    told.shown = [made[id(schema)] for schema in told.shown]
    told.created, told.read, told.entry = (made.get(id(s), s) for s in (told.created, told.read, told.entry))
    told.envelope |= {"fields": "attributes", "beside": ["id", "relationships"]}
    told.envelope["constants"] = {f"{pointer_of(told.envelope.get('request'))}/type": kind}
    told.related = related
    return told


def _is_resource_object(schema: Schema) -> bool:
    members = schema.get("properties", {})
    inner = members.get("attributes", {})
    return "type" in members and bool(inner.get("properties")) and members.keys() <= _MEMBERS


def _type(schema: Schema) -> str:
    """The one type that a resource object, or what names one, can have; empty where it may be any."""
    said = schema.get("properties", {}).get("type", {})
    values = [said["const"]] if "const" in said else said.get("enum", [])
    return values[0] if len(values) == 1 and isinstance(values[0], str) else ""


def _inside(schema: Schema, name: str) -> Schema:
    inner: Schema = schema.get("properties", {}).get(name, {})
    return inner


def _related(schemas: list[Schema], found: Found, by_name: Mapping[str, Found]) -> dict[str, Any]:
    """Relationship → the words of a reference, for those that name what a request can make, and that no attribute is
    called like."""
    said: dict[str, Any] = {}
    taken = {name for schema in schemas for name in _inside(schema, "attributes").get("properties", ())}
    for schema in schemas:
        for name, one in _inside(schema, "relationships").get("properties", {}).items():
            data = _inside(one, "data")
            many = "items" in data
            kind = _type(data.get("items", data))
            to = _of_type(kind, by_name)
            if to is None or to is found or "create" not in to.calls or name in {"id", *taken}:
                continue
            place = f"/relationships/{name}/data{f'/{EACH}' if many else ''}/id"
            said[name] = {"to": to.name, "place": place, "with": {"type": kind}}
    return said


def _of_type(kind: str, by_name: Mapping[str, Found]) -> Found | None:
    """The resource whose collection is called like a type, or which is itself."""
    named = [one for one in by_name.values() if kind and one.collection.rstrip("/").rpartition("/")[2] == kind]
    return named[0] if len(named) == 1 else by_name.get(singular(snake(kind)))


def _flat(schema: Schema, related: Mapping[str, Any], *, shown: bool = False) -> Schema:
    """A resource object as its id, its attributes and what it is related to. ``shown``: as an answer has it, where
    nothing may be related; what a request alone relates it to is shown in the same place, if at all."""
    attributes, relationships = _inside(schema, "attributes"), _inside(schema, "relationships")
    needed = set(schema.get("required", ()))
    members = {name: _inside(schema, name) for name in ("id",) if name in schema["properties"]}
    required = [name for name in members if name in needed]
    members |= attributes["properties"]
    required += [n for n in attributes.get("required", ()) if "attributes" in needed]
    for name, one in relationships.get("properties", {}).items():
        if name in related:
            data = _inside(one, "data")
            id_schema = _inside(data.get("items", data), "id") or {"type": "string"}
            either = {**id_schema, "type": ["string", "null"]} if shown else id_schema
            members[name] = {"type": "array", "items": id_schema} if "items" in data else either
            if "relationships" in needed and name in relationships.get("required", ()) and not shown:
                required.append(name)
    for name in related.keys() - members.keys() if shown else ():
        many = f"/{EACH}/" in related[name]["place"]
        members[name] = {"type": "array", "items": {"type": "string"}} if many else {"type": ["string", "null"]}
    return {**attributes, "properties": members, "required": required}
