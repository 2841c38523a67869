"""The schemas of a document in the words of JSON Schema 2020-12, without ``$ref`` and bounded in depth and size.

A schema that is written wider than the document has it (because it goes on for ever, or uses what is not carried) holds
``WIDER``: a response that keeps it may break the document, and a request made from it may be no valid one. So
``wider`` schemas are never used to make requests.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from restproof.contract.document import Route
from restproof.contract.impossible import nothing_fits
from restproof.contract.openapi.flat_schemas import INNER, Leaves
from restproof.contract.openapi.keywords import (
    LISTS,
    MAPS,
    SINGLE,
    UNCARRIED,
    UNKNOWN,
    mark_null,
    modern,
    plain,
    says_path,
    set_by_server,
    ways_said,
)
from restproof.contract.openapi.source import Source
from restproof.contract.openapi.values_by_description import needed
from restproof.errors import ContractError
from restproof.pointer import steps

WIDER = "x-restproof-wider"
"""Holds why a schema is wider than the document's, in words."""
_DEEPEST = 10
"""Levels of objects and arrays that are written out."""
_LONGEST = 40
"""References in one chain."""
_LARGEST = 1_500
"""Parts of one schema that are written out."""
Schema = dict[str, Any]
_DROPPED = {
    **dict.fromkeys(("default", "enum"), "which the schema itself does not allow"),
    "pattern": "which is no regular expression that is understood here",
}
_ANY_OR_NULL: Schema = {"type": ["object", "null"]}


