"""Where a request names the one resource that it is about, when that is not in its path: in a parameter of its query,
in a header field, or in its body.

Everywhere inside the path of such an operation ends with the id all the same, behind a sign that no path on the wire
can hold; only where requests leave and arrive is the id put in its place, and taken from there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from restproof.contract.texts import id_text
from restproof.frozen import frozen
from restproof.pointer import member, put, steps

OWN_ID = "{id}"
"""Stands for the id of the resource where a contract says what a request holds."""
APART = "#"
"""Stands in a path before an id that is sent elsewhere. It begins a fragment, which no request target has (RFC 9112
§3.2)."""
_WHOLE = re.compile(r"0|-?[1-9][0-9]{0,18}")


@frozen
class Address:
    """``name``: of a parameter or header field, or a JSON pointer into the body."""

    place: Literal["query", "header", "body"]
    name: str

    @classmethod
    def said(
        cls, query: Mapping[str, Any], headers: Mapping[str, Any], constants: Mapping[str, Any], path: str
    ) -> Address | None:
        """The address that the words of an operation give; ``None`` where its ``path`` names the id, or nothing
        does."""
        if OWN_ID in path:
            return None
        places: tuple[tuple[Literal["query", "header", "body"], Mapping[str, Any]], ...] = (
            ("query", query),
            ("header", headers),
            ("body", constants),
        )
        found = (cls(place, name) for place, values in places for name, value in values.items() if value == OWN_ID)
        return next(found, None)

    @property
    def holder(self) -> str:
        """The pointer to what holds the id in a body; empty for the body itself."""
        return self.name.rpartition("/")[0]

    def ids(self, query: Iterable[tuple[str, str]], header: str | None, document: Any) -> set[str]:
        """The ids, as text, that a request names here: more than one where it says several things. ``header``: its
        value of the field."""
        if self.place == "query":
            return {value for name, value in query if name == self.name and value}
        value = header if self.place == "header" else member(document, self.name)
        return set() if value is None or value == "" or isinstance(value, list | dict | bool) else {id_text(value)}

    def held(self, document: Any, id: str, *, number: bool) -> Any:
        """A body with the id in it, as a ``number`` where it is one. Raises ``ValueError`` where the body is no object
        that could hold it."""
        if self.ids((), None, document) == {id}:
            return document
        holder = member(document, self.holder, None) if self.holder else document
        if not isinstance(holder, dict) or (steps(self.name)[-1] in holder):
            raise ValueError("the body does not hold the id")
        return put(document, self.name, self.typed(id, number=number))

    def told(self, path: str, id: str) -> str:
        """A request, as people are told: ``path`` is that which is sent."""
        if self.place == "query":
            return f"{path}{'&' if '?' in path else '?'}{self.name}={id}"
        return f"{path} ({self.name}: {id})"

    @staticmethod
    def typed(id: str, *, number: bool) -> int | str:
        """An id as a body holds it: as a ``number`` where it is one."""
        return int(id) if number and _WHOLE.fullmatch(id) else id


def names_one(said: Mapping[str, Any]) -> bool:
    """Whether the words of an operation name the id, apart from its body."""
    places = (said.get("path", ""), *said.get("query", {}).values(), *said.get("headers", {}).values())
    return any(isinstance(text, str) and OWN_ID in text for text in places)


def apart(path: str) -> str:
    """The path of an operation whose id is sent elsewhere, as it is known inside."""
    return f"{path}{APART}/{OWN_ID}"


def sent_path(path: str) -> str:
    """The path of an operation, or of a request, as it is sent."""
    return path.partition(APART)[0]
