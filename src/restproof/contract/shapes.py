"""The shapes that follow from a resource's one schema (JSON Schema 2020-12).

A request body is closed: it takes the properties without ``readOnly``, at every depth, and ``required`` counts for
create and replace only. A response has all properties without ``writeOnly``; with ``responses: sparse`` only the
required ones are sure to be there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from restproof.contract.formats import ZONE_OPEN
from restproof.contract.inner import LISTS, SINGLE, everywhere
from restproof.frozen import frozen

SOMETIMES = "x-restproof-sometimes"
"""Marks a member that only some alternatives of a schema have: a representation may be without it."""

SHOWN = "x-restproof-shown"
"""Holds ``open``, in the schema of a field, where responses show it as something else than requests hold: nothing is
promised of how, nor that they do not."""
NEEDED = "x-restproof-needed"
"""Holds ``open`` where an optional member is needed under a condition that only words tell: every body has it."""


@frozen
class Shapes:
    """JSON Schemas of one resource without its envelope: request bodies (closed), the response and the entry of a list
    (open unless the schema closes it).
    """

    create: Mapping[str, Any]
    update: Mapping[str, Any]
    replace: Mapping[str, Any]
    response: Mapping[str, Any]
    entry: Mapping[str, Any]

    def request(self, operation: str) -> Mapping[str, Any]:
        """The shape of what ``create``, ``update`` or ``replace`` sends; of what sends nothing, that of an update."""
        return {"create": self.create, "replace": self.replace}.get(operation, self.update)

    @classmethod
    def of(
        cls,
        schema: Mapping[str, Any],
        *,
        create_only: Collection[str] = (),
        sparse: bool = False,
        directions: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
    ) -> Shapes:
        """The shapes of a resource's ``schema``: ``create_only`` are fields that only a create takes, and ``sparse``
        says that a response may leave out what is not required. ``directions``: the schemas that are apart, by
        ``request``, ``response``, ``entry`` or the operation. An update has required members, and a least number of
        them, only where it has a schema of its own."""
        kept = {k: v for k, v in schema.items() if k in ("$schema", "$defs")}

        def request(operation: str, gone: Collection[str] = (), *, whole: bool = True) -> dict[str, Any]:
            asked = asked_of(operation, schema, directions)
            fields = {n: p for n, p in _members(asked, "readOnly").items() if n not in gone}
            needed = [n for n in asked.get("required", ()) if n in fields] if whole else []
            said = ("patternProperties", *(("minProperties",) if whole and operation == "update" else ()))
            shape = {**kept, "type": "object", "properties": fields, "additionalProperties": False}
            shape.update({k: v for k, v in asked.items() if k in said})
            return {**shape, "required": needed} if needed else shape

        def response(shown: Mapping[str, Any]) -> dict[str, Any]:
            readable = _members(shown, "writeOnly")
            always = [n for n, p in readable.items() if not p.get(SOMETIMES)]
            # What one alternative says of a member says nothing where another one holds.
            readable = {n: {SOMETIMES: True} if p.get(SOMETIMES) else p for n, p in readable.items()}
            found: dict[str, Any] = {**kept, "type": "object", "properties": readable}
            found["required"] = [n for n in shown.get("required", ()) if n in readable] if sparse else always
            if shown.get("additionalProperties") is False:
                found["additionalProperties"] = False
                found.update({k: v for k, v in shown.items() if k == "patternProperties"})
            return found

        shown = response(directions.get("response", schema))
        return cls(
            create=request("create"),
            update=request("update", create_only, whole="update" in directions),
            replace=request("replace", create_only),
            response=shown,
            entry=_known(response(directions["entry"]), shown) if "entry" in directions else shown,
        )

    def with_open_zones(self) -> Shapes:
        """The same, but that the times of responses need no zone."""
        shown = everywhere(self.response, _zone_open)
        entry = shown if self.entry is self.response else everywhere(self.entry, _zone_open)
        return replace(self, response=shown, entry=entry)


def _known(entry: Mapping[str, Any], shown: Mapping[str, Any]) -> Mapping[str, Any]:
    """The shape of an entry, in which members that no other representation has may be missing."""
    return {**entry, "required": [n for n in entry["required"] if n in shown["properties"]]}


def asked_of(
    operation: str, schema: Mapping[str, Any], directions: Mapping[str, Mapping[str, Any]]
) -> Mapping[str, Any]:
    """The schema of what an operation sends: its own, else that of all requests, else that of the nearest one."""
    near = (operation, "request", "create", "update", "replace")
    return next((directions[side] for side in near if side in directions), schema)


def _members(schema: Mapping[str, Any], hidden: str) -> dict[str, Mapping[str, Any]]:
    return {n: one_side(p, hidden) for n, p in schema.get("properties", {}).items() if not p.get(hidden)}


def one_side(schema: Mapping[str, Any], hidden: str) -> Mapping[str, Any]:
    """``schema`` as requests (``hidden``: ``readOnly``) or responses (``writeOnly``) have it: at every depth without
    the members that the other side alone holds."""
    found = dict(schema)
    if isinstance(schema.get("properties"), Mapping):
        shown = {n: p for n, p in schema["properties"].items() if not (isinstance(p, Mapping) and p.get(hidden))}
        found["properties"] = {n: one_side(p, hidden) if isinstance(p, Mapping) else p for n, p in shown.items()}
        if "required" in schema:
            gone = schema["properties"].keys() - shown.keys()
            found["required"] = [n for n in schema["required"] if n not in gone]
    for word in SINGLE:
        if isinstance(schema.get(word), Mapping):
            found[word] = one_side(schema[word], hidden)
    for word in LISTS:
        if word in schema:
            found[word] = [one_side(s, hidden) if isinstance(s, Mapping) else s for s in schema[word]]
    return schema if found == schema else found


def is_hidden(schema: Mapping[str, Any]) -> bool:
    """Whether no response shows the field of a schema."""
    return bool(schema.get("writeOnly")) and schema.get(SHOWN) != "open"


def is_nullable(schema: Mapping[str, Any]) -> bool:
    """Whether ``null`` is an allowed value: all of ``type``, ``enum``, ``const`` and ``allOf``, and some alternative
    of ``anyOf`` and ``oneOf``.
    """
    kind = schema.get("type", "null")
    return (
        (kind == "null" or (isinstance(kind, list) and "null" in kind))
        and schema.get("const") is None
        and None in schema.get("enum", [None])
        and all(is_nullable(s) for s in schema.get("allOf", ()))
        and all(any(is_nullable(s) for s in schema[word]) for word in ("anyOf", "oneOf") if word in schema)
    )


def types_of(schema: Mapping[str, Any]) -> frozenset[str]:
    """The JSON types that a schema admits: null, boolean, integer, number, string, array, object.

    ``number`` brings ``integer`` along; ``integer`` alone means that only whole numbers are admitted.
    """
    if "const" in schema:
        return frozenset({type_of(schema["const"])})
    if "enum" in schema:
        return frozenset(type_of(v) for v in schema["enum"])
    if "type" in schema:
        kind = schema["type"]
        # What is neither was told as no JSON Schema already.
        kinds = frozenset([kind] if isinstance(kind, str) else kind if isinstance(kind, list) else _EVERY_TYPE)
        return kinds | {"integer"} if "number" in kinds else kinds
    for word in ("anyOf", "oneOf"):
        if word in schema:
            return frozenset().union(*(types_of(s) for s in schema[word]))
    return _EVERY_TYPE


_EVERY_TYPE = frozenset({"null", "boolean", "integer", "number", "string", "array", "object"})


def type_of(value: Any) -> str:
    """The JSON type of a Python value as ``json.loads`` gives it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"


