"""Schemas that others are made of, as classes are of those above them: a ``discriminator`` in the one, ``allOf`` with
it in the others, and nothing that lists these.

A body of the one above is a body of one of those below it (OpenAPI 3.1 §4.8.25): it is read as the ``oneOf`` of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from typing import Any

from restproof.contract.document import Route

_SCHEMAS = "#/components/schemas/"
_ITSELF = ", as those below it have it"
_MOST = 8
"""Of more alternatives each body would be looked at for too long."""

Node = dict[str, Any]


def spelled_out(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The same document with the alternatives of such schemas listed, where one of these needs more than what it is
    made of; ``document`` itself is not touched."""
    components = document.get("components")
    schemas = components.get("schemas") if isinstance(components, Mapping) else None
    if not isinstance(components, Mapping) or not isinstance(schemas, Mapping):
        return document
    found, above = dict(schemas), []
    for name, schema in schemas.items():
        member = _member(schema)
        heirs = {} if member is None else dict(_heirs(name, schemas))
        if member is None or not 0 < len(heirs) <= _MOST or not any(map(_needs_more, heirs.values())):
            continue
        if not _are_told_apart(schema, member, name, heirs, schemas):
            continue
        above.append(name)
        found[f"{name}{_ITSELF}"] = {w: v for w, v in schema.items() if w != "discriminator"}
        for heir in heirs:  # which may be made of several
            found[heir] = _apart(found[heir], name, member, _keys(schema, heir))
        found[name] = {"oneOf": [{"$ref": f"{_SCHEMAS}{heir}"} for heir in heirs]}
    if found == schemas:
        return document
    return _led({**document, "components": {**components, "schemas": found}}, above)


def _led(document: Node, above: Sequence[str]) -> Node:
    """The same with what refers to a part of those ``above`` led to where that part stands now. What stands in several
    places still does so, and nothing is too deep."""
    whole = dict(document)
    made: dict[int, Any] = {}
    left: list[Any] = [whole]
    while left:
        holder = left.pop()
        for key, inner in holder.items() if isinstance(holder, dict) else enumerate(holder):
            if isinstance(inner, dict | list):
                if id(inner) not in made:
                    made[id(inner)] = copy(inner)
                    left.append(made[id(inner)])
                holder[key] = made[id(inner)]
            elif key == "$ref" and isinstance(inner, str):
                holder[key] = _where_now(inner, above)
    return whole


def _where_now(to: str, above: Sequence[str]) -> str:
    name = next((n for n in above if to.startswith(f"{_SCHEMAS}{n}/")), None)
    return to if name is None else f"{_SCHEMAS}{name}{_ITSELF}{to[len(_SCHEMAS + name) :]}"


def as_written(route: Route) -> Route:
    """Where in the document stands what the one that is spelled out has at ``route``."""
    return tuple(part.removesuffix(_ITSELF) if isinstance(part, str) else part for part in route)


def _member(schema: Any) -> str | None:
    """The member that tells which schema an object is of, where nothing lists these."""
    if not isinstance(schema, Mapping) or {"oneOf", "anyOf", "allOf", "$ref"} & schema.keys():
        return None
    said = schema.get("discriminator")
    name = said.get("propertyName") if isinstance(said, Mapping) else said
    return name if isinstance(name, str) and isinstance(schema.get("properties"), Mapping) else None


def _heirs(name: str, schemas: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The schemas that are made of one."""
    for heir, written in schemas.items():
        parts = written.get("allOf") if isinstance(written, Mapping) else None
        if heir != name and isinstance(parts, list) and {"$ref": f"{_SCHEMAS}{name}"} in parts:
            yield heir, written


def _needs_more(heir: Mapping[str, Any]) -> bool:
    return any(part.get("required") for part in (heir, *heir["allOf"]) if isinstance(part, Mapping))


def _are_told_apart(
    schema: Mapping[str, Any], member: str, name: str, heirs: Mapping[str, Any], schemas: Mapping[str, Any]
) -> bool:
    """Whether the member has a value for each of those below, and none for an object that is of none of them; and no
    others are made of those in turn."""
    held = schema["properties"].get(member, {})
    keys = {key for heir in heirs for key in _keys(schema, heir)}
    listed = held.get("enum", [*keys]) if isinstance(held, Mapping) else None
    again = any(True for heir in heirs for _ in _heirs(heir, schemas))
    is_told = isinstance(listed, list) and set(map(str, listed)) == keys
    return is_told and name not in keys and name not in _targets(schema).values() and not again


def _targets(schema: Mapping[str, Any]) -> Mapping[str, str]:
    """Value of the member → the schema that it stands for, as ``mapping`` says it."""
    said = schema["discriminator"]
    mapping = said.get("mapping") if isinstance(said, Mapping) else None
    pairs = mapping.items() if isinstance(mapping, Mapping) else ()
    return {str(key): str(target).rsplit("/", 1)[-1] for key, target in pairs}


def _keys(schema: Mapping[str, Any], heir: str) -> list[str]:
    return [key for key, target in _targets(schema).items() if target == heir] or [heir]


def _apart(heir: Mapping[str, Any], name: str, member: str, keys: list[str]) -> Node:
    """A schema that is made of one, with the value that tells it apart."""
    itself = {"$ref": f"{_SCHEMAS}{name}{_ITSELF}"}
    parts = [itself if part == {"$ref": f"{_SCHEMAS}{name}"} else part for part in heir["allOf"]]
    told: Node = {"type": "object", "required": [member], "properties": {member: {"type": "string", "enum": keys}}}
    return {**heir, "allOf": [*parts, told]}
