"""The one member that holds a resource: an envelope around it, or what holds its fields beside its id.

``{"project": {"name": …}}`` wraps a resource. In ``{"id": "7", "fields": {"name": …}}`` the answers show the member of
the requests among the resource's own: what stands in it are the fields.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from restproof.contract.openapi.answers import is_object, object_of
from restproof.contract.openapi.entries import BESIDE_ONE
from restproof.contract.openapi.schemas import Schema


def wrapper_of(schemas: Mapping[str, Schema]) -> str | None:
    """The one member, the same in all of the schemas, that is an object."""
    names: set[str | None] = set()
    for schema in schemas.values():
        members = schema.get("properties", {})
        name, inner = next(iter(members.items())) if len(members) == 1 else (None, {})
        names.add(name if is_object(object_of(inner)) else None)
    return names.pop() if len(names) == 1 else None


def around_of(schemas: Mapping[str, Schema]) -> str | None:
    """The member, the same in all of the answers, that holds the resource; ``None`` where there is none."""
    return wrapper_of(schemas) or _told_with(schemas)


def _told_with(schemas: Mapping[str, Schema]) -> str | None:
    """The one member, the same in all of the answers, that is an object, where what stands beside it, in some of them
    at least, tells of the request and not of the resource: ``data`` beside ``code`` and ``message``."""
    names: set[str | None] = set()
    for schema in schemas.values():
        members = schema.get("properties", {})
        inner = [n for n in members if not BESIDE_ONE.fullmatch(n)]
        name = inner[0] if len(inner) == 1 else None
        names.add(name if name and is_object(object_of(members[name])) else None)
    is_told = any(len(schema.get("properties", {})) > 1 for schema in schemas.values())
    return names.pop() if len(names) == 1 and is_told else None


def is_shown(member: str, shown: Sequence[Schema]) -> bool:
    """Whether an answer shows a member of requests as one of the resource's own: then it is no envelope."""
    return any(member in schema.get("properties", {}) for schema in shown)


def side_by_side_of(member: str, sent: Mapping[str, Schema], shown: Sequence[Schema]) -> list[str] | None:
    """The members that stand beside the one which holds the fields, where each answer that shows it has in it what
    requests hold there, in part at least, and no name stands both in it and beside it; else ``None``."""
    held = [object_of(schema["properties"][member]) for schema in shown if is_shown(member, [schema])]
    if not all(is_object(inner) and inner.get("properties") for inner in held):
        return None
    beside = dict.fromkeys(n for schema in shown for n in schema["properties"] if n != member)
    asked = [object_of(schema["properties"][member]).get("properties", {}).keys() for schema in sent.values()]
    inside = {n for inner in held for n in inner["properties"]}
    if not all(names & inside for names in asked) or (inside.union(*asked) & beside.keys()):
        return None
    return list(beside)


def lifted(schema: Schema, member: str) -> Schema:
    """What an answer shows, the members in the one that holds the fields side by side with the others."""
    inner = object_of(schema["properties"][member])
    members = {n: s for n, s in schema["properties"].items() if n != member} | inner["properties"]
    needed = [n for n in schema.get("required", ()) if n != member]
    needed += inner.get("required", ()) if member in schema.get("required", ()) else ()
    return {**schema, "properties": members, "required": needed}
