"""What a client can know of the resources that it created, from its own traffic.

It knows of nothing that others did. An instance that the traffic itself creates counts as this client's own: nobody
else is assumed to write to it. Of all others only what is final is kept (that it was deleted).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from restproof.contract.model import Contract, Resource
from restproof.oracle.seen import Seen
from restproof.semantics.initial import reference_paths

Key = tuple[str, tuple[tuple[str, str | None], ...], str]
_Place = tuple[str, frozenset[tuple[str, str]]]


@dataclass
class Known:
    """One instance. ``own``: the traffic created it. ``state``: the last representation that an answer showed, without
    what may have changed since; ``wanted``: what the next one must hold besides, by the contract. ``source``: the
    exchange that ``state`` or ``wanted`` comes from; ``refused``: the last write to it that was refused since then.
    ``agreed``: the state and the entry of a list that were last compared. ``stamp``: how many writes the traffic had
    seen when the state was seen."""

    resource: Resource
    id: str
    scope: Mapping[str, str]
    own: bool
    credential: str | None
    state: dict[str, Any] | None = None
    wanted: dict[str, Any] = field(default_factory=dict)
    source: Seen | None = None
    refused: Seen | None = None
    was_read: bool = False
    deleted: bool = False
    agreed: tuple[dict[str, Any], Mapping[str, Any]] | None = None
    stamp: int = 0

    @property
    def alive(self) -> bool:
        return self.own and not self.deleted

    @property
    def expected(self) -> dict[str, Any]:
        """All that a representation must hold now."""
        return {**(self.state or {}), **self.wanted}


class Instances:
    """The instances that the traffic has shown, by their path."""

    def __init__(self, contract: Contract) -> None:
        self._by_key: dict[Key, Known] = {}
        self._in_scope: dict[_Place, dict[Key, Known]] = {}
        self._below = {r.name: {o.name for o in contract if r.name in contract.ancestors(o)} for r in contract}
        self._shows = {
            r.name: [(reference.to, reference_paths(r)[f].root) for f, reference in r.references.items()]
            for r in contract
        }
        self._named = {r.name: _always_named(r) for r in contract}
        self._writes = 0
        self._written: dict[str, int] = {}
        self._deleted: dict[str, int] = {}

    def key(self, seen: Seen, id: str) -> Key:
        """By resource, the ids of the ancestors that all of its paths name, and its own."""
        named = self._named[seen.resource.name]
        return seen.resource.name, tuple(pair for pair in seen.route.ids.items() if pair[0] in named), id

    def get(self, seen: Seen) -> Known | None:
        """What is known of the instance that an exchange is about."""
        return self.at(seen, seen.id) if seen.id is not None else None

    def at(self, seen: Seen, id: str) -> Known | None:
        """What is known of the instance with the id beside the one that an exchange is about."""
        known = self._by_key.get(self.key(seen, id))
        return None if known is None else self.current(known)

    def current(self, known: Known) -> Known:
        """The instance without what it showed of others that were written since."""
        old = {root for to, root in self._shows[known.resource.name] if self._written.get(to, 0) > known.stamp}
        if old:
            if known.state is not None:
                known.state = {n: v for n, v in known.state.items() if n not in old}
            known.wanted = {n: v for n, v in known.wanted.items() if n not in old}
        return known

    def stamp(self, known: Known) -> None:
        """The state of the instance is that of now."""
        known.stamp = self._writes

    def put(self, seen: Seen, known: Known) -> None:
        self.stamp(known)
        key = self.key(seen, known.id)
        self._drop(key)
        self._by_key[key] = self._in_scope.setdefault(_place(known.resource, known.scope), {})[key] = known

    def forget(self, seen: Seen, id: str | None = None) -> None:
        """Know nothing of the instance any more. ``id``: of the one beside it, where that is meant."""
        if (known := id or seen.id) is not None:
            self._drop(self.key(seen, known))

    def _drop(self, key: Key) -> None:
        known = self._by_key.pop(key, None)
        if known is not None:
            del self._in_scope[_place(known.resource, known.scope)][key]
            known.own = False

    def beside(self, seen: Seen) -> Iterator[Known]:
        """The own instances of the resource that are there, under exactly the ancestors that a request names."""
        found = self._in_scope.get(_place(seen.resource, seen.scope), {})
        return (self.current(known) for known in found.values() if known.alive)

    def saw_own_delete(self, seen: Seen) -> bool:
        """Whether the traffic deleted an instance of the resource, under the ancestors that a request names."""
        return any(known.deleted for known in self._in_scope.get(_place(seen.resource, seen.scope), {}).values())

    def written(self, resource: str) -> None:
        """After a write to an instance: what others show of it is not known any more."""
        self._writes += 1
        self._written[resource] = self._writes

    def deleted(self, resource: str, id: str) -> None:
        """After a delete: what was below the instance, or refers to such, may be gone with it; its siblings have seen a
        delete."""
        self.written(resource)
        self._deleted[resource] = self._writes
        for key, known in tuple(self._by_key.items()):
            below = known.resource.name in self._below[resource] and known.scope.get(resource) == id
            if below or self._may_follow(known, resource):
                self._drop(key)

    def _may_follow(self, known: Known, resource: str) -> bool:
        """Whether an instance may be gone with one of ``resource``, to which its resource refers."""
        references = known.resource.references.values()
        return any(r.to == resource and r.on_delete in ("cascade", "unspecified") for r in references)

    def saw_delete(self, known: Known) -> bool:
        """Whether a sibling of the instance was deleted since its state was seen."""
        return self._deleted.get(known.resource.name, 0) > known.stamp


def _always_named(resource: Resource) -> frozenset[str]:
    """The ancestors that the paths of all operations name: where one does without, its id alone tells what it means."""
    paths = [resource.operation(name).path for name in resource.operations]
    found = [frozenset(re.findall(r"\{(\w+)\}", path)) for path in paths]
    return frozenset.intersection(*found) if found else frozenset()


def _place(resource: Resource, scope: Mapping[str, str]) -> _Place:
    return resource.name, frozenset(scope.items())


def agrees(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Whether two scopes name the same ancestors, as far as both name them."""
    return all(other.get(name, id) == id for name, id in one.items())


def since(known: Known | None) -> str:
    """Which exchange a finding about an instance refers back to, for the end of a message."""
    return f" (see exchange {known.source.n})" if known is not None and known.source is not None else ""
