"""Walking a list page by page, as the contract says that it is cut; for clean-up and preflight, which only want its
entries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Protocol
from urllib.parse import parse_qsl

from restproof.contract.model import Contract, Paging, Resource
from restproof.wire.message import About, Exchange, Headers, Request, Response
from restproof.wire.paging import Page

GUARD = "guard"
"""The set-up name of the looks by which a run proves what is its own."""
CLEANUP = "cleanup"
"""The set-up name of clean-up, which proves by itself what it deletes."""
MOST_PAGES = 500
"""A walk ends here whatever the server says: one that always names a next page must not hold clean-up for ever."""


class Sender(Protocol):
    """Sends a request: ``Session``."""

    def send(
        self, request: Request, about: About, credential: str | None = "full", *, beyond_ceiling: bool = False
    ) -> Exchange: ...


class ListUnreadable(Exception):
    """A page of a list could not be read; the message is why, ``status`` what it answered (``None``: nothing
    usable)."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


def walk(
    sender: Sender,
    resource: Resource,
    collection: str,
    *,
    headers: Headers = (),
    credential: str | None = "full",
    setup: str = CLEANUP,
) -> Iterator[dict[str, Any]]:
    """The entries of the list at request target ``collection``. Raises :class:`ListUnreadable` where a page cannot
    be read, or there are more of them than one walks."""
    path, _, query = collection.partition("?")
    fixed = tuple(parse_qsl(query, keep_blank_values=True))
    paging = resource.paging
    size = paging.max or paging.default
    extra: tuple[tuple[str, str], ...] | None = _first_page(paging, size)
    about = About(resource.name, "list", setup=setup)
    seen = 0
    before: list[Any] = []
    asked = {extra}
    way = resource.operation("list")
    for page in range(1, MOST_PAGES + 1):
        request = Request(way.method, path, fixed + (extra or ()), (*headers, *way.headers.items()))
        exchange = sender.send(request, about, credential, beyond_ceiling=setup == CLEANUP)
        response = exchange.response
        if response is None or response.status // 100 != 2:
            raise ListUnreadable(f"the list answered {exchange.status or exchange.error}", exchange.status)
        entries = _entries(response, resource)
        yield from (entry for entry in entries if isinstance(entry, dict))
        seen += len(entries)
        # A server that passes over the page's number gives the same entries for ever.
        is_last = not entries or entries == before or _total(paging, response) == seen
        following = None if is_last else _next_page(paging, response, page, size, seen)
        if following is None or following in asked:  # the last page, or one that was there already
            return
        asked.add(following)
        extra, before = following, entries
    raise ListUnreadable(f"the list has more than {MOST_PAGES} pages")


def _total(paging: Paging, response: Response) -> int | None:
    """How many entries the list holds in all, as its header says."""
    said = response.header(paging.total) if paging.total else None
    return int(said) if said is not None and said.isdecimal() else None


def _entries(response: Response, resource: Resource) -> list[Any]:
    try:
        body = response.json
    except ValueError:
        raise ListUnreadable("the list is no JSON") from None
    wrapper = resource.envelope.list
    entries = body.get(wrapper) if wrapper and isinstance(body, dict) else body
    if not isinstance(entries, list):
        raise ListUnreadable("the list is no array")
    return entries


def _first_page(paging: Paging, size: int | None) -> tuple[tuple[str, str], ...]:
    sized = ((paging.size, str(size)),) if size and paging.style != "none" else ()
    match paging.style:
        case "page":
            return ((paging.page, "1"), *sized)
        case "offset":
            return ((paging.offset, "0"), *sized)
        case _:
            return sized


def _next_page(
    paging: Paging, response: Response, page: int, size: int | None, seen: int
) -> tuple[tuple[str, str], ...] | None:
    """The query that the next page takes beside the collection's own; ``None`` after the last."""
    sized = ((paging.size, str(size)),) if size else ()
    match paging.style:
        case "page":
            return ((paging.page, str(page + 1)), *sized)
        case "offset":
            return ((paging.offset, str(seen)), *sized)
        case "token":
            body = response.json if paging.next_field else None  # what is no JSON was told of with the entries
            return Page(paging, response, body).next_query(sized)
        case _:
            return None


def contract_headers(contract: Contract, ids: dict[str, int | str]) -> Headers:
    """The headers that the contract asks for on every call, with the placeholders that ``ids`` knows filled in; the
    others are left out."""
    found = []
    for name, template in contract.headers.items():
        if all(resource in ids for resource in re.findall(r"\{([^{}]*)\}", template)):
            found.append((name, re.sub(r"\{([^{}]*)\}", lambda m: str(ids[m[1]]), template)))
    return tuple(found)
