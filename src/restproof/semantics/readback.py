"""Where a request field shows in a response: paths such as ``office.id``, ``departments[].id``, ``questions[]``,
``title``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from restproof.contract.locations import ENTRIES
from restproof.contract.model import Resource
from restproof.frozen import frozen


@frozen
class ReadPath:
    """A read-back path, taken apart. ``root``: the response's own member; ``many``: whether it is an array;
    ``member``: the member of the object (or of each entry) that holds the value, empty where the value stands there
    itself."""

    root: str
    many: bool
    member: str

    @classmethod
    @lru_cache(maxsize=4096)
    def parse(cls, text: str) -> ReadPath:
        head, _, member = text.partition(".")
        many = head.endswith(ENTRIES)
        return cls(head.removesuffix(ENTRIES), many, member)

    @classmethod
    def of(cls, resource: Resource, name: str) -> ReadPath:
        """Where a request field shows: under its own name, whatever dots that has, if the contract says no other."""
        said = resource.references[name].reads_as if name in resource.references else resource.reads_as.get(name, name)
        return cls(name, False, "") if said == name else cls.parse(said)

    def read(self, representation: Mapping[str, Any]) -> Any:
        """The value as a request would hold it: an id, a list of ids, or ``None``, also for what has not the form that
        it should have. ``KeyError`` where the member is absent."""
        value = representation[self.root]
        if not self.member or value is None:
            return value
        if not self.many:
            return value.get(self.member) if isinstance(value, Mapping) else None
        if not isinstance(value, list):
            return None
        return [entry.get(self.member) if isinstance(entry, Mapping) else None for entry in value]


def member_schema(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The object schema behind a member: through a nullable alternative and, for an array, its ``items``."""
    for word in ("anyOf", "oneOf"):
        for branch in schema.get(word, ()):
            if branch.get("type") != "null":
                return member_schema(branch)
    items = schema.get("items")
    if isinstance(items, Mapping) and "properties" not in schema:
        return member_schema(items)
    return schema