class Schemas:
    """Reads schemas, each component once for each depth at which it stands."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.left_out: list[tuple[str, Route]] = []
        self._called = Counter[tuple[str, bool]]()
        """How many members of a name are said to hold a path, and how many are not."""
        self._ways: list[tuple[str, set[str], str]] = []
        """Members of which it is said what path they hold, with those beside them, and the path."""
        self._made: dict[tuple[str, int], Schema] = {}
        self._whole: dict[int, tuple[Any, Schema]] = {}
        """What stands in an operation itself: it is asked for by each that looks at the operation."""
        self._parts: dict[tuple[int, int], Schema] = {}
        self._alike = Leaves()
        self._modern: dict[int, tuple[Any, dict[str, Any]]] = {}
        self._plain: dict[int, tuple[dict[str, Any], list[str]]] = {}
        self._servers: dict[int, list[str]] = {}
        self._leaves: dict[tuple[int, str], dict[Any, Schema]] = {}
        """What was made of a schema as it is written, by its identity; of one as 2020-12 has it, which ``_modern``
        keeps; and of its members, those that hold no others."""
        self._sizes: dict[int, int] = {}
        self._kept: list[Schema] = []

    def of(self, value: Any, route: Route) -> Schema:
        """The schema at ``route``. Raises ``ContractError`` where it names nothing or is none."""
        if id(value) not in self._whole:
            self._whole[id(value)] = value, self._of(value, route, _DEEPEST, ())
        return self._whole[id(value)][1]

    def _of(self, value: Any, route: Route, depth: int, chain: tuple[str, ...]) -> Schema:
        if value is True or value is None or value == {}:
            return {}
        if value is False:
            return {"not": {}}
        if not isinstance(value, dict):
            raise self.source.wrong("a schema must be a mapping", route, "the OpenAPI specification says what it is")
        if depth <= 0:
            return {WIDER: "it is nested deeper than is written out"}
        if isinstance(value.get("$ref"), str):
            beside = {k: v for k, v in value.items() if k not in ("$ref", "description", "title", "summary")}
            target, mark = self._named(value["$ref"], route, depth, chain), needed(value.get("description"))
            whole = both(target, self._of(beside, route, depth, chain)) if beside else target
            return self._kept_as({**whole, **mark}) if beside or mark else target
        found = self._kept_as(self._written(self._as_modern(value), route, depth, chain))
        if self.size(found) <= _LARGEST:
            return found
        # Less of its depth, until it is small enough.
        return self._of(value, route, depth - 1, chain) if depth > 1 else {WIDER: "it is larger than is written out"}

    def _named(self, ref: str, route: Route, depth: int, chain: tuple[str, ...]) -> Schema:
        """What a reference names. What stands inside itself is written out once more, and no further."""
        if chain.count(ref) > 1 or len(chain) > _LONGEST:
            return {WIDER: "it stands inside itself" if ref in chain else "its references go on and on"}
        key = (ref, depth)
        if key not in self._made:
            self._made[key] = {WIDER: "it stands inside itself"}  # met where it is nothing but itself
            try:
                value = self.source.named(ref, (*route, "$ref"))
                self._made[key] = self._of(value, self._route_of(ref, route), depth, (*chain, ref))
            except ContractError:
                del self._made[key]  # wherever it is used, it is told why it cannot be read
                raise
        return self._made[key]

    def _route_of(self, ref: str, route: Route) -> Route:
        """The route of a component of the main document; of anything else, that of its use."""
        return tuple(steps(ref[1:])) if ref.startswith("#/") else route

    def _written(self, value: Mapping[str, Any], route: Route, depth: int, chain: tuple[str, ...]) -> Schema:
        if id(value) not in self._plain:
            self._plain[id(value)] = plain(value)
        found, dropped = dict(self._plain[id(value)][0]), self._plain[id(value)][1]
        if dropped:
            why = _DROPPED.get(dropped[0], "whose value it cannot have")
            self.left_out.append((f"'{dropped[0]}' of a schema, {why}", (*route, dropped[0])))
            if {"enum", "pattern", "minimum", "maximum", "minLength", "maxLength"} & set(dropped):
                found[WIDER] = f"its '{dropped[0]}' cannot be carried"
        if UNKNOWN in value:
            self.left_out.append((f"the type '{value[UNKNOWN]}' of a schema, which JSON does not have", route))
            found[WIDER] = f"its type '{value[UNKNOWN]}' is none of JSON's"
        # What no keyword names is left out of what is sent, and is no wrong in what is shown.
        closes = {w for w in ("unevaluatedProperties", "unevaluatedItems") if value.get(w) is False}
        uncarried = next((w for w in UNCARRIED if w in value and w not in closes), None)
        if uncarried:
            what = f"'{uncarried}' of a schema, for which a contract has no word"
            self.left_out.append((what, (*route, uncarried)))
            found[WIDER] = f"its '{uncarried}' cannot be carried"
        whole = _possible(flat({**found, **self._inner(value, route, depth, chain)}))
        mark_null(whole)
        return whole

    def _inner(self, value: Mapping[str, Any], route: Route, depth: int, chain: tuple[str, ...]) -> Schema:
        """The keywords that hold schemas."""
        found: Schema = {}
        is_new = id(value) not in self._servers
        if is_new:
            named = set_by_server(value) if isinstance(value.get("properties"), dict) else ()
            self._servers[id(value)] = [*map(str, named)]
        for word in MAPS:
            if isinstance(value.get(word), dict):
                if is_new:
                    self._called.update((n, says_path(s)) for n, s in value[word].items())
                    self._ways += [(n, {*value[word]}, way) for n, s in value[word].items() for way in ways_said(s)]
                if "" in value[word]:
                    self.left_out.append(("a member without a name", (*route, word)))
                found[word] = self._members(value, word, route, depth, chain)
        for name in self._servers[id(value)]:
            if name in found.get("properties", ()):
                found["properties"][name] = {**found["properties"][name], "readOnly": True}
        for word in SINGLE:
            if word == "additionalProperties" and value.get(word) in (False, True, {}):
                if value[word] is False:
                    found[word] = False
            elif isinstance(value.get(word), dict | bool):
                found[word] = self._part(self._alike.first(value[word]), (*route, word), depth - 1, chain)
        for word in LISTS:
            if isinstance(value.get(word), list) and value[word]:
                found[word] = [
                    # A reference among alternatives is bounded as a chain is; what is written out, by its depth.
                    self._part(s, (*route, word, i), depth - ("$ref" not in s if isinstance(s, dict) else 1), chain)
                    for i, s in enumerate(map(self._alike.first, value[word]))
                ]
                if word != "allOf" and any("properties" in s for s in found[word]):
                    # Beside an object with members, any object or null means that it may be null.
                    found[word] = [{"type": "null"} if s == _ANY_OR_NULL else s for s in found[word]]
        if "oneOf" in found and "anyOf" not in found:
            # Said of one of several; that none keeps two of them is seldom meant, and no server sees to it.
            found["anyOf"] = found.pop("oneOf")
        return found

    def _members(
        self, value: Mapping[str, Any], word: str, route: Route, depth: int, chain: tuple[str, ...]
    ) -> dict[str, Schema]:
        """The schemas by name under ``word``. Those that hold no others are the same at each depth."""
        members, key = value[word], (id(value), word)
        if depth > 1 and key not in self._leaves:
            self._leaves[key] = {
                name: self._part(leaf, (*route, word, name), 1, chain)
                for name, member in members.items()
                if name and self._is_leaf(leaf := self._alike.first(member))
            }
        leaves = self._leaves[key] if depth > 1 else {}
        return {
            str(n): leaves[n] if n in leaves else self._part(s, (*route, word, n), depth - 1, chain)
            for n, s in members.items()
            if n
        }

    def _part(self, value: Any, route: Route, depth: int, chain: tuple[str, ...]) -> Schema:
        """An inner schema, read once for each depth, or once where nothing is inside it; one that cannot be read costs
        only itself."""
        key = (id(value), 1 if depth > 0 and self._is_leaf(value) else depth)
        if key not in self._parts:
            if isinstance(value, dict):
                self._kept.append(value)  # what was made in passing is known by its identity from here on
            told = len(self.left_out)
            try:
                self._parts[key] = self._of(value, route, depth, chain)
            except ContractError as error:
                self.left_out.append((error.message, route))
                self._parts[key] = {WIDER: error.message}
            if len(self.left_out) > told:
                self._alike.forget(value)  # what is left out is told wherever it stands
        return self._parts[key]

    @property
    def of_paths(self) -> set[str]:
        """Names of members that are said to hold a path, at least as often as they are not."""
        return {name for (name, is_path), n in self._called.items() if is_path and n >= self._called[name, False]}

    def ways_of(self, name: str, beside: Collection[str]) -> list[str]:
        """The paths that a member is said to hold in an object that has no others than those ``beside`` it."""
        return list(dict.fromkeys(way for n, those, way in self._ways if n == name and those <= {*beside}))

    def names(self) -> dict[frozenset[str], str]:
        """What the document calls an object, by its members."""
        found: dict[frozenset[str], str] = {}
        for (ref, _), schema in self._made.items():
            if schema.get("properties"):
                file, _, pointer = ref.partition("#")
                found.setdefault(frozenset(schema["properties"]), steps(pointer)[-1] if pointer else Path(file).stem)
        return found

    def size(self, schema: Any) -> int:
        """How many parts a schema has, written out."""
        if isinstance(schema, dict):
            if id(schema) not in self._sizes:
                self._sizes[id(schema)] = 1 + sum(map(self.size, schema.values()))
                self._kept.append(schema)  # its identity must not be given to another
            return self._sizes[id(schema)]
        return sum(map(self.size, schema)) if isinstance(schema, list) else 1

    def _as_modern(self, value: dict[str, Any]) -> dict[str, Any]:
        if id(value) not in self._modern:
            self._modern[id(value)] = value, modern(value)
        return self._modern[id(value)][1]

    def _is_leaf(self, value: Any) -> bool:
        """Whether nothing is inside a schema, as it is written and as 2020-12 has it: what may be null and names no
        type is one of two there."""
        return isinstance(value, dict) and INNER.isdisjoint(value) and INNER.isdisjoint(self._as_modern(value))

    def _kept_as(self, schema: Schema) -> Schema:
        self._kept.append(schema)
        return schema


def wider(schema: Any) -> str | None:
    """Why a schema, or a part of it, is wider than the document's; ``None`` where it says the same."""
    return holds(schema, WIDER)


