"""Lists that are asked for by POST: what else stands in the query is in the body, a JSON object. And those whose token
of a page is a header field.

Everywhere else a list is asked for by a query; only where requests leave and arrive is it turned into a body or a
header field, and back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from restproof.contract.model import Resource
from restproof.contract.shapes import types_of
from restproof.pointer import put, step

Pairs = tuple[tuple[str, str], ...]
_NUMERALS = frozenset({"integer", "number"})


def is_searched(resource: Resource) -> bool:
    """Whether the list of a resource is asked for by POST."""
    return resource.supports("list") and resource.method("list") == "POST"


def in_url(resource: Resource) -> frozenset[str]:
    """The parameters of such a list that stand in its URL all the same: parents, and what every request of it holds."""
    way = resource.operation("list")
    return frozenset({*way.query, *(p.name for p in way.parents_in("query"))})


def in_headers(resource: Resource) -> frozenset[str]:
    """The parameters of a list that are header fields of its requests."""
    paging = resource.paging
    is_one = resource.supports("list") and paging.token is not None and paging.token_in == "header"
    return frozenset({str(paging.token)} if is_one else ())


def body_of(resource: Resource, query: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The criteria of a query as the body has them: numbers and truth values as such, where the contract has them
    there. A name that is a JSON pointer stands inside."""
    kinds = _kinds(resource)
    found: dict[str, Any] = {}
    for name, text in query:
        found = put(found, name if name.startswith("/") else step(name), _typed(text, kinds.get(name, frozenset())))
    return found


def query_of(resource: Resource, body: Any) -> Pairs:
    """The criteria of a body, as a query has them: each under the name that the contract gives it, what is unknown
    under that of its place."""
    known = _kinds(resource)
    named = {place: name for name in known for place in (name if name.startswith("/") else step(name),)}
    return tuple(
        (named.get(place, place.removeprefix("/")), _spelled(value)) for place, value in _leaves(body, "", named)
    )


def _kinds(resource: Resource) -> dict[str, frozenset[str]]:
    """The parameters of a list, and the JSON types that the body has them in."""
    paging, syntax = resource.paging, resource.query
    number = frozenset({"integer"})
    counted = {"page": (paging.page, paging.size), "offset": (paging.offset, paging.size), "token": (paging.size,)}
    found = {name: number for name in counted.get(paging.style, ()) if name}
    found |= dict.fromkeys(syntax.order_parameters, frozenset[str]())
    if paging.style == "token" and paging.token:
        found[paging.token] = frozenset()
    for one in resource.filters.values():
        schema = resource.properties.get(one.field, {})
        found[syntax.named(one.name)] = frozenset() if one.values else types_of(schema) if schema else frozenset()
    return found | {syntax.named(name): frozenset[str]() for name in resource.comparisons}


def _typed(text: str, kinds: frozenset[str]) -> Any:
    if "string" in kinds:
        return text
    if kinds & _NUMERALS and text.removeprefix("-").isdecimal() and text.isascii():
        return int(text)
    if "boolean" in kinds and text in ("true", "false"):
        return text == "true"
    return text


def _leaves(value: Any, place: str, named: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping) and place not in named:
        for name, inner in value.items():
            yield from _leaves(inner, place + step(name), named)
    elif place:
        yield place, value


def _spelled(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)
