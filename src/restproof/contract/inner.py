"""The schemas that stand inside of a schema (JSON Schema 2020-12)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Made = dict[int, tuple[Any, Any]]
"""What became of schemas, by their identity: of each the schema itself, which must live as long, and the other."""

MAPS = frozenset({"properties", "patternProperties", "dependentSchemas", "$defs"})
LISTS = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
SINGLE = frozenset(
    {"items", "additionalProperties", "contains", "not", "if", "then", "else", "propertyNames"}
    | {"unevaluatedItems", "unevaluatedProperties"}
)
"""Keywords that hold schemas: by name, in a list, or one."""


def everywhere(schema: Any, change: Callable[[dict[str, Any]], dict[str, Any]], made: Made | None = None) -> Any:
    """``schema`` with each schema in it as ``change`` makes it, the innermost first. What it holds as data stays, and
    so do the names of members, whatever they are called. ``made``: what this change has made already; a schema that
    stands in several places is changed once."""
    if not isinstance(schema, Mapping):
        return schema
    if made is None:
        made = {}
    elif id(schema) in made:
        return made[id(schema)][1]
    found = dict(schema)
    for word, inner in schema.items():
        if word in MAPS:
            found[word] = {name: everywhere(one, change, made) for name, one in inner.items()}
        elif word in LISTS:
            found[word] = [everywhere(one, change, made) for one in inner]
        elif word in SINGLE:
            found[word] = everywhere(inner, change, made)
    changed = change(found)
    made[id(schema)] = schema, changed
    return changed


def schemas_in(schema: Any) -> Iterator[Mapping[str, Any]]:
    """The schema and each one that stands inside of it, at every depth. A member that has the name of a keyword
    (``format``, ``pattern``) is none."""
    if not isinstance(schema, Mapping):
        return
    yield schema
    for one in _within(schema):
        yield from schemas_in(one)


def distinct(schema: Any, asked: Callable[[Mapping[str, Any]], bool] = bool) -> Iterator[Mapping[str, Any]]:
    """As ``schemas_in``, each once where it stands in several places, and none that is not ``asked`` for, nor what is
    inside of it."""
    left, seen = [schema], set[int]()
    while left:
        found = left.pop()
        if isinstance(found, Mapping) and id(found) not in seen and asked(found):
            seen.add(id(found))
            yield found
            left += _within(found)


def holds_records(schema: Any) -> bool:
    """Whether objects with ids of their own stand in what a schema describes."""
    return any({"id", "_id", "uuid"} & {*inner.get("properties", ())} for inner in distinct(schema))


def _within(schema: Mapping[str, Any]) -> Iterator[Any]:
    for word, inner in schema.items():
        if word in SINGLE:
            yield inner
        elif word in MAPS and isinstance(inner, Mapping):
            yield from inner.values()
        elif word in LISTS and isinstance(inner, list):
            yield from inner
