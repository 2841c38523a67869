"""The pages of a list as the contract cuts them: the query of each, what an answer says of the others, and the walk
from the first to the last. One place for suites, clean-up and traffic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from urllib.parse import parse_qsl

from restproof.contract.model import Paging, Resource
from restproof.contract.syntax import SortKey
from restproof.contract.urls import Query as Query
from restproof.contract.urls import parts_of
from restproof.frozen import frozen
from restproof.pointer import member
from restproof.wire.links import link_targets

MOST_PAGES = 500
"""A walk ends here whatever the server says: one that always names a next page must not hold a run for ever."""
_NO_RANGE = 416
_NO_SUCH_PAGE = frozenset({404, _NO_RANGE})


class Headers(Protocol):
    """What is read of a response beside its body."""

    def header(self, name: str) -> str | None: ...

    def all(self, name: str) -> Sequence[str]: ...


@frozen
class Page:
    """The answer to a list: its headers, its body as JSON (``None`` where it is none), and the entries in that."""

    paging: Paging
    response: Headers
    body: Any
    entries: Sequence[Any]

    @property
    def following(self) -> str | None:
        """The token or URL of the next page, ``None`` where none is named."""
        if self.paging.next_entry:
            last = self.entries[-1] if self.entries else None
            value = last.get(self.paging.next_entry) if isinstance(last, Mapping) else None
            goes_on = not self.paging.more or member(self.body, self.paging.more) is True
            return str(value) if goes_on and isinstance(value, str | int) else None
        if self.paging.next_header:
            return self.response.header(self.paging.next_header) or None
        if self.paging.next_field:
            value = member(self.body, self.paging.next_field)
            number = isinstance(value, int) and not isinstance(value, bool)
            return str(value) if number else value if isinstance(value, str) and value else None
        return link_targets(self.response.all("Link")).get("next") or None

    @property
    def next_url(self) -> str | None:
        """The URL of the next page; ``None`` where no page or a token is named, which may hold slashes too (base64)."""
        following = self.following
        if following is None or self.paging.next_entry:
            return None
        is_url = "?" in following or "://" in following or ("/" in following and not self.paging.token)
        return following if is_url else None

    @property
    def next_path(self) -> str | None:
        """The path of the next page, where a URL without a query leads to it (``/query/01g-2000``): of any other one
        only the query counts, since what stands before the server may have changed the path."""
        parts = parts_of(self.next_url or "?")
        return parts.path if parts.path.startswith("/") and not parts.query else None

    def next_query(self, asked: Query) -> Query | None:
        """The query of the next page after ``asked``. Nothing but path and query of a URL counts, so that a list cannot
        send the walk to another server."""
        following = self.following
        if following is None:
            return None
        if self.next_url is not None:
            return tuple(parse_qsl(parts_of(following).query, keep_blank_values=True))
        parameter = {"page": self.paging.page, "offset": self.paging.offset}.get(self.paging.style)
        name = parameter or self.paging.token or "token"
        return (*(pair for pair in asked if pair[0] != name), (name, following))

    @property
    def total(self) -> int | None:
        """The number of all entries, where the answer tells it."""
        if self.paging.total:
            text = total_in(self.paging.total, self.response.header(self.paging.total)) or ""
            return int(text) if text.isascii() and text.isdecimal() else None
        value = member(self.body, self.paging.total_field) if self.paging.total_field else None
        return value if isinstance(value, int) and not isinstance(value, bool) else None


def total_in(name: str, value: str | None) -> str | None:
    """What a header tells of the number of all entries: its value, of ``Content-Range`` what stands behind the slash
    (RFC 9110 §14.4); ``None`` where there is no such header."""
    if value is None:
        return None
    return (value.rpartition("/")[2] if name.lower() == "content-range" else value).strip()


def page_query(paging: Paging, size: int | None, number: int = 1) -> Query:
    """The query of page ``number`` (from 1) with ``size`` entries; a token leads to all pages but the first, and
    ``None`` asks for no size."""
    sized = paging.sized(size)
    match paging.style:
        case "page":
            return ((paging.page, str(paging.least + number - 1)), *sized)
        case "offset":
            return ((paging.offset, str(paging.least + (number - 1) * (size or 0))), *sized)
        case "token":
            return sized
        case _:
            return ()


def quick_look(resource: Resource, id: object) -> Query | None:
    """The query whose first page most likely shows the entry with ``id``: the filter by ids, else the newest first,
    where ids are counted up. ``None`` where there is none, a walk has one page anyway, what is filtered and sorted
    shows a write later than the list itself, or a run makes none of them: what it makes is behind what others have."""
    paging, identity, settles = resource.paging, resource.id.field, resource.settles
    if paging.style == "none" or not identity or not resource.creatable or settles.queries > settles.lists:
        return None
    sized = page_query(paging, paging.max or paging.default)
    by_id = [name for name, one in resource.filters.items() if one.field == identity and one.values is None]
    return ((resource.query.named(by_id[0]), str(id)), *sized) if by_id else newest_first(resource)


def newest_first(resource: Resource) -> Query | None:
    """The query whose first page shows what was made last, whatever else the list holds; ``None`` where no order is
    promised that is the one in which ids were given."""
    identity, counted = resource.id.field, resource.id.type == "integer" and resource.id.chosen_by == "server"
    if not counted or not identity or identity not in resource.sort:
        return None
    sized = page_query(resource.paging, resource.paging.max or resource.paging.default)
    return (*resource.query.order((SortKey(identity, descending=True),)), *sized)


def has_no_range(paging: Paging, status: int | None) -> bool:
    """Whether the answer to a list that was asked for its first entries says that there are none: a range of nothing
    cannot be satisfied (RFC 9110 §15.5.17)."""
    return paging.range is not None and status == _NO_RANGE


class Walk:
    """Where a walk over the pages of a list stands. Ask for :attr:`query` until it is ``None``, at :attr:`path` where
    that is not the list's own, and hand each answer to :meth:`turn`.

    A numbered page ends the list where it holds nothing, or the same as the one before it (a server that passes over
    the number gives the same entries for ever), or fewer entries than asked for, where the contract promises pages of
    that size. ``wary``: the last is not believed, because what is looked for must not be missed, and no page is read
    twice. ``is_endless``: there are more than :data:`MOST_PAGES` pages.
    """

    def __init__(self, paging: Paging, size: int | None, query: Query = (), *, wary: bool = False) -> None:
        self.query: Query | None = (*query, *page_query(paging, size))
        self.path: str | None = None
        self.is_endless = False
        self._paging, self._size, self._fixed, self._wary = paging, size, query, wary
        self._pages, self._entries = 0, 0
        self._before: Sequence[Any] = ()
        self._named: set[tuple[str | None, Query | None]] = {(None, self.query)}
        self._repeats = False

    def turn(self, page: Page, entries: Sequence[Any]) -> None:
        """Go on from a page that was read. A page that a token leads to a second time ends the walk; whoever is not
        wary reads it once more before, so that what was read shows it."""
        asked, self._before, before = self.query or (), entries, self._before
        self._pages += 1
        self._entries += len(entries)
        self.query = None
        match self._paging.style:
            case "token" if not self._repeats:
                self.query, self.path = page.next_query(asked), page.next_path
                self._repeats = (self.path, self.query) in self._named
                if self._repeats and self._wary:
                    self.query = None
            case "page" | "offset" if entries and entries != before and not self._is_last(page, entries):
                self.query = self._numbered()
        if self.query is not None:
            self._named.add((self.path, self.query))
            if self._pages >= MOST_PAGES:
                self.query, self.is_endless = None, True

    def ends_with(self, status: int | None) -> bool:
        """Whether an answer that is no page says that the one before was the last, or, to who is not wary, that there
        is none: servers that number their pages answer so behind the end."""
        behind = self._pages > 0 and self._paging.style in ("page", "offset")
        return (behind and status in _NO_SUCH_PAGE) or (has_no_range(self._paging, status) and not self._wary)

    def _is_last(self, page: Page, entries: Sequence[Any]) -> bool:
        """Whether a page that holds something leaves nothing for another one."""
        promised = self._paging.max or self._paging.default or 0
        is_short = self._size is not None and len(entries) < self._size
        if is_short and not self._wary and (self._size or 0) <= promised:
            return True
        return (is_short or self._wary) and page.total == self._entries

    def _numbered(self) -> Query:
        """The query of the next page. An offset counts the entries that were seen, however many a page held."""
        sized, least = self._paging.sized(self._size), self._paging.least
        if self._paging.style == "page":
            return (*self._fixed, (self._paging.page, str(least + self._pages)), *sized)
        return (*self._fixed, (self._paging.offset, str(least + self._entries)), *sized)
