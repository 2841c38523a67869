"""Versions that writes name otherwise than by an entity-tag: a member of the body, a parameter or a header.

What reads show in a field (``_rev``, ``lock_version``, ``sys.version``) is what a write of that state must name, so
that none is lost that somebody else has made meanwhile (RFC 9110 §13.1.1 says the same of ``If-Match``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from restproof.frozen import frozen
from restproof.pointer import step

CHANGES = ("update", "replace", "delete")
"""The operations on what is there already, of which each may name the state that it changes."""


@frozen
class Version:
    """``field``: where a representation shows it, with dots inside of objects. ``place`` and ``name``: where an update
    and a replace name it (``body``: in a member among the fields). ``delete``: the parameter in which a delete names a
    version that else stands in the body; empty where it names it as they do, or none of a body. ``deletes``: whether it
    names one at all. ``required``: whether a write without one is refused."""

    field: str
    place: Literal["body", "query", "header"]
    name: str
    delete: str = ""
    deletes: bool = True
    required: bool = True

    @property
    def root(self) -> str:
        """The member of a representation in which it stands."""
        return self.field.partition(".")[0]

    @property
    def pointer(self) -> str:
        """The same as a pointer (RFC 6901)."""
        return "".join(map(step, self.field.split(".")))

    def placed(self, operation: str) -> tuple[Literal["body", "query", "header"], str] | None:
        """Where requests of an operation name it; ``None`` where they name none."""
        if operation not in CHANGES or (operation == "delete" and not self.deletes):
            return None
        if self.place == "body" and operation == "delete":
            return ("query", self.delete) if self.delete else None
        return self.place, self.name

    def shown(self, fields: Mapping[str, Any] | None) -> int | str | None:
        """The version of a representation; ``None`` where it shows none."""
        found: Any = fields
        for name in self.field.split("."):
            found = found.get(name) if isinstance(found, Mapping) else None
        return found if isinstance(found, int | str) and not isinstance(found, bool) else None


def version_of(said: Any) -> Version:
    """What a contract says of versions: the name of the field alone, or more."""
    words: Mapping[str, Any] = {"field": said} if isinstance(said, str) else said
    last = words["field"].rpartition(".")[2]
    return Version(
        field=words["field"],
        place=words.get("in", "body"),
        name=words.get("name", last),
        delete=words.get("delete") or "",
        deletes=words.get("delete") is not False,
        required=words.get("required", True),
    )
