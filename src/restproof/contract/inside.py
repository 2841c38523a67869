"""An id that stands inside of a member: ``{"metadata": {"name": "web", "labels": {}}, "spec": {}}``.

A schema, and whatever plans or judges, speaks of it as a field of its own, ``metadata.name``, beside what the member
holds else; here alone it is taken from there, and put there again.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from restproof.frozen import frozen

Schema = Mapping[str, Any]


@frozen
class Inside:
    """``field``: the way to the id, with dots. ``repeated``: whether a change that holds the member holds the id in it,
    too. ``gone``: how many of the members on the way hold nothing else, the innermost first, in answers; in requests,
    ``gone_sent``."""

    field: str
    repeated: bool = False
    gone: int = 0
    gone_sent: int = 0

    @cached_property
    def way(self) -> tuple[str, ...]:
        """The members that lead to it, and its own name."""
        return tuple(self.field.split("."))

    def taken(self, fields: dict[str, Any], *, sent: bool = False) -> dict[str, Any]:
        """The fields with the id among them, and not where it stands; as they are where it does not stand there.
        ``sent``: whether a request holds them."""
        try:
            rest, id = _without(fields, self.way, self.gone_sent if sent else self.gone)
        except LookupError:
            return fields
        return {**rest, self.field: id}

    def put(self, body: Mapping[str, Any], id: Any = None) -> dict[str, Any]:
        """``body`` with the id where it stands: its own, or that of what is changed where the body holds the member. A
        body that has something else in the place of the member goes without."""
        found = {n: v for n, v in body.items() if n != self.field}
        if self.field in body:
            id = body[self.field]
        elif id is None or not self.repeated or self.way[0] not in body:
            return found
        made = _put(found, self.way, id)
        return found if made is None else made

    def settled(self, body: dict[str, Any]) -> dict[str, Any]:
        """A body as it is read that is sent: the member that the id is in is there with it."""
        return self.taken(self.put(body), sent=True)

    def implies(self, name: str, body: Mapping[str, Any], properties: Mapping[str, Schema]) -> bool:
        """Whether a body without the field ``name`` holds all that is needed of it, by the id that it names."""
        asked = properties.get(name, {})
        lacks = asked.get("required") or asked.get("minProperties", 0) > 0
        return name == self.way[0] and self.field in body and not lacks


def _without(holder: Any, way: tuple[str, ...], gone: int) -> tuple[dict[str, Any], Any]:
    if not isinstance(holder, Mapping):
        raise KeyError(way[0])
    found = holder[way[0]]
    rest = {n: v for n, v in holder.items() if n != way[0]}
    if len(way) == 1:
        return rest, found
    inner, id = _without(found, way[1:], gone)
    return (rest if not inner and len(way) - 1 <= gone else {**holder, way[0]: inner}), id


def _put(holder: Any, way: tuple[str, ...], id: Any) -> dict[str, Any] | None:
    """An object with the id at the end of the way; ``None`` where something else than an object stands on it."""
    if not isinstance(holder, Mapping):
        return None
    if len(way) == 1:
        return {**holder, way[0]: id}
    inner = _put(holder.get(way[0], {}), way[1:], id)
    return None if inner is None else {**holder, way[0]: inner}


def with_own(schema: Schema, field: str) -> tuple[Schema, int | None]:
    """A schema of a resource with the id as a field of its own, and how many of the members on its way are left with
    nothing; as it is, and ``None``, where the id does not stand inside of a member."""
    way = tuple(field.split("."))
    found = None if len(way) == 1 or field in schema.get("properties", {}) else _parted(schema, way)
    if found is None:
        return schema, None
    left, own, is_needed, gone = found
    needed = [*left.get("required", ()), *([field] if is_needed else [])]
    return _with(left, {field: own, **left.get("properties", {})}, needed), gone


def put_back(schema: Schema, field: str) -> dict[str, Any]:
    """A schema of a resource as bodies are, from one of which the id is a field of its own."""
    properties, needed = dict(schema.get("properties", {})), [*schema.get("required", ())]
    if field not in properties:
        return dict(schema)
    own, *way = properties.pop(field), *field.split(".")
    is_needed = field in needed
    whole = _with(schema, properties, [n for n in needed if n != field])
    return _placed(whole, way, own, is_needed=is_needed)


def _placed(holder: Schema, way: list[str], own: Schema, *, is_needed: bool) -> dict[str, Any]:
    first, *rest = way
    members, needed = holder.get("properties", {}), [*holder.get("required", ())]
    if rest:
        own = _placed(members.get(first, {"type": "object"}), rest, own, is_needed=is_needed)
    if is_needed and first not in needed:
        needed.append(first)
    return _with(holder, {**members, first: own}, needed)


def _parted(schema: Any, way: tuple[str, ...]) -> tuple[dict[str, Any], Schema, bool, int] | None:
    """What is left of a schema without what stands at the end of a way, that, whether it is needed, and how many of
    the members on the way are gone with it."""
    members = schema.get("properties", {}) if isinstance(schema, Mapping) else {}
    if way[0] not in members:
        return None
    inner, rest = members[way[0]], {n: p for n, p in members.items() if n != way[0]}
    needed: list[str] = [*schema.get("required", ())]
    others = [n for n in needed if n != way[0]]
    if len(way) == 1:
        least = {"minProperties": schema["minProperties"] - 1} if "minProperties" in schema else {}
        return _with(schema, rest, others) | least, inner, way[0] in needed, 0
    found = _parted(inner, way[1:])
    if found is None:
        return None
    left, own, is_needed, gone = found
    own = {**own, **{word: True for word in ("readOnly", "writeOnly") if inner.get(word)}}
    is_needed = is_needed and way[0] in needed
    more = left["properties"] or left.get("additionalProperties") or "patternProperties" in left
    if not more and gone == len(way) - 2:
        return _with(schema, rest, others), own, is_needed, gone + 1
    return _with(schema, {n: left if n == way[0] else p for n, p in members.items()}, needed), own, is_needed, gone


def _with(schema: Schema, properties: Schema, needed: list[str]) -> dict[str, Any]:
    rest = {word: said for word, said in schema.items() if word != "required"}
    return {**rest, "properties": properties, **({"required": needed} if needed else {})}
