"""Schemas that stand in several places: each once in memory while a document is read, and once in the files that are
written, which refer to it (``$ref``) in a file of its own beside them.

What is equal is shared, whatever made it equal: a component of the document as requests have it is one schema, and as
responses have it another.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from restproof.contract.inner import LISTS, MAPS, SINGLE, Made, distinct, everywhere
from restproof.contract.openapi.naming import singular

FILE = "shared-schemas.json"
"""The file of the schemas that others refer to. No resource has a name that would make it its own."""
Schema = Mapping[str, Any]
_SHORTEST = 120
"""Characters of a schema that is worth a name."""
_BESIDE = frozenset({"default", "examples", "readOnly", "writeOnly"})
"""What a place says of the schema that it refers to."""


class Interned:
    """Schemas of which equal ones are one and the same."""

    def __init__(self) -> None:
        self._known: dict[tuple[Any, ...], Schema] = {}
        self._own: set[int] = set()

    def of(self, schema: Any) -> Any:
        """The one that is equal to ``schema``."""
        return self._one(schema, {})

    def all(self, schemas: Mapping[str, Any]) -> dict[str, Any]:
        """By name, the one that is equal to each."""
        met: dict[int, Any] = {}
        return {name: self._one(schema, met) for name, schema in schemas.items()}

    def _one(self, schema: Any, met: dict[int, Any]) -> Any:
        if not isinstance(schema, Mapping) or id(schema) in self._own:
            return schema
        if id(schema) in met:
            return met[id(schema)]
        found: dict[str, Any] = {}
        key: list[tuple[str, Any]] = []
        for word, value in schema.items():
            mark: Any
            if word in MAPS and isinstance(value, Mapping):
                found[word] = {name: self._one(inner, met) for name, inner in value.items()}
                mark = tuple((name, _mark(inner)) for name, inner in found[word].items())
            elif word in LISTS and isinstance(value, list):
                found[word] = [self._one(inner, met) for inner in value]
                mark = tuple(map(_mark, found[word]))
            elif word in SINGLE:
                found[word] = self._one(value, met)
                mark = _mark(found[word])
            else:
                found[word] = value
                mark = value if isinstance(value, str) else (json.dumps(value),)
            key.append((word, mark))
        one = self._known.setdefault(tuple(sorted(key)), found)
        self._own.add(id(one))
        met[id(schema)] = one
        return one


def _mark(schema: Any) -> Any:
    """What is the same of equal schemas that are interned, and of no others."""
    return id(schema) if isinstance(schema, Mapping) else (json.dumps(schema),)


def shared(
    schemas: Mapping[str, Schema],
    names: Mapping[frozenset[str], str],
    before: Mapping[str, Schema] = MappingProxyType({}),
    taken: Collection[str] = (),
) -> dict[str, Schema]:
    """The files of ``schemas`` (file → schema, without references) as they are written, ``FILE`` among them where
    something stands in several places. ``names``: what the document calls an object that has these members.
    ``before``: the schemas that had names already, and keep them; ``taken``: names that no other may have."""
    return _Sharing(names, before, taken).files(schemas)


class _Sharing:
    """Writes schemas. The one of a place is what is shared, and what the place says beside it."""

    def __init__(
        self, names: Mapping[frozenset[str], str], before: Mapping[str, Schema], taken: Collection[str]
    ) -> None:
        self.interned = Interned()
        self.names = names
        self.taken = set(taken)
        self.cores: dict[int, Schema] = {}
        self.known = {id(self.core(self.interned.of(schema))): name for name, schema in before.items()}
        self.uses: Counter[int] = Counter()
        self.hints: dict[int, str] = {}
        self.made: dict[int, tuple[dict[str, Any], bool]] = {}
        """A schema with references in it, and whether it is worth one itself."""
        self.defs: dict[str, Schema] = {}

    def files(self, schemas: Mapping[str, Schema]) -> dict[str, Schema]:
        tops = self.interned.all(schemas)
        # What refers to its own file can stand in no other.
        free = {
            file for file, top in tops.items() if isinstance(top, Mapping) and not any(map(_is_local, distinct(top)))
        }
        for file in (file for file in tops if file in free):
            for name, inner in _within(tops[file], file.removesuffix(".json")):
                self.count(inner, name)
        self.taken |= {name for one, name in self.known.items() if self.uses[one]}
        found = {file: self.inside(top) if file in free else top for file, top in tops.items()}
        if self.defs:
            found[FILE] = {"$defs": dict(sorted(self.defs.items()))}
        return found

    def core(self, schema: Schema) -> Schema:
        """What of an interned schema can stand elsewhere."""
        if not any(map(_stays, schema)):
            return schema
        if id(schema) not in self.cores:
            self.cores[id(schema)] = self.interned.of({w: value for w, value in schema.items() if not _stays(w)})
        return self.cores[id(schema)]

    def count(self, schema: Any, hint: str) -> None:
        if not isinstance(schema, Mapping):
            return
        core = self.core(schema)
        self.uses[id(core)] += 1
        if self.uses[id(core)] == 1:
            self.hints[id(core)] = hint
            for name, inner in _within(core, hint):
                self.count(inner, name)

    def inside(self, schema: Schema) -> dict[str, Any]:
        """A schema with references inside of it; it is no reference itself, wherever it stands."""
        found: dict[str, Any] = {}
        for word, value in schema.items():
            if word in MAPS and isinstance(value, Mapping):
                found[word] = {name: self.place(inner) for name, inner in value.items()}
            elif word in LISTS and isinstance(value, list):
                # What tells alternatives apart may be how they are referred to.
                told = word != "allOf" and "discriminator" in schema
                found[word] = [self.place(inner, shared=not told) for inner in value]
            else:
                found[word] = self.place(value) if word in SINGLE else value
        return found

    def place(self, schema: Any, *, shared: bool = True) -> Any:
        """What is written where a schema stands: a reference, where it stands in other places too."""
        if not isinstance(schema, Mapping):
            return schema
        core = self.core(schema)
        if id(core) not in self.made:
            found = self.inside(core)
            self.made[id(core)] = found, self.uses[id(core)] > 1 and len(json.dumps(found)) >= _SHORTEST
        made, is_named = self.made[id(core)]
        beside = {word: value for word, value in schema.items() if _stays(word)}
        if not (shared and is_named):
            return {**made, **beside}
        return {"$ref": f"{FILE}#/$defs/{self.name(core, made)}", **beside}

    def name(self, core: Schema, made: Schema) -> str:
        """The name of what is shared: that which the document has for it, else that of the first place where it
        stands."""
        if id(core) not in self.known:
            said = self.names.get(frozenset(core.get("properties", ())), self.hints.get(id(core), ""))
            name = plain = re.sub(r"[^A-Za-z0-9_.-]+", "-", said).strip("-") or "schema"
            number = 2
            while name in self.taken:
                name, number = f"{plain}-{number}", number + 1
            self.taken.add(name)
            self.known[id(core)] = name
        self.defs.setdefault(self.known[id(core)], made)
        return self.known[id(core)]


def _stays(word: str) -> bool:
    return word in _BESIDE or word.startswith("x-restproof")


def _within(schema: Schema, hint: str) -> Iterator[tuple[str, Any]]:
    """The schemas right inside of one, each with a name that tells of it."""
    for word, value in schema.items():
        if word in MAPS and isinstance(value, Mapping):
            yield from value.items()
        elif word in LISTS and isinstance(value, list):
            yield from ((hint, inner) for inner in value)
        elif word in SINGLE:
            yield singular(hint) if word == "items" else hint, value


def _is_local(schema: Schema) -> bool:
    return str(schema.get("$ref", "")).startswith("#")


_REF = f"{FILE}#/$defs/"


def whole(files: Mapping[str, Any]) -> dict[str, Any]:
    """The schemas of files that were written by ``shared``, and perhaps edited since, without references to ``FILE``
    and without that file. One that goes in circles, or names nothing, stays."""
    defs = definitions(files)
    made: Made = {}
    known: dict[str, Any] = {}

    def follow(schema: dict[str, Any]) -> dict[str, Any]:
        name = named(schema)
        if name is None or name not in defs or known.get(name, schema) is None:
            return schema
        if name not in known:
            known[name] = None  # it is being followed
            known[name] = everywhere(defs[name], follow, made)
        found = known[name]
        return {**found, **{w: v for w, v in schema.items() if w != "$ref"}} if isinstance(found, dict) else schema

    return {file: everywhere(schema, follow, made) for file, schema in files.items() if file != FILE}


def definitions(files: Mapping[str, Any]) -> dict[str, Any]:
    """The schemas that have names in ``FILE``, as they stand there."""
    held = files.get(FILE)
    found = held.get("$defs") if isinstance(held, Mapping) else None
    return dict(found) if isinstance(found, Mapping) else {}


def named(schema: Mapping[str, Any]) -> str | None:
    """The name in ``FILE`` that a schema refers to; ``None`` where it refers to none."""
    ref = schema.get("$ref")
    return ref.removeprefix(_REF) if isinstance(ref, str) and ref.startswith(_REF) else None


def names_in(schema: Any) -> set[str]:
    """The names in ``FILE`` that a schema refers to, at any depth."""
    return {name for inner in distinct(schema) if (name := named(inner)) is not None}
