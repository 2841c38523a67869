"""Lists that are asked for by POST: what else stands in the query is in the body, a JSON object. Those whose token of a
page is a header field, and those that pack several things into one parameter or header field.

Everywhere else a list is asked for by a query of plain parameters; only where requests leave and arrive is it turned
into a body, a header field or what is packed, and back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from restproof.contract.model import Resource
from restproof.contract.packing import RANGE, from_json, in_json, packs, with_ends, with_sizes
from restproof.contract.shapes import types_of
from restproof.contract.texts import in_query
from restproof.contract.urls import Query
from restproof.pointer import put, step

_NUMERALS = frozenset({"integer", "number"})
_DECIMAL = re.compile(r"-?[0-9]+\.[0-9]+")


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


def is_rewritten(resource: Resource) -> bool:
    """Whether what is asked of a list stands elsewhere than in plain parameters of its query."""
    return is_searched(resource) or bool(in_headers(resource)) or packs(resource)


def packed(resource: Resource, query: Query) -> tuple[Query, Query]:
    """The query of a list, and the header fields, as they are sent for plain parameters."""
    query, range = with_ends(resource.paging, query)
    kinds, lists = _kinds(resource), _of_several(resource)
    headers = () if range is None else ((RANGE, range),)
    return in_json(query, lambda name, text: _value(name, text, kinds, lists)), headers


def unpacked(
    resource: Resource, query: Iterable[tuple[str, str]], field: Callable[[str], str | None], body: Any = None
) -> Query:
    """What a list is asked for, as plain parameters: by its query, by a header ``field``, and by the JSON of its
    ``body``, where it has one."""
    query = tuple(query)
    if not is_rewritten(resource):
        return query
    if isinstance(body, Mapping):
        query = (*query, *query_of(resource, body))
    headed = ((name, field(name)) for name in sorted(in_headers(resource)))
    query = (*query, *((name, value) for name, value in headed if value is not None))
    if not packs(resource):
        return query
    plain = tuple((name, _spelled(value)) for name, value in from_json(query, _kinds(resource)))
    return with_sizes(resource.paging, plain, field(RANGE))


def body_of(resource: Resource, query: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The criteria of a query as the body has them: numbers and truth values as such, where the contract has them
    there, and several values as an array. A name that is a JSON pointer stands inside."""
    kinds, lists = _kinds(resource), _of_several(resource)
    found: dict[str, Any] = {}
    for name, text in query:
        found = put(found, name if name.startswith("/") else step(name), _value(name, text, kinds, lists))
    return found


def query_of(resource: Resource, body: Any) -> Query:
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
    found = {name: number for name in (*counted.get(paging.style, ()), paging.last, paging.end) if name}
    found |= dict.fromkeys(syntax.order_parameters(resource.sort), frozenset[str]())
    if paging.style == "token" and paging.token:
        found[paging.token] = frozenset()
    for one in resource.filters.values():
        schema = resource.properties.get(one.field, {})
        found[syntax.named(one.name)] = frozenset() if one.values else types_of(schema) if schema else frozenset()
    for name, asked in resource.comparisons.items():
        schema = resource.properties.get(asked.field, {})
        found[syntax.named(name)] = types_of(schema) if schema and not asked.of_decimals else frozenset()
    return found


def _of_several(resource: Resource) -> frozenset[str]:
    """The parameters that hold several values, of which JSON has an array."""
    return frozenset(resource.query.named(name) for name, asked in resource.comparisons.items() if asked.by == "in")


def _value(name: str, text: str, kinds: Mapping[str, frozenset[str]], lists: frozenset[str]) -> Any:
    """What a parameter asks for, as JSON has it."""
    of_one = kinds.get(name, frozenset())
    return [_typed(part, of_one) for part in text.split(",")] if name in lists else _typed(text, of_one)


def _typed(text: str, kinds: frozenset[str]) -> Any:
    if "string" in kinds:
        return text
    if kinds & _NUMERALS and text.removeprefix("-").isdecimal() and text.isascii():
        return int(text)
    if "number" in kinds and _DECIMAL.fullmatch(text):
        return float(text)
    if "boolean" in kinds and text in ("true", "false"):
        return text == "true"
    return text


def _leaves(value: Any, place: str, named: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    inside = any(other.startswith(f"{place}/") for other in named)
    if isinstance(value, Mapping) and (inside or place not in named):
        for name, inner in value.items():
            yield from _leaves(inner, place + step(name), named)
    elif isinstance(value, list) and inside:
        for at, inner in enumerate(value):
            yield from _leaves(inner, place + step(at), named)
    elif place:
        yield place, value


def _spelled(value: Any) -> str:
    if isinstance(value, list) and not any(isinstance(one, list | dict) for one in value):
        return ",".join(map(_spelled, value))
    return in_query(value)
