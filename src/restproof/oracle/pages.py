"""What a list of recorded traffic asks for, and what its answer says of itself beside the entries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from restproof.contract.locations import steps_to
from restproof.contract.model import ANY, Filter, Paging
from restproof.contract.texts import id_text
from restproof.oracle.seen import Seen
from restproof.wire.links import link_targets
from restproof.wire.paging import Page


def bad_pages(seen: Seen) -> Iterator[tuple[str, str]]:
    """Page parameters that the contract refuses."""
    paging = seen.resource.paging
    number = {"page": paging.page, "offset": paging.offset}.get(paging.style)
    for name, value in seen.query:
        if name not in (number, paging.size) or (name == paging.size and value == paging.all):
            continue
        least = paging.min if name == paging.size else paging.least
        plain = value.isascii() and value.removeprefix("-").isdecimal()
        over = name == paging.size and paging.max is not None and paging.over_max == "refused"
        if not plain or int(value) < least or (over and int(value) > (paging.max or 0)):
            yield name, value


def total_of(seen: Seen, paging: Paging) -> int | None:
    """The total that the answer to a list tells, where it tells one."""
    response = seen.exchange.response
    return Page(paging, response, seen.json, seen.entries or ()).total if response else None


def is_last(seen: Seen, paging: Paging) -> bool:
    """Whether a page of a list with tokens names no next one."""
    if not (paging.next_header or paging.next_field or paging.more) and (not paging.links or "headers" in seen.lacks):
        return False
    response = seen.exchange.response
    return response is not None and Page(paging, response, seen.json, seen.entries or ()).following is None


def relations(seen: Seen) -> set[str]:
    """The relations of the Link headers (RFC 8288 §3)."""
    lines = seen.exchange.response.all("Link") if seen.exchange.response else ()
    return set(link_targets(lines))


def fits(wanted: Filter, text: str, entry: Mapping[str, Any]) -> bool | None:
    """Whether an entry matches a filter; ``None`` where that cannot be said."""
    value: Any = text
    if wanted.values is not None:
        if text not in wanted.values:
            return None
        value = wanted.values[text]
        if value is ANY:
            return True
    found: Any = entry
    for step in steps_to(entry, wanted.field):
        if not isinstance(found, Mapping) or step not in found:
            return None
        found = found[step]
    if isinstance(found, list | dict) or found is None:
        return None
    if wanted.values is not None:
        return isinstance(found, bool) == isinstance(value, bool) and bool(found == value)
    if isinstance(found, bool):
        return text == str(found).lower()
    return text == id_text(found)
