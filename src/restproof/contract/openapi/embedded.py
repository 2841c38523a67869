"""Records of one resource, with their ids, inside of the bodies of another, and ids that stand there alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from restproof.contract.openapi.answers import Reader
from restproof.contract.openapi.bodies import shown_of
from restproof.contract.openapi.identity import id_member
from restproof.contract.openapi.naming import singular
from restproof.contract.openapi.paths import Found
from restproof.contract.openapi.schemas import WIDER, Schema
from restproof.contract.words import IDS, is_soft_reference, snake
from restproof.frozen import frozen

_UNKNOWN = "no value is known to be an id of what it names"


@frozen
class Record:
    """``names``: what any answer shows of a resource; ``id``: that of them which identifies it."""

    resource: str
    id: str
    names: frozenset[str]


@dataclass
class Records:
    """The records of a document's resources, found when they are first asked for."""

    reader: Reader
    found: Iterable[Found]
    _apart: dict[tuple[str, int], tuple[Schema, Schema]] = field(default_factory=dict)
    """Member and schema, by its identity → the schema, and what became of it."""

    @cached_property
    def known(self) -> list[Record]:
        records = []
        for found in self.found:
            shown = shown_of(self.reader, found)
            member = id_member(found, shown) if found.parameter else None
            if member is not None:
                records.append(Record(found.name, member, frozenset(shown)))
        return records

    @cached_property
    def _of_names(self) -> dict[frozenset[str], list[int]]:
        """Places in ``known`` by what is shown of the resource."""
        places = defaultdict[frozenset[str], list[int]](list)
        for at, record in enumerate(self.known):
            if len(record.names) > 1:
                places[record.names].append(at)
        return places

    @cached_property
    def _of_resource(self) -> dict[str, list[int]]:
        """Places in ``known`` by the name of the resource."""
        places = defaultdict[str, list[int]](list)
        for at, record in enumerate(self.known):
            places[record.resource].append(at)
        return places

    def apart(self, body: Schema) -> Schema:
        """``body`` with each record of a resource in it, and each id that it need not hold, marked as one that nobody
        can make up.

        Which record is meant, its id says, and of none is a value known to be an id; what stands beside the id is that
        record's own, which a server may pass over, or write to it, whosever it is.
        """
        members: Mapping[str, Schema] = body.get("properties", {})
        values = {snake(n) for n, s in members.items() if "properties" not in s}
        kept = {n: self._shown_beside(n, s, values) or self._inside(n, s) for n, s in members.items()}
        return {**body, "properties": kept} if any(kept[n] is not s for n, s in members.items()) else body

    def _shown_beside(self, name: str, schema: Schema, values: Collection[str]) -> Schema | None:
        """A member that holds a record of a resource, where one of the ``values`` beside it tells which (``product``
        beside ``productCode``): answers show it, and what a request holds there may be passed over."""
        held = schema.get("properties", {})
        if any(f"{snake(name)}_{snake(n)}" in values for n in held):
            for record in self._perhaps(name, held):
                if held.keys() <= record.names:
                    return {**schema, WIDER: f"it shows the {record.resource} that a value beside it names"}
        return None

    def _inside(self, name: str, schema: Schema) -> Schema:
        key = (name, id(schema))
        if key not in self._apart:
            self._apart[key] = schema, self._marked(name, schema)
        return self._apart[key][1]

    def _marked(self, name: str, schema: Schema) -> Schema:
        if (record := self._record(name, schema)) is not None:
            return {**schema, WIDER: f"it holds a record of {record.resource}, and of none is known whose it is"}
        found = dict(schema)
        if isinstance(schema.get("properties"), dict):
            found["properties"] = _without_ids(schema, self.apart(schema)["properties"])
            if found["properties"] and all(WIDER in member for member in found["properties"].values()):
                return {**schema, WIDER: _UNKNOWN}
        for word in ("items", "additionalProperties"):
            if isinstance(schema.get(word), dict):
                found[word] = self._inside(name, schema[word])
        for word in ("anyOf", "oneOf"):
            if isinstance(schema.get(word), list):
                parts = [self._inside(name, part) for part in schema[word]]
                found[word] = schema[word] if all(a is b for a, b in zip(parts, schema[word], strict=True)) else parts
        return found if any(found[word] is not schema[word] for word in schema) else schema

    def _record(self, name: str, schema: Schema) -> Record | None:
        """The record that an object is: it has the id, and nothing that an answer does not show of the resource. Either
        it has all of that, or the member is named after the resource."""
        members: Mapping[str, Schema] = schema.get("properties", {})
        for record in self._perhaps(name, members) if members else ():
            if record.id in members and not members[record.id].get("readOnly") and members.keys() <= record.names:
                return record
        return None

    def _perhaps(self, name: str, members: Mapping[str, Schema]) -> Iterator[Record]:
        """The records of which an object has all members, or that the member which holds it is named after."""
        places = {*self._of_names.get(frozenset(members), ())}
        for called in {snake(name), singular(snake(name))}:
            for end in _ends(called):
                places.update(self._of_resource.get(end, ()))
        yield from (self.known[at] for at in sorted(places))


def _ends(name: str) -> Iterator[str]:
    """``shipping_home_address``, ``home_address``, ``address``: what a name may end with as a whole."""
    yield name
    for at, character in enumerate(name):
        if character == "_":
            yield name[at + 1 :]


def _without_ids(schema: Schema, members: Mapping[str, Schema]) -> Mapping[str, Schema]:
    """The members of an object inside of a body, with those marked that may be absent and are named as ids. What is the
    same is not copied."""
    needed = schema.get("required", ())
    names = [n for n, s in members.items() if n not in needed and not s.get("readOnly") and _is_id(n, s)]
    return {**members, **{n: {**members[n], WIDER: _UNKNOWN} for n in names}} if names else members


def _is_id(name: str, schema: Schema) -> bool:
    if name in IDS:
        return not {"enum", "const"} & schema.keys()
    return is_soft_reference(name, schema)
