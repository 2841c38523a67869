"""The parameters of a document as they stand in a URL."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from restproof.contract.document import Route
from restproof.contract.openapi.keywords import PLAIN
from restproof.contract.openapi.source import Source
from restproof.contract.words import snake

_KNOWN = frozenset({"const", "default", "enum", "example", "examples"})
"""Keywords that hold values which are right."""
_PLACES = frozenset({"after", "before", "cursor", "number", "offset", "page"})
"""Members of a parameter about pages that say which one is meant."""
PAGE_SIZES = ("per_page", "page_size", "pageSize", "perPage", "size", "limit")
"""Members, and parameters, that say how large a page is."""
_ORDERS = re.compile(r"(order|sort)(ing|ed|s)?(_?(by|dir|direction|field|key|order|type))?")
"""Members, in snake case, that say the order of a list, and not of which order something is."""
_OF_A_SCHEMA = ("type", "items", *(w for w in PLAIN if w not in ("required", "title", "description")))


def spread(parameter: Mapping[str, Any], source: Source, route: Route) -> Iterator[dict[str, Any]]:
    """A parameter as requests hold it: an object in the query is one parameter for each of its members, by ``form`` and
    exploded as is the default (OpenAPI 3.1 §4.8.12.3), or as ``name[member]`` by ``deepObject``, and needed where both
    it and the member are; of one that needs no member but must be there, one member is, unless all of them only say
    which part of a list is meant: that has a default, whatever a generator writes. One whose schema is written beside
    its name, as in Swagger 2.0, has it as its schema. Raises ``ContractError``."""
    if "schema" not in parameter and "content" not in parameter and "type" in parameter:
        schema = {w: parameter[w] for w in _OF_A_SCHEMA if w in parameter}
        yield {**{w: v for w, v in parameter.items() if w not in schema}, "schema": schema}
        return
    schema = source.followed(parameter.get("schema"), (*route, "schema"))
    members = schema.get("properties") if isinstance(schema, dict) else None
    style = parameter.get("style", "form")
    is_deep = style == "deepObject"
    by_form = style == "form" and parameter.get("explode", True) is True
    if parameter["in"] != "query" or not (by_form or is_deep) or not isinstance(members, dict) or not members:
        yield dict(parameter)
        return
    said = schema.get("required")
    needed = said if parameter.get("required") is True and isinstance(said, list) else []
    cuts = all(n in (*_PLACES, *PAGE_SIZES) or _ORDERS.fullmatch(snake(str(n))) for n in members)
    if parameter.get("required") is True and not cuts and not any(n in needed for n in members):
        needed = [_one_of({n: source.followed(s, (*route, "schema", n)) for n, s in members.items()})]
    for name, inner in members.items():
        spelled = f"{parameter['name']}[{name}]" if is_deep else str(name)
        yield {"name": spelled, "in": "query", "required": name in needed, "schema": inner}


def _one_of(members: Mapping[str, Any]) -> str:
    """The member that is sent of an object that would be nothing without: one of which a value is known, and which is
    no place in a list, if there is one."""

    def rank(name: str) -> tuple[bool, bool]:
        schema = members[name]
        return name in _PLACES, not (isinstance(schema, Mapping) and _KNOWN & schema.keys())

    return min(members, key=rank)
