"""References that bodies hold otherwise than by the bare id: in an object (``{"owner": {"id": 5}}``), at another place
(``/relationships/author/data/id``), or as a URL.

A schema, and whatever plans or judges, speaks of the id under the name of the field; here alone it is put where bodies
have it, and taken from there.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from restproof.contract.urls import parts_of
from restproof.pointer import Nothing, follow, put, step, steps

EACH = "*"
"""The step of a place that stands for the entries of an array."""


@dataclass(frozen=True)
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

    def put(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """``body`` with the field where bodies have it."""
        found = {n: v for n, v in body.items() if n != self.field}
        value = body[self.field]
        if not self.place:
            whole = [self._sent(v) for v in value] if isinstance(value, list) else self._sent(value)
            return {**found, self.field: whole}
        outside, many, inside = self.place.partition(f"/{EACH}")
        if many:
            entries = [self._object(inside, v) for v in value] if isinstance(value, list) else value
            return dict(put(found, outside, entries))
        above, _, name = outside.rpartition("/")
        if not above:
            return {**found, name: self._sent(value)}
        return dict(put(found, above, None if value is None else self._object(f"/{name}", value)))

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

    def _object(self, pointer: str, value: Any) -> Any:
        sent = self._sent(value)
        return {**self.beside, **put(None, pointer, sent)} if pointer else sent

    def _in(self, pointer: str, holder: Any) -> Any:
        if not pointer:
            return self._shown(holder)
        if not isinstance(holder, Mapping):
            return holder
        return self._shown(follow(holder, pointer)[0])

    def _sent(self, value: Any) -> Any:
        is_id = isinstance(value, int) and not isinstance(value, bool) if self.number else isinstance(value, str)
        return self.url.replace("{id}", quote(str(value), safe="")) if self.url and is_id else value

    def _shown(self, value: Any) -> Any:
        """An id, from a URL that ends as the contract's do, whatever host it names."""
        if not self.url or not isinstance(value, str):
            return value
        before, _, behind = urlsplit(self.url.replace("{id}", "\0")).path.partition("\0")
        path = parts_of(value).path
        if before not in path or not path.endswith(behind):
            return value
        text = unquote(path[: len(path) - len(behind)].rpartition(before)[2])
        return int(text) if self.number and text.isascii() and text.isdecimal() else text


def put_all(held: tuple[Held, ...], body: Mapping[str, Any]) -> dict[str, Any]:
    """``body`` with each reference where bodies hold it."""
    found = dict(body)
    for one in held:
        if one.field in found:
            found = one.put(found)
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