def holds(schema: Any, word: str) -> str | None:
    """What a schema, or a part of it, holds as ``word``; ``None`` where it does not."""
    left, seen = [schema], set[int]()
    while left:
        found = left.pop()
        if isinstance(found, dict):
            if word in found:
                return str(found[word])
            if id(found) not in seen:
                seen.add(id(found))
                left.extend(value for value in found.values() if isinstance(value, dict | list))
        elif isinstance(found, list):
            left.extend(found)
    return None


def flat(schema: Schema) -> Schema:
    """``allOf`` merged into what it stands beside, and alternatives of one into their place."""
    for word in ("anyOf", "oneOf"):
        parts = schema.get(word)
        if isinstance(parts, list) and len(parts) == 1:
            schema = both({k: v for k, v in schema.items() if k != word}, parts[0])
    parts = schema.get("allOf")
    if not isinstance(parts, list):
        return schema
    whole: Schema = {}
    for part in (*parts, {k: v for k, v in schema.items() if k != "allOf"}):
        whole = both(whole, part)
    return whole


_GREATER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_LESS = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_BESIDE = ("default", "examples", "readOnly", "writeOnly")
_LATER = (*_BESIDE, WIDER, "format")


def both(one: Mapping[str, Any], two: Mapping[str, Any]) -> Schema:
    """The schema of what keeps both. What no one schema can say of both is written wider."""
    found = dict(one)
    if "additionalProperties" in one or "additionalProperties" in two:
        # Each would forbid what the other has: meant is that the whole is closed.
        names = [set(s.get("properties", ())) for s in (one, two)]
        if names[0] != names[1] and False in (one.get("additionalProperties"), two.get("additionalProperties")):
            found.pop("additionalProperties", None)
            two = {k: v for k, v in two.items() if k != "additionalProperties"}
    for word, value in two.items():
        if word not in found or found[word] == value or word in _LATER:
            found[word] = value
        elif word == "properties":
            shared = {n: both(found[word][n], s) for n, s in value.items() if n in found[word]}
            found[word] = {**found[word], **value, **shared}
        elif word == "required":
            found[word] = list(dict.fromkeys([*found[word], *value]))
        elif word == "type":
            found[word] = _types(found[word], value)
        elif word == "enum":
            found[word] = [v for v in found[word] if v in value] or value
        elif word in _GREATER:
            found[word] = max(found[word], value)
        elif word in _LESS:
            found[word] = min(found[word], value)
        elif word == "items":
            found[word] = both(found[word], value)
        else:
            found[WIDER] = f"it has two '{word}'"
    return _possible(found)


