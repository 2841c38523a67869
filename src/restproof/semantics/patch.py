"""A merge patch (RFC 7396): an object in it changes the members that it names, at every depth, and null removes one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from restproof.contract.model import Resource
from restproof.contract.shapes import same
from restproof.semantics.checker import is_valid
from restproof.semantics.readback import member_schema


def merges(resource: Resource, operation: str) -> bool:
    """Whether requests of an operation are merge patches."""
    return operation == "update" and resource.operation("update").media.merges


def merged(schema: Mapping[str, Any], before: Any, patch: Any) -> Any:
    """What ``patch`` makes of a value. ``schema``: that of requests, which names no member that the server sets."""
    if not isinstance(patch, Mapping):
        return patch
    known = schema.get("properties", {})
    there = before if isinstance(before, Mapping) else {}
    found = {n: v for n, v in there.items() if n in known or not known}
    for name, value in patch.items():
        if value is None:
            found.pop(name, None)
        else:
            found[name] = merged(known.get(name, {}), found.get(name), value)
    return found


def leading_to(schema: Mapping[str, Any], before: Any, value: Any) -> Any:
    """The patch by which ``value`` is what a map in ``before`` is then: names that no schema gives its members are
    removed where the value is without them."""
    if not isinstance(value, Mapping) or not isinstance(before, Mapping):
        return value
    known = member_schema(schema).get("properties", {})
    gone = dict.fromkeys(name for name in before if name not in value and name not in known)
    return {**{n: leading_to(known.get(n, {}), before.get(n), v) for n, v in value.items()}, **gone}


def filled_up(schema: Mapping[str, Any], before: Any, value: Any) -> Any:
    """``value``, or, where a map holds more than ``schema`` allows when the members of ``value`` join those of
    ``before``, as many members as ``value`` has, those of ``before`` first: the map is the same then whether an update
    joins members or replaces them all."""
    if not isinstance(value, Mapping) or not isinstance(before, Mapping):
        return value
    known, most = member_schema(schema).get("properties", {}), member_schema(schema).get("maxProperties")
    inner = {n: filled_up(known.get(n, {}), before.get(n), v) for n, v in value.items()}
    if most is None or len({**before, **value}) <= most:
        return inner
    mixed = {**before, **{n: v for n, v in inner.items() if n not in before}}
    return dict(list(mixed.items())[: len(value)])


def said_by(patch: Any) -> Any:
    """The part of a value that a patch says will be there: without the members that it removes."""
    if isinstance(patch, Mapping):
        return {n: said_by(v) for n, v in patch.items() if v is not None}
    return patch


def removed_members(schema: Mapping[str, Any], patch: Any, shown: Any) -> Iterator[str]:
    """The members that a patch removes and that are there all the same, with another value than the default that
    ``schema`` has for them."""
    for name, value in patch.items() if isinstance(patch, Mapping) and isinstance(shown, Mapping) else ():
        member = member_schema(schema).get("properties", {}).get(name, {})
        left = shown.get(name)
        if value is None and left is not None and not ("default" in member and same(left, member["default"])):
            yield name
        yield from removed_members(member, value, left)


def may_be_right(resource: Resource, operation: str, schema: Mapping[str, Any], value: Any) -> bool:
    """Whether a value that the schema of its field refuses may be right in a patch all the same: it leaves out what is
    there already, or removes something."""
    return merges(resource, operation) and (value is None or is_valid(_partial(schema), value))


def _partial(schema: Any) -> Any:
    """A schema of objects without what they must hold, in which every other member may be null."""
    if not isinstance(schema, Mapping):
        return schema
    found = {k: v for k, v in schema.items() if k not in ("required", "minProperties", "dependentRequired")}
    needed = schema.get("required", ())
    for word in ("properties", "patternProperties"):
        if word in schema:
            found[word] = {n: _partial(s) if n in needed else _or_null(s) for n, s in schema[word].items()}
    if isinstance(schema.get("additionalProperties"), Mapping):
        found["additionalProperties"] = _or_null(schema["additionalProperties"])
    for word in ("allOf", "anyOf", "oneOf"):
        if word in schema:
            found[word] = [_partial(s) for s in schema[word]]
    return found


def _or_null(schema: Any) -> Any:
    return {"anyOf": [_partial(schema), {"type": "null"}]}
