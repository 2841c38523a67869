"""Ids that bodies show otherwise than as a plain member: inside of one (``metadata.name``), or as a whole name of which
the document says the form (``shelves/{shelf}``).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from restproof.contract.fullnames import PLACEHOLDER
from restproof.contract.inside import with_own
from restproof.contract.model import WRITES
from restproof.contract.openapi.bodies import Shaped
from restproof.contract.openapi.identity import id_member, id_type, parameter_schema
from restproof.contract.openapi.members import Members
from restproof.contract.openapi.named import Yaml, files_of, id_field
from restproof.contract.openapi.paths import Found
from restproof.contract.openapi.referring import can_be_made
from restproof.contract.openapi.schemas import Schema, Schemas
from restproof.contract.shapes import is_nullable, types_of
from restproof.contract.words import snake

Ways = Callable[[str, Collection[str]], list[str]]
"""Gives the paths that a member is said to hold among others."""
_HOLDERS = frozenset({"metadata", "meta", "object_meta", "sys", "system"})
"""Members that are called after what is known of a record as such: no other record stands there."""


def shown_otherwise(schemas: Schemas, found: Found, told: Shaped, item: str) -> str | None:
    """The member that plainly is the id of an item at the path ``item`` and no plain one; ``told`` then has it as a
    field of its own that holds the bare id. ``None`` where there is none."""
    if way := _inside(found, told):
        _change(told, lambda schema: with_own(schema, way)[0])
        told.inside = way
        return way
    named = _named(schemas, told, item)
    if named is None:
        return None
    field, told.url = named
    given = parameter_schema(schemas, found)
    _change(told, lambda schema: _with_bare(schema, field, given))
    return field


def _inside(found: Found, told: Shaped) -> str:
    """The way to the id inside of a member that is called after what is known of a record as such; empty where there is
    none."""
    held = {n: s["properties"] for n, s in told.readable.items() if snake(n) in _HOLDERS and "properties" in s}
    ways = []
    for holder, members in held.items():
        changing = [n for o in ("update", "replace") for n in told.writable(o).get(holder, {}).get("properties", {})]
        made = told.writable("create").get(holder, {}).get("properties", {})
        member = id_member(found, members, changing, made=made)
        ways += [] if member is None else [f"{holder}.{member}"]
    return ways[0] if len(ways) == 1 else ""


def _named(schemas: Schemas, told: Shaped, item: str) -> tuple[str, str] | None:
    """The member that holds the whole name of an item, and what that looks like."""
    shown = {n: s for n, s in told.readable.items() if types_of(s) - {"null"} == {"string"}}
    said = {n: _ending(item, way) for n in shown for way in schemas.ways_of(n, told.readable)}
    fitting = [(n, end) for n, end in said.items() if end]
    return fitting[0] if len(fitting) == 1 else None


def _ending(item: str, way: str) -> str:
    """The end of a path that has the form of a ``way`` (``shelves/*``); empty where it has another end."""
    count = way.count("/") + 1
    end = "/".join(item.strip("/").split("/")[-count:])
    return end if form_of(end) == way else ""


def form_of(way: str) -> str:
    """A path with an asterisk for each part that may be any."""
    return PLACEHOLDER.sub("*", way)


def _change(told: Shaped, change: Callable[[Schema], Any]) -> None:
    """Have all that is told of bodies changed, and what is the same stay so."""
    made = {id(schema): change(schema) for schema in [*told.shown, *told.sent.values()]}
    told.created, told.read, told.entry = (
        made[id(s)] if id(s) in made else change(s) if s else s for s in (told.created, told.read, told.entry)
    )
    told.shown = [made[id(schema)] for schema in told.shown]
    told.sent = {operation: made[id(schema)] for operation, schema in told.sent.items()}


def _with_bare(schema: Schema, field: str, given: Schema) -> Schema:
    """A schema of which a field holds the bare id; ``given``: as paths have it."""
    members = schema.get("properties", {})
    if field not in members:
        return schema
    return {**schema, "properties": {**members, field: _bare(members[field], given)}}


def _bare(schema: Schema, given: Schema) -> Schema:
    kind = id_type(given)
    plain: Schema = {"type": "integer"} if kind == "integer" else {"type": "string"}
    plain |= {"format": "uuid"} if kind == "uuid" else {}
    if is_nullable(schema):
        plain["type"] = [plain["type"], "null"]
    return plain | {word: schema[word] for word in ("readOnly", "writeOnly") if word in schema}


def referring_by_name(
    found: Found, resources: Mapping[str, Yaml], bodies: Mapping[str, Members], written: Mapping[str, Schema], way: Ways
) -> Yaml:
    """Request fields that are said to hold the whole names of another resource (``shelf: "shelves/7"``), in the words
    of references; in ``written``, the schemas of files, they then hold the id. ``way``: the forms that are said."""
    body = bodies.get(found.name)
    if body is None or not {*WRITES} & found.calls.keys():
        return {}
    urls = {name: url for name, of in resources.items() if (url := _url(of))}
    said: Yaml = {}
    for name, schema in body.properties.items():
        forms = way(name, body.properties)
        fitting = [to for to, url in urls.items() if form_of(url) in forms]
        to = fitting[0] if len(fitting) == 1 else found.name
        above = {*PLACEHOLDER.findall(urls.get(to, ""))} - {"id"}
        known = above <= {*PLACEHOLDER.findall(resources[found.name]["path"])}
        if to == found.name or schema.get("readOnly") or not can_be_made(resources[to]) or not known:
            continue
        said[name] = {"to": to, "url": urls[to]}
        for file in files_of(resources[found.name]):
            _name_bare(written[file], name, bodies[to].properties[id_field(resources[to])])
    return {"references": said} if said else {}


def said_names(body: Members | None, way: Ways) -> list[str]:
    """The members that are said to hold whole names, or hold IRIs."""
    properties = body.properties if body is not None else {}
    return [n for n, s in properties.items() if way(n, properties) or _holds_iri(s)]


def _holds_iri(schema: Schema) -> bool:
    held = schema.get("items", {}) if isinstance(schema.get("items"), dict) else schema
    return types_of(held) - {"null"} == {"string"} and held.get("format") == "iri-reference"


def _url(resource: Yaml) -> str:
    own = resource.get("id")
    return str(own.get("url", "")) if isinstance(own, dict) else ""


def _name_bare(schema: Schema, name: str, target: Schema) -> None:
    held = schema["properties"].get(name)
    if held is not None and isinstance(held.get("items"), dict):
        schema["properties"][name] = {**held, "items": _bare(held["items"], target)}
    elif held is not None:
        schema["properties"][name] = _bare(held, target)
