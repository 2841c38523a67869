"""Lists of which one parameter, or one header field, holds several things: pages, order and filters as JSON in a query
(``range=[0,24]``, ``filter={"where":{"name":"x"}}``), the last entry of a page in the place of its size (``_end=25``),
and the range of entries in a header field (``Range: items=0-24``, RFC 9110 §14).

Everywhere else a list is asked for by plain parameters, an offset and a size among them; only where requests leave and
arrive are they put together, and taken apart.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from restproof.contract.model import Paging, Resource
from restproof.contract.urls import Query
from restproof.pointer import step, steps

RANGE = "Range"
"""The header field of a range (RFC 9110 §14.2)."""
_IN_JSON = "#/"
_WHOLE = re.compile(r"-?[0-9]{1,18}")
_USUAL_SIZE = 100
_LONGEST = 100
"""Beyond this a number names a member of an object, and no place in an array."""


def is_in_json(name: str) -> bool:
    """Whether a name of a contract stands for a member of the JSON that a parameter holds: ``filter#/where/name``."""
    return _IN_JSON in name


def has_json(resource: Resource) -> bool:
    """Whether parameters of the list of a resource hold JSON."""
    paging, syntax = resource.paging, resource.query
    paged = (paging.page, paging.size, paging.offset, paging.token or "", paging.last or "", paging.end or "")
    filters = [syntax.named(name) for name in (*resource.filters, *resource.comparisons)]
    return any(map(is_in_json, (*paged, *syntax.order_parameters(resource.sort), *filters)))


def packs(resource: Resource) -> bool:
    """Whether the list of a resource is asked for by something else than one plain parameter for each thing."""
    return resource.supports("list") and (resource.paging.spans or has_json(resource))


def with_ends(paging: Paging, query: Iterable[tuple[str, str]]) -> tuple[Query, str | None]:
    """The query with the end of the page in the place of its size, and the range that a header field asks for, where
    it does. A size that is no number stands for the end as it is."""
    query = tuple(query)
    asked = dict(query)
    if not paging.spans or not {paging.offset, paging.size} & asked.keys():
        return query, None
    first, size = asked.get(paging.offset, str(paging.least)), asked.get(paging.size)
    ends = paging.last or paging.end or ""
    if size is None and (paging.range or is_in_json(ends)):
        size = str(paging.default or paging.max or _USUAL_SIZE)  # half a range is none
    rest = tuple(pair for pair in query if pair[0] not in (paging.offset, paging.size))
    end = None if size is None else _moved(first, size, -1 if paging.end is None else 0)
    if paging.range:
        return rest, paging.range.replace("{first}", first).replace("{last}", end or "")
    return (*rest, (paging.offset, first), *(() if end is None else ((ends, end),))), None


def with_sizes(paging: Paging, query: Iterable[tuple[str, str]], range: str | None) -> Query:
    """The query of :func:`with_ends` again, with the size of the page."""
    query = tuple(query)
    if not paging.spans:
        return query
    if paging.range:
        found = re.fullmatch(_pattern(paging.range), range or "", re.DOTALL)
        first, end = (None, None) if found is None else (found["first"], found["last"] or None)
        if range is not None and (not first or "," in range):
            return (*query, (RANGE, range))  # another unit, the last entries, several ranges: none of these is a page
    else:
        asked = dict(query)
        first, end = asked.get(paging.offset), asked.get(paging.last or paging.end or "")
    rest = tuple(pair for pair in query if pair[0] not in (paging.offset, paging.last, paging.end))
    size = None if end is None else _apart(first or str(paging.least), end, 1 if paging.end is None else 0)
    named = ((paging.offset, first), (paging.size, size))
    return (*rest, *((name, value) for name, value in named if value is not None))


def _pattern(template: str) -> str:
    return re.escape(template).replace(r"\{first\}", "(?P<first>-?.*?)").replace(r"\{last\}", "(?P<last>.*)")


def _moved(first: str, size: str, by: int) -> str:
    numbers = _WHOLE.fullmatch(first) and _WHOLE.fullmatch(size)
    return str(int(first) + int(size) + by) if numbers else size


def _apart(first: str, end: str, by: int) -> str:
    numbers = _WHOLE.fullmatch(first) and _WHOLE.fullmatch(end)
    return str(int(end) - int(first) + by) if numbers else end


def in_json(query: Iterable[tuple[str, str]], typed: Any) -> Query:
    """The query with what belongs into JSON in its parameters, each behind the others. ``typed``: the value of a name
    and a text as JSON has it."""
    plain: list[tuple[str, str]] = []
    whole: dict[str, dict[str, Any]] = {}
    for name, text in query:
        parameter, mark, inside = name.partition(_IN_JSON)
        if not mark:
            plain.append((name, text))
            continue
        *above, last = steps(f"/{inside}")
        holder = whole.setdefault(parameter, {})
        for member in above:
            inner = holder.get(member)
            holder[member] = holder = inner if isinstance(inner, dict) else {}
        holder[last] = typed(name, text)
    packed = ((name, json.dumps(_arrays(value), separators=(",", ":"))) for name, value in whole.items())
    return (*plain, *packed)


def _arrays(value: Any) -> Any:
    """Objects whose members are all numbered are arrays."""
    if not isinstance(value, dict):
        return value
    if value and all(name.isdecimal() and name.isascii() and int(name) < _LONGEST for name in value):
        made: list[Any] = [None] * (max(map(int, value)) + 1)
        for name, inner in value.items():
            made[int(name)] = _arrays(inner)
        return made
    return {name: _arrays(inner) for name, inner in value.items()}


def from_json(query: Iterable[tuple[str, str]], known: Iterable[str]) -> tuple[tuple[str, Any], ...]:
    """The parts of the JSON in a query, each under its name; ``known`` are those that the contract has. What is no JSON
    stays as it is, and so does a parameter that no name speaks of."""
    names = frozenset(known)
    parameters = {name.partition(_IN_JSON)[0] for name in names if is_in_json(name)}
    found: list[tuple[str, Any]] = []
    for name, text in query:
        try:
            value = json.loads(text) if name in parameters else None
        except (ValueError, RecursionError):
            value = None
        if isinstance(value, dict | list):
            found += _parts(f"{name}#", value, names)
        else:
            found.append((name, text))
    return tuple(found)


def _parts(place: str, value: Any, names: frozenset[str]) -> Iterable[tuple[str, Any]]:
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    leads_on = any(name.startswith(f"{place}/") for name in names)
    if (isinstance(value, dict) and (leads_on or place not in names)) or (isinstance(value, list) and leads_on):
        for name, inner in members:
            yield from _parts(place + step(name), inner, names)
    else:
        yield place, value
