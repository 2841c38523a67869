"""References that bodies hold otherwise than by the bare id: in an object (``{"owner": {"id": 5}}``), at another place
(``/relationships/author/data/id``), or as a URL.

A schema, and whatever plans or judges, speaks of the id under the name of the field; here alone it is put where bodies
have it, and taken from there.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from restproof.contract.fullnames import FullName
from restproof.frozen import frozen
from restproof.pointer import Nothing, follow, put, step, steps

EACH = "*"
"""The step of a place that stands for the entries of an array."""


@frozen
class Held:
    """Where bodies hold the ids of one field.

    ``place``: pointer to the id in the object of the resource, ``*`` for the entries of an array; empty for the field
    itself. ``beside``: what an object that holds an id holds besides. ``url``: a URL with ``{id}`` that stands for the
    id; empty where the id itself is there. ``number``: whether ids are whole numbers.
    """

    field: str
    place: str = ""
    beside: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    url: str = ""
    number: bool = False
    slashes: bool = False

    @cached_property
    def named(self) -> FullName | None:
        """What stands for an id; ``None`` where the bare one is there."""
        return FullName(self.url, self.number, self.slashes) if self.url else None

    def is_in(self, fields: str) -> bool:
        """Whether it stands in the object that holds the fields, at the pointer ``fields`` (``/fields/owner/id``)."""
        return bool(fields) and self.place.startswith(f"{fields}/")

    def seen_in(self, fields: str) -> Held:
        """The same, as it stands in that object."""
        return dataclasses.replace(self, place=self.place[len(fields) :]) if self.is_in(fields) else self

    @property
    def root(self) -> str:
        """The member of the object in which it stands."""
        return steps(self.place)[0] if self.place else self.field

    @property
    def pointer(self) -> str:
        """Where it stands, as far as that is one place."""
        return self.place.partition(f"/{EACH}")[0]

    def put(self, body: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
        """``body`` with the field where bodies have it; ``above``: the ids of what the resource stands below."""
        found = {n: v for n, v in body.items() if n != self.field}
        value = body[self.field]
        if not self.place:
            whole = [self._sent(v, above) for v in value] if isinstance(value, list) else self._sent(value, above)
            return {**found, self.field: whole}
        outside, many, inside = self.place.partition(f"/{EACH}")
        if many:
            entries = [self._object(inside, v, above) for v in value] if isinstance(value, list) else value
            return dict(put(found, outside, entries))
        holder, _, name = outside.rpartition("/")
        if not holder:
            return {**found, name: self._sent(value, above)}
        return dict(put(found, holder, None if value is None else self._object(f"/{name}", value, above)))

    def take(self, fields: Mapping[str, Any]) -> Any:
        """The id, or the ids, that an object holds; what is of another form as it is. Raises ``Nothing`` where the
        place is not there."""
        if not self.place:
            value = follow(fields, step(self.field))[0]
            return [self._shown(v) for v in value] if isinstance(value, list) else self._shown(value)
        outside, many, inside = self.place.partition(f"/{EACH}")
        if many:
            entries = follow(fields, outside)[0]
            return [self._in(inside, e) for e in entries] if isinstance(entries, list) else entries
        above, _, name = outside.rpartition("/")
        return self._in(f"/{name}", follow(fields, above)[0])

    def _object(self, pointer: str, value: Any, above: Mapping[str, Any]) -> Any:
        sent = self._sent(value, above)
        return {**self.beside, **put(None, pointer, sent)} if pointer else sent

    def _in(self, pointer: str, holder: Any) -> Any:
        if not pointer:
            return self._shown(holder)
        if not isinstance(holder, Mapping):
            return holder
        return self._shown(follow(holder, pointer)[0])

    def _sent(self, value: Any, above: Mapping[str, Any]) -> Any:
        return value if self.named is None else self.named.of(value, above)

    def _shown(self, value: Any) -> Any:
        """An id, from a name or a URL that ends as the contract's do, whatever stands before it."""
        id = None if self.named is None else self.named.id_in(value)
        return value if id is None else id


def put_all(held: tuple[Held, ...], body: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """``body`` with each reference where bodies hold it; ``above``: the ids of what the resource stands below."""
    found = dict(body)
    for one in held:
        if one.field in found:
            found = one.put(found, above)
    return found


def taken_all(held: tuple[Held, ...], fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an object with each reference under its own name, and without what holds them."""
    found = {n: v for n, v in fields.items() if n not in {one.root for one in held}}
    for one in held:
        try:
            found[one.field] = one.take(fields)
        except Nothing:
            continue
    return found
