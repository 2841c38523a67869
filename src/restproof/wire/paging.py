"""What an answer to a list says of its pages: the next one and the total, in headers or in the body, as the contract
has it. One reader for suites, clean-up and traffic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

from restproof.contract.model import Paging
from restproof.pointer import member
from restproof.wire.links import link_targets

Query = tuple[tuple[str, str], ...]


class Headers(Protocol):
    """What is read of a response beside its body."""

    def header(self, name: str) -> str | None: ...

    def all(self, name: str) -> Sequence[str]: ...


@dataclass(frozen=True)
class Page:
    """The answer to a list: its headers and its body as JSON (``None`` where it is none)."""

    paging: Paging
    response: Headers
    body: Any

    @property
    def following(self) -> str | None:
        """The token or URL of the next page, ``None`` where none is named."""
        if self.paging.next_header:
            return self.response.header(self.paging.next_header) or None
        if self.paging.next_field:
            value = member(self.body, self.paging.next_field)
            number = isinstance(value, int) and not isinstance(value, bool)
            return str(value) if number else value if isinstance(value, str) and value else None
        return link_targets(self.response.all("Link")).get("next") or None

    def next_query(self, asked: Query) -> Query | None:
        """The query of the next page after ``asked``. Of a URL only the query counts, so that a list cannot send the
        walk to another server."""
        following = self.following
        if following is None:
            return None
        if "?" in following or "/" in following:
            return tuple(parse_qsl(urlsplit(following).query, keep_blank_values=True))
        parameter = {"page": self.paging.page, "offset": self.paging.offset}.get(self.paging.style)
        name = parameter or self.paging.token or "token"
        return (*(pair for pair in asked if pair[0] != name), (name, following))

    @property
    def total(self) -> int | None:
        """The number of all entries, where the answer tells it."""
        if self.paging.total:
            text = (self.response.header(self.paging.total) or "").strip()
            return int(text) if text.isascii() and text.isdecimal() else None
        value = member(self.body, self.paging.total_field) if self.paging.total_field else None
        return value if isinstance(value, int) and not isinstance(value, bool) else None