def _possible(schema: Schema) -> Schema:
    """The schema without those of its alternatives, entries and members of any name that no value keeps."""
    found = schema
    for word in ("anyOf", "oneOf"):
        parts = schema.get(word, ())
        kept = [p for p in parts if not nothing_fits(p)]
        if 0 < len(kept) < len(parts):
            rest = {w: v for w, v in found.items() if w != word}
            found = both(rest, kept[0]) if len(kept) == 1 else {**rest, word: kept}
    if nothing_fits(schema.get("items", {})) and not {"prefixItems", "minItems"} & schema.keys():
        found = {**{w: v for w, v in found.items() if w != "items"}, "maxItems": 0}
    if isinstance(schema.get("additionalProperties"), dict) and nothing_fits(schema["additionalProperties"]):
        found = {**found, "additionalProperties": False}
    return found


def _types(one: Any, two: Any) -> Any:
    first = one if isinstance(one, list) else [one]
    second = two if isinstance(two, list) else [two]
    kinds = [k for k in first if k in second]
    if ("number" in first and "integer" in second) or ("integer" in first and "number" in second):
        kinds.append("integer")
    kinds = list(dict.fromkeys(kinds)) or second
    return kinds[0] if len(kinds) == 1 else kinds


def alternatives(schema: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The variants of a schema that is one of several, without null; ``[schema]`` where it is none."""
    for word in ("oneOf", "anyOf"):
        if isinstance(schema.get(word), list):
            beside = {k: v for k, v in schema.items() if k != word}
            parts = [flat(both(beside, p)) for p in schema[word] if p.get("type") != "null"]
            return [v for p in parts for v in alternatives(p)]
    return [schema]


def united(schemas: Iterable[Mapping[str, Any]]) -> Schema:
    """The object that may be any of several: what is a member of one of them is a member, and needed where all of them
    need it."""
    parts = [dict(s) for s in schemas]
    if len(parts) == 1:
        return parts[0]
    properties: dict[str, Schema] = {}
    for part in parts:
        for name, schema in part.get("properties", {}).items():
            properties[name] = either(properties[name], schema) if name in properties else schema
    required = [n for n in properties if all(n in p.get("required", ()) for p in parts)]
    found: Schema = {"type": "object", "properties": properties}
    return {**found, "required": required} if required else found


def either(one: Schema, two: Schema) -> Schema:
    """The schema of what keeps one of two."""
    if one == two:
        return one
    if not one or not two:
        return {}
    bare = [{k: v for k, v in s.items() if k not in _BESIDE} for s in (one, two)]
    if bare[0] == bare[1]:
        return bare[0]
    objects = [s for s in bare if s.get("type") == "object" and "properties" in s]
    if len(objects) == 2 and all("additionalProperties" not in s for s in objects):
        return united(objects)
    parts = [p for s in bare for p in (s["anyOf"] if s.keys() == {"anyOf"} else [s])]
    return {"anyOf": [p for at, p in enumerate(parts) if p not in parts[:at]]}