def are_choices(schema: Mapping[str, Any]) -> bool:
    """Whether a schema is that of an array of several of a few values (days of the week, permissions)."""
    items = schema.get("items")
    return isinstance(items, Mapping) and isinstance(items.get("enum"), list)


def entry_schema(schema: Mapping[str, Any], at: int) -> Mapping[str, Any]:
    """The schema of an array's entry at an index: that of its place (``prefixItems``), else of all; empty where
    anything goes."""
    places = schema.get("prefixItems", ())
    found = places[at] if at < len(places) else schema.get("items")
    return found if isinstance(found, Mapping) else {}


def _zone_open(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema of which a time needs no zone."""
    return {**schema, "format": ZONE_OPEN} if schema.get("format") == "date-time" else schema


def same(one: Any, other: Any) -> bool:
    """Whether two JSON values are equal: ``true`` is not 1, and 5 is 5.0."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(v, other[k]) for k, v in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def named_members(schema: Mapping[str, Any], value: Any) -> Any:
    """``value`` without the members of objects that the schema does not name, at any depth: nothing is promised of
    them. An object of which the schema names no member at all holds data, and keeps them all."""
    if isinstance(value, dict) and "properties" in schema and not schema.keys() & {"allOf", "anyOf", "oneOf"}:
        named, free = schema["properties"], schema.get("additionalProperties")
        others = {n: free for n in value if n not in named} if isinstance(free, Mapping) else {}
        return {n: named_members(p, value[n]) for n, p in {**named, **others}.items() if n in value}
    if isinstance(value, list) and isinstance(schema.get("items"), Mapping):
        return [named_members(schema["items"], v) for v in value]
    return value


def named_in(schema: Any) -> Iterator[str]:
    """The names of the members that a schema describes, at any depth, some of them more than once."""
    if isinstance(schema, Mapping):
        if isinstance(schema.get("properties"), Mapping):
            yield from schema["properties"]
        for part in schema.values():
            yield from named_in(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from named_in(part)
