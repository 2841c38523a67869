"""What binds a resource as a whole: the keywords at the top of its schema that speak of several members together.

The members that only alternatives name become members of the resource, so that requests may hold them; what the
keywords ask of a request becomes one condition (``contract.rules.Condition``). Of responses nothing is asserted here:
whether a member that does not apply is absent, or null, no schema of both directions says.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from restproof.contract.shapes import SOMETIMES, same

Schema = Mapping[str, Any]
WHOLE = (
    *("allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentRequired", "dependentSchemas"),
    *("propertyNames", "minProperties", "maxProperties"),
)
"""Keywords that speak of the object as a whole."""
_CHOICES = ("anyOf", "oneOf")
NEVER: Schema = {"not": {}}
"""What an alternative says of a member that it does not have."""


def lifted(schema: Schema) -> Schema:
    """``schema`` with the members of its alternatives among its own; a member whose values each alternative lists is
    narrowed to these."""
    found = dict(schema)
    if found.get("unevaluatedProperties") is False:
        del found["unevaluatedProperties"]
        found["additionalProperties"] = False
    parts = list(_parts(schema))
    if not parts:
        return found
    own: dict[str, Any] = dict(schema.get("properties", {}))
    for name in dict.fromkeys(n for part in parts for n in part.get("properties", {})):
        if name not in own:
            own[name] = {**_united(list(_variants(schema, name))), SOMETIMES: True}
        else:
            own[name] = _narrowed(schema, name, own[name])
    if "type" not in found and all(part.get("type", "object") == "object" for part in parts):
        found["type"] = "object"
    return {**found, "properties": own}


def condition(schema: Schema) -> Schema | None:
    """What the schema asks of a request as a whole; ``None`` where it asks nothing. What speaks of members that the
    server sets is left out."""
    set_by_server = {n for n, p in schema.get("properties", {}).items() if p.get("readOnly")}
    asked = _asked({word: schema[word] for word in WHOLE if word in schema}, set_by_server)
    return asked or None


def named(schema: Schema) -> tuple[str, ...]:
    """The members that a condition speaks of."""
    found: list[str] = [*schema.get("required", ()), *schema.get("properties", {})]
    for name, others in schema.get("dependentRequired", {}).items():
        found += [name, *others]
    for name, part in schema.get("dependentSchemas", {}).items():
        found += [name, *named(part)]
    for word in ("allOf", *_CHOICES):
        found += [n for part in schema.get(word, ()) for n in named(part)]
    for word in ("not", "if", "then", "else"):
        found += named(schema[word]) if isinstance(schema.get(word), Mapping) else ()
    return tuple(dict.fromkeys(found))


def said_of(schema: Schema, name: str) -> Iterator[Schema]:
    """What the parts of a condition say of one member."""
    if schema.get("properties", {}).get(name, NEVER) != NEVER:
        yield schema["properties"][name]
    for part in _parts(schema, whole=True):
        yield from said_of(part, name)


def choice_of(schema: Schema) -> Sequence[Schema]:
    """The alternatives of a condition; of several choices those of the one that has the most."""
    found = [[p for p in part.get(word, ()) if isinstance(p, Mapping)] for part in _wholes(schema) for word in _CHOICES]
    return max(found, key=len)


def _wholes(schema: Schema) -> Iterator[Schema]:
    yield schema
    for part in schema.get("allOf", ()):
        yield from _wholes(part) if isinstance(part, Mapping) else ()


def narrow(schema: Schema) -> Schema:
    """A condition with alternatives that take none of the members that only other ones name: what a server with one
    type for each of them may refuse."""
    found = dict(schema)
    for word in _CHOICES:
        parts = [p for p in schema.get(word, ()) if isinstance(p, Mapping)]
        members = [{n for n, said in p.get("properties", {}).items() if said != NEVER} for p in parts]
        if parts and len(parts) == len(schema[word]) and len(set(map(frozenset, members))) > 1:
            every = set().union(*members)
            found[word] = [
                {**part, "properties": {**part.get("properties", {}), **dict.fromkeys(sorted(every - own), NEVER)}}
                for part, own in zip(parts, members, strict=True)
            ]
    return found


def _parts(schema: Schema, *, whole: bool = False) -> Iterator[Schema]:
    """The schemas of the same object that stand in a schema; with ``whole`` those that only ask, too."""
    for word in ("allOf", *_CHOICES):
        for part in schema.get(word, ()):
            if isinstance(part, Mapping):
                yield part
                if not whole:
                    yield from _parts(part)
    for word in ("if", "then", "else", *(("not",) if whole else ())):
        if isinstance(schema.get(word), Mapping):
            yield schema[word]
            if not whole:
                yield from _parts(schema[word])
    for part in schema.get("dependentSchemas", {}).values():
        if isinstance(part, Mapping):
            yield part
            if not whole:
                yield from _parts(part)


def _variants(schema: Schema, name: str) -> Iterator[Schema]:
    """What the alternatives say of a member that the schema itself does not name; nothing is known of its values where
    it stands in a part that need not hold."""
    for word in ("allOf", *_CHOICES):
        for part in schema.get(word, ()):
            if isinstance(part, Mapping):
                own = part.get("properties", {}).get(name)
                if isinstance(own, Mapping) and own != NEVER:
                    yield own
                yield from _variants(part, name)
    for word in ("if", "then", "else"):
        if isinstance(schema.get(word), Mapping) and name in named(schema[word]):
            yield {}
    for part in schema.get("dependentSchemas", {}).values():
        if isinstance(part, Mapping) and name in named(part):
            yield {}


def _united(variants: list[Schema]) -> Schema:
    distinct: list[Schema] = []
    for variant in variants:
        if not any(same(variant, other) for other in distinct):
            distinct.append(variant)
    if len(distinct) == 1:
        return distinct[0]
    if not all(distinct):
        return {}
    values = _listed(distinct)
    shared = {w: True for w in ("readOnly", "writeOnly") if all(v.get(w) for v in distinct)}
    return {"enum": values, **shared} if values else {"anyOf": distinct, **shared}


def _narrowed(schema: Schema, name: str, own: Schema) -> Schema:
    """A member that the schema names, with no more values than all alternatives list for it."""
    for word in _CHOICES:
        parts = schema.get(word, ())
        said = [p.get("properties", {}).get(name) for p in parts if isinstance(p, Mapping)]
        values = _listed([s for s in said if isinstance(s, Mapping)]) if said and len(said) == len(parts) else []
        if values and all(isinstance(s, Mapping) and (s.keys() & {"const", "enum"}) for s in said):
            kept = [v for v in values if "enum" not in own or any(same(v, o) for o in own["enum"])]
            return {**own, "enum": kept or values}
    return own


def _listed(variants: list[Schema]) -> list[Any]:
    """The values that all variants list; empty where one lists none."""
    found: list[Any] = []
    for variant in variants:
        values = [variant["const"]] if "const" in variant else variant.get("enum", [])
        if not values:
            return []
        found += [v for v in values if not any(same(v, o) for o in found)]
    return found


def _asked(schema: Schema, gone: Collection[str]) -> Schema:
    """A part of a schema as it binds a request: without what it says of members that the server sets."""
    found = dict(schema)
    members = schema.get("properties", {})
    gone = {*gone, *(n for n, p in members.items() if isinstance(p, Mapping) and p.get("readOnly"))}
    if "required" in found:
        found["required"] = [n for n in found["required"] if n not in gone]
    if members:
        found["properties"] = {n: p for n, p in members.items() if n not in gone}
    if "dependentRequired" in found:
        asked = {n: [m for m in o if m not in gone] for n, o in found["dependentRequired"].items() if n not in gone}
        found["dependentRequired"] = {n: others for n, others in asked.items() if others}
    if "dependentSchemas" in found:
        parts = {n: p for n, p in found["dependentSchemas"].items() if n not in gone}
        found["dependentSchemas"] = {n: _asked(p, gone) if isinstance(p, Mapping) else p for n, p in parts.items()}
    for word in ("allOf", *_CHOICES):
        if word in found:
            found[word] = [_asked(p, gone) if isinstance(p, Mapping) else p for p in found[word]]
    if isinstance(found.get("if"), Mapping) and {*named(found["if"])} & gone:
        found = {w: v for w, v in found.items() if w not in ("if", "then", "else")}
    if isinstance(found.get("not"), Mapping) and {*named(found["not"])} & gone:
        del found["not"]
    for word in ("then", "else"):
        if isinstance(found.get(word), Mapping):
            found[word] = _asked(found[word], gone)
    return {w: v for w, v in found.items() if v not in ([], {}) or w in ("if", "not")}
