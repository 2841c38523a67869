"""What a collection holds just before a write: the ids, and what others' entries have there that must be unique."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any
from unicodedata import combining, normalize

from restproof.contract.model import Resource
from restproof.frozen import frozen
from restproof.wire.guard import Presented
from restproof.wire.message import Headers
from restproof.wire.places import Places, Spot, plain, scalars
from restproof.wire.spelling import spelt
from restproof.wire.walk import GUARD, Sender, listed

JUST_NOW = 2.0
"""Seconds for which sights are trusted of what comes and goes by itself."""
AFRESH = ("Cache-Control", "no-cache")
"""Has a cache ask the server before it answers a look (RFC 9111 §5.2.1.4)."""
NOTHING_SHOWN = Presented()
Natural = tuple[tuple[str, tuple[str, ...]], ...]
"""The fields of a unique key, each with its values, without what some servers pass over as they compare them."""


@frozen
class Looker:
    """How a decision looks: through ``sender``, with the headers and the credential of the request in question.
    ``shown``: what that holds in place of a credential of the target, or beside it."""

    sender: Sender
    headers: Headers
    credential: str | None
    shown: Presented = NOTHING_SHOWN


@frozen
class _Walk:
    resource: Resource
    at: float
    ids: set[str]
    entries: Sequence[Mapping[str, Any]]

    @cached_property
    def alike(self) -> Mapping[Natural, Sequence[Mapping[str, Any]]]:
        """The entries that have the values of a unique key."""
        found: dict[Natural, list[Mapping[str, Any]]] = {}
        for entry in self.entries:
            for values in (natural(key, entry) for key in self.resource.unique):
                if values is not None:
                    found.setdefault(values, []).append(entry)
        return found


_Asked = tuple[object, Headers, str | None, Presented]
"""A collection, and how it is looked through."""


class Holdings:
    """Walks through lists; one walk serves all that is asked within a moment. ``clock`` gives seconds."""

    def __init__(self, places: Places, clock: Callable[[], float]) -> None:
        self._places, self._clock = places, clock
        self._walks: dict[_Asked, _Walk] = {}

    def asked(self, place: Spot, looker: Looker) -> tuple[Sender, Resource, str, Headers]:
        """Who asks for the list that an item belongs to, and how."""
        asked = self._places.request(place.collection, "list", (*looker.headers, *looker.shown.headers, AFRESH))
        asked = replace(asked, query=(*asked.query, *looker.shown.query))
        return looker.sender, place.resource, asked.target, asked.headers

    def ids(self, place: Spot, looker: Looker) -> frozenset[str]:
        """The ids that the collection holds, as a walk through it has just shown, and those that creates of this run
        were answered to have made since. Raises ``ListUnreadable``."""
        return frozenset(self._walk(place, looker).ids)

    def entries(self, place: Spot, looker: Looker) -> Sequence[Mapping[str, Any]]:
        """What the collection holds, as such a walk has shown it. Raises ``ListUnreadable``."""
        return self._walk(place, looker).entries

    def alike(self, place: Spot, looker: Looker, values: Natural) -> Sequence[Mapping[str, Any]]:
        """What the collection holds with the ``values`` of a unique key, as such a walk has shown. Raises
        ``ListUnreadable``."""
        return self._walk(place, looker).alike.get(values, ())

    def has_walked(self, place: Spot, looker: Looker) -> bool:
        """Whether such a walk has just been made."""
        walk = self._walks.get(_key(place, looker))
        return walk is not None and self._clock() - walk.at <= JUST_NOW

    def add(self, item: Spot) -> None:
        """A create was answered to have made the item."""
        for (collection, *_), walk in self._walks.items():
            if collection == item.collection.key:
                walk.ids.add(str(item.id))

    def _walk(self, place: Spot, looker: Looker) -> _Walk:
        key = _key(place, looker)
        known = self._walks.get(key)
        if known is None or self._clock() - known.at > JUST_NOW:
            began = self._clock()
            found = list(listed(*self.asked(place, looker), credential=looker.credential, setup=GUARD))
            known = _Walk(place.resource, began, {str(e.get(place.resource.id.field)) for e in found}, found)
            self._walks = {k: w for k, w in self._walks.items() if began - w.at <= JUST_NOW} | {key: known}
        return known


def _key(place: Spot, looker: Looker) -> _Asked:
    return place.collection.key, looker.headers, looker.credential, looker.shown


def natural(key: Sequence[str], entity: Mapping[str, Any]) -> Natural | None:
    """What an entity has of a unique key, where it has all of it."""
    if any(entity.get(name) is None for name in key):
        return None
    return tuple((name, comparable(entity[name])) for name in key)


def comparable(value: Any) -> tuple[str, ...]:
    """A value of a unique key as the most lenient server compares it: blanks, case and accents say nothing."""
    return tuple(" ".join(_bare(plain(v).casefold()).split()) for v in scalars(value))


def _bare(text: str) -> str:
    """A text without what stands above or below its letters."""
    return text if text.isascii() else "".join(c for c in normalize("NFKD", text) if not combining(c))


def is_new(item: Spot, known: frozenset[str]) -> bool:
    """Whether an id that a create was answered is that of something new, where ``known`` are those that the list held
    just before. Numbers are counted up: one below another may be of what was archived, and is shown once more."""
    id, others = spelt(str(item.id)), {spelt(other) for other in known}
    if id in others:
        return False
    counted = item.resource.id.type == "integer" and id.isdecimal()
    return not counted or all(int(other) < int(id) for other in others if other.isdecimal())
