"""What a list holds, for those who only want its entries: the proof of what is ours, and clean-up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import Any, Protocol
from urllib.parse import parse_qsl

from restproof.contract.model import Contract, Resource
from restproof.plan.parameters import fixed_headers
from restproof.wire.message import About, Exchange, Headers, Request, Response, merged, with_query
from restproof.wire.paging import MOST_PAGES, Page, Walk, quick_look

GUARD = "guard"
"""The set-up name of the looks by which a run proves what is its own."""
CLEANUP = "cleanup"
"""The set-up name of clean-up, which proves by itself what it deletes."""

_MOST_HEADERS = 1000
"""Headers of requests of which is kept what they say of the contract's."""


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


def listed(
    sender: Sender,
    resource: Resource,
    collection: str,
    headers: Headers = (),
    *,
    credential: str | None = "full",
    setup: str = CLEANUP,
) -> Iterator[dict[str, Any]]:
    """The entries of the list at request target ``collection``, over all its pages. Raises :class:`ListUnreadable`
    where a page cannot be read, or there are more of them than one walks."""
    path, _, query = collection.partition("?")
    fixed = tuple(parse_qsl(query, keep_blank_values=True))
    paging, way = resource.paging, resource.operation("list")
    about = About(resource.name, "list", setup=setup)
    walk = Walk(paging, paging.max or paging.default, wary=True)
    while walk.query is not None:
        named = {name for name, _ in walk.query}  # a link to the next page may name the parent again
        asked = (*(pair for pair in fixed if pair[0] not in named), *walk.query)
        target = (walk.path, walk.query) if walk.path else (path, asked)
        request = Request(way.method, *target, merged(headers, fixed_headers(way)))
        exchange = sender.send(request, about, credential, beyond_ceiling=setup == CLEANUP)
        if walk.ends_with(exchange.status):
            return
        if exchange.response is None or exchange.response.status // 100 != 2:
            raise ListUnreadable(f"the list {exchange.ending}", exchange.status)
        page, entries = _read(exchange.response, resource)
        yield from (entry for entry in entries if isinstance(entry, dict))
        walk.turn(page, entries)
    if walk.is_endless:
        raise ListUnreadable(f"the list has more than {MOST_PAGES} pages")


def listed_one(
    sender: Sender,
    resource: Resource,
    collection: str,
    headers: Headers,
    id: str,
    *,
    credential: str | None,
    setup: str,
) -> dict[str, Any] | None:
    """The entry with ``id`` of a list: on the page that most likely shows it, else wherever it is; ``None`` where no
    page holds it. Raises as :func:`listed`."""
    paging, quick = resource.paging, quick_look(resource, id)

    def walked(target: str) -> Iterator[dict[str, Any]]:
        return listed(sender, resource, target, headers, credential=credential, setup=setup)

    if quick is not None:
        with suppress(ListUnreadable):
            for entry in islice(walked(with_query(collection, quick)), paging.max or paging.default or 1):
                if str(entry.get(resource.id.field)) == id:
                    return entry
    return next((entry for entry in walked(collection) if str(entry.get(resource.id.field)) == id), None)


def _read(response: Response, resource: Resource) -> tuple[Page, list[Any]]:
    """A page, and its entries out of their envelope."""
    body = response.legible
    if body is None:
        raise ListUnreadable("the list is no JSON")
    entries = resource.operation("list").envelope.listed(body)
    if entries is None:
        raise ListUnreadable("the list is no array")
    return Page(resource.paging, response, body, entries), entries


def contract_headers(contract: Contract, ids: dict[str, int | str]) -> Headers:
    """The headers that the contract asks for on every call, with the placeholders that ``ids`` knows filled in; the
    others are left out."""
    found = []
    for name, template in contract.headers.items():
        if all(resource in ids for resource in re.findall(r"\{([^{}]*)\}", template)):
            found.append((name, re.sub(r"\{([^{}]*)\}", lambda m: str(ids[m[1]]), template)))
    return tuple(found)


class UsualHeaders:
    """The contract's headers as a request has them, else as the target's ``ids`` fill them in."""

    def __init__(self, contract: Contract, ids: dict[str, int | str]) -> None:
        self._names = (*contract.headers, *contract.naming_headers)
        self._usual = {n.lower(): v for n, v in contract_headers(contract, ids)}
        self._known: dict[Headers, Headers] = {}

    def of(self, headers: Headers) -> Headers:
        """Those of a request with ``headers``."""
        found = self._known.get(headers)
        if found is None:
            known = {**self._usual, **{n.lower(): v for n, v in headers if v}}
            found = tuple({n: known[n.lower()] for n in self._names if n.lower() in known}.items())
            if len(self._known) < _MOST_HEADERS:
                self._known[headers] = found
        return found
