"""What stands for an id where bodies name the whole way to it: a URL (``/api/books/7``) or the name of a resource
(``projects/p/books/7``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any
from urllib.parse import quote, unquote

from restproof.contract.address import OWN_ID
from restproof.contract.urls import parts_of
from restproof.frozen import frozen

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


@frozen
class FullName:
    """``template``: the way to one, with ``{id}``, and with ``{project}`` for the id of a parent. One that begins with
    a slash or a host is a URL, in which ids are percent-encoded. ``number``: whether ids are whole numbers;
    ``slashes``: whether they may hold slashes; ``field``: the field in which it stands, of the id of a resource."""

    template: str
    number: bool = False
    slashes: bool = False
    field: str = ""

    @property
    def above(self) -> tuple[str, ...]:
        """The parents that it names."""
        return tuple(name for name in PLACEHOLDER.findall(self.template) if f"{{{name}}}" != OWN_ID)

    @cached_property
    def is_url(self) -> bool:
        """Whether ids stand in it as in a URL."""
        return self.template.startswith("/") or "://" in self.template

    def _way(self, text: str) -> str:
        """The part of a name, or of a URL, that says which one is meant."""
        in_path = self.is_url and OWN_ID in parts_of(self.template).path
        return parts_of(text).path if in_path else text

    @cached_property
    def _form(self) -> re.Pattern[str]:
        own = "(.+)" if self.slashes else "([^/]+)"
        path = self._way(self.template)
        words = re.split(r"(\{[^{}]*\})", path)
        parts = (own if w == OWN_ID else "[^/]+" if w.startswith("{") else re.escape(w) for w in words)
        # What stands before it says where: a host, a version, the service.
        before = ".*?" if path.startswith("/") else "(?:.*?/)??"
        return re.compile(before + "".join(parts) + r"\Z", re.DOTALL)

    def of(self, id: Any, above: Mapping[str, Any]) -> Any:
        """What stands for an id; ``above``: the ids of its parents. What can be no id, and what stands below a parent
        that is not known, is as it is."""
        fits = isinstance(id, int) and not isinstance(id, bool) if self.number else isinstance(id, str)
        if not fits or not above.keys() >= set(self.above):
            return id
        ids = {**above, OWN_ID[1:-1]: id}

        def filled(found: re.Match[str]) -> str:
            return quote(str(ids[found[1]]), safe="") if self.is_url else str(ids[found[1]])

        return PLACEHOLDER.sub(filled, self.template)

    def id_in(self, text: Any) -> Any:
        """The id that a name ends with, whatever stands before it; ``None`` for what is no such name."""
        if not isinstance(text, str):
            return None
        found = self._form.match(self._way(text))
        if found is None:
            return None
        id = unquote(found[1]) if self.is_url else found[1]
        return int(id) if self.number and id.isascii() and id.isdecimal() else id
