"""Where a request leads: the resource of the contract, the parents and the id that it names, and the requests that
look there. What an id may be read as, and what an answer shows under one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from string import digits
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

from restproof.contract.address import APART
from restproof.contract.model import OPERATIONS, WRITES, Contract, Parent, Resource
from restproof.contract.routing import BYTES, Route, Router, filled_path, id_of_url
from restproof.frozen import frozen
from restproof.plan.parameters import fixed_headers, fixed_query
from restproof.wire.addressed import Addressed
from restproof.wire.guard import has_dot_segment
from restproof.wire.message import About, Headers, Request, Response, encode, merged

Parents = tuple[tuple[str, str], ...]
Key = tuple[str, Parents, str | None]
Where = tuple[str, tuple[tuple[str, str], ...], Headers]
"""The path and the query of a request, and the header fields that name a parent."""
_DIGITS = 20
"""As many as a number of 64 bits has."""
_REQUESTS = 1000
"""Request targets that are kept rather than built anew."""
_SHORT = 64
"""Characters of an id up to which it is kept what it may be read as."""
_WHOLE = 10**18
"""Beyond this no server's ids are whole numbers; a number that large is compared as text alone."""


@frozen
class Spot:
    """A collection (``id`` is ``None``) or an item of it. ``parents``: the resources that the request names above it,
    each with its id as text, as far as the request names them."""

    resource: Resource
    parents: Parents
    id: str | None = None

    @property
    def key(self) -> Key:
        """What tells it from other places: an item that some operation names without a parent is the same one below
        any."""
        if self.id is None or not self.resource.own_ways:
            return self.resource.name, self.parents, self.id
        named = self.resource.named_by_all_on_items
        return self.resource.name, tuple(p for p in self.parents if p[0] in named), self.id

    def item(self, id: object) -> Spot:
        """The item of this collection, or beside this item, that ``id`` names."""
        return Spot(self.resource, self.parents, str(id))

    @property
    def collection(self) -> Spot:
        return Spot(self.resource, self.parents)

    @property
    def is_read_as_all(self) -> bool:
        """Whether a server may read the id as none at all, and the path as that of the collection: a NUL ends a text
        for some, and so does what begins parameters, a query or another step."""
        if self.id is None:
            return False
        return re.split(r"[\0;/?#\\]", unquote(unquote(self.id)), maxsplit=1)[0].strip() == ""

    def __str__(self) -> str:
        return self.resource.name if self.id is None else f"{self.resource.name} {in_utf8(self.id)}"


class Places:
    """Finds the place of a request, and builds the requests that look at a place."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._router = Router(contract)
        self._addressed = Addressed(contract)
        self._routes: dict[str, Route | None] = {}
        self._alike = {(r.name, name): _first_alike(r, name) for r in contract for name in OPERATIONS}
        self._naming = frozenset(name.lower() for name in contract.naming_headers)
        self._parameters: dict[tuple[str, str | None], tuple[Parent, ...]] = {}
        self._requests: dict[tuple[str, Parents, str | None, str], Request] = {}
        self._wheres: dict[Key, Where] = {}
        self._above: dict[str, list[tuple[Resource, tuple[str, ...]]]] = {}

    def of(self, request: Request, body: Any = None) -> Spot | None:
        """The place that ``request`` (with ``body``, as JSON) leads to, in whatever way its path is written; ``None``
        where the contract has none there."""
        return self.led_to(request, body)[0]

    def led_to(self, request: Request, body: Any = None) -> tuple[Spot | None, str | None]:
        """The place that ``request`` leads to, as :meth:`of`, and the operation that the contract has for its method
        there, if any."""
        request = self._addressed.arrived(request)
        path, _, rest = request.path.partition("?")
        route = self._route(path)
        if route is None:
            return None, None
        parents = {name: id for name, id in route.ids.items() if id is not None}
        operation = route.operations.get("GET" if request.method == "HEAD" else request.method)
        if known := self._known_parameters(route.resource, operation):
            named = dict(request.query)
            if rest:
                named.update(parse_qsl(rest, keep_blank_values=True))
            outside = body if isinstance(body, dict) else {}
            for parent in known:
                in_header = parent.place == "header"
                value = request.header(parent.name) if in_header else named.get(parent.name, outside.get(parent.name))
                if value is not None:
                    parents[parent.resource] = plain(value)
        place = Spot(route.resource, tuple(sorted(parents.items())) if parents else (), route.id)
        return place, route.operations.get(request.method)

    def asks(self, request: Request, about: About) -> bool:
        """Whether a request is by GET, or a read that the contract has by another method."""
        if request.method == "GET" or about.operation != "read":
            return request.method == "GET"
        known = self._contract.resources.get(about.resource or "")
        return known is not None and request.method == known.method("read")

    def _known_parameters(self, resource: Resource, operation: str | None) -> tuple[Parent, ...]:
        """The parents that an operation names beside its path, or any one does."""
        found = self._parameters.get((resource.name, operation))
        if found is None:
            found = resource.operation(operation).parameters if operation else resource.parameter_parents
            self._parameters[resource.name, operation] = found
        return found

    def above(self, request: Request) -> Spot | None:
        """The nearest item that the path of ``request`` leads through."""
        steps = request.path.partition("?")[0].split("/")
        for end in range(len(steps) - 1, 1, -1):
            found = self.of(replace(request, path="/".join(steps[:end])))
            if found is not None and found.id is not None:
                return found
        return None

    def _route(self, path: str) -> Route | None:
        if path not in self._routes:
            if len(self._routes) >= _REQUESTS:
                self._routes.clear()
            ways = (_plainly(path), _plainly(_usual(path)))
            found = (self._router.find(way, errors=BYTES) for way in ways)
            self._routes[path] = next((route for route in found if route is not None), None)
        return self._routes[path]

    def target(self, place: Spot, operation: str) -> str:
        """The request target of ``operation`` there."""
        return self._kept(place, operation).target

    def list_target(self, place: Spot) -> str:
        """The request target by which the ledger knows the collection of an item."""
        return self.target(place.collection, "list" if place.resource.supports("list") else "create")

    def where(self, place: Spot) -> Where:
        """Where a read of the place leads."""
        key = place.resource.name, place.parents, place.id
        found = self._wheres.get(key)
        if found is None:
            if len(self._wheres) >= _REQUESTS:
                self._wheres.clear()
            found = self._wheres[key] = self.where_of(self._kept(place, "read"))
        return found

    def where_of(self, request: Request) -> Where:
        """Where a read leads."""
        request = self._addressed.arrived(request)
        if not self._naming:
            return request.path, request.query, ()
        naming = sorted((n.lower(), v) for n, v in request.headers if n.lower() in self._naming)
        return request.path, request.query, tuple(naming)

    def sent(self, place: Spot, operation: str, headers: Headers = ()) -> Request:
        """The request of ``operation`` there, as it is sent. Raises ``Unsayable``."""
        return self._addressed.leaving(self.request(place, operation, headers))

    def _kept(self, place: Spot, operation: str) -> Request:
        operation = self._alike[place.resource.name, operation]
        key = place.resource.name, place.parents, place.id, operation
        found = self._requests.get(key)
        if found is None:
            if len(self._requests) >= _REQUESTS:
                self._requests.clear()
            found = self._requests[key] = self.request(place, operation)
        return found

    def request(self, place: Spot, operation: str, headers: Headers = ()) -> Request:
        """The request of ``operation`` there, without a body."""
        resource, ids = place.resource, dict(place.parents)
        way = resource.operation(operation)
        above = {p.resource: "" for p in way.parents if p.place == "path"}
        path = filled_path(self._contract, resource, way, {**above, **ids, "id": place.id or ""})
        named = tuple([(p.name, ids[p.resource]) for p in way.parents if p.place == "query" and p.resource in ids])
        query = (*fixed_query(way), *named)
        naming = tuple([(p.name, ids[p.resource]) for p in way.parents if p.place == "header" and p.resource in ids])
        return Request(way.method, path, query, merged(headers, naming, fixed_headers(way)))

    def writing(self, place: Spot, operation: str, fields: Mapping[str, Any], headers: Headers = ()) -> Request:
        """The request of a write there, with all that the contract has beside the fields."""
        way, ids = place.resource.operation(operation), dict(place.parents)
        named = {p.name: ids[p.resource] for p in way.parents_in("body") if p.resource in ids}
        numbers = {p.name for p in way.parents_in("body") if self._contract.resources[p.resource].id.type == "integer"}
        beside = {name: int(id) if name in numbers and id.isdecimal() else id for name, id in named.items()}
        asked = self.request(place, operation, (*headers, *way.media.headers(with_body=True)))
        return replace(asked, body=encode(way.envelope.requested(fields, beside, above=ids)))

    def parents_of(self, place: Spot) -> Iterator[Spot]:
        """The items above a place, as far as it names them, the nearest last."""
        if not place.parents:
            return
        known = self._above.get(place.resource.name)
        if known is None:
            resources = [self._contract.resources[name] for name in self._contract.ancestors(place.resource)]
            known = [(resource, self._contract.ancestors(resource)) for resource in resources]
            self._above[place.resource.name] = known
        ids = dict(place.parents)
        for above, names in known:
            if above.name in ids:
                yield Spot(above, tuple((n, i) for n, i in place.parents if n in names), ids[above.name])


def _first_alike(resource: Resource, operation: str) -> str:
    """The first of the operations that lead to the same request target as this one, wherever they are sent to."""

    def target(name: str) -> object:
        way = resource.operation(name)
        return way.path, way.parents_in("path"), way.parents_in("query"), way.parents_in("header"), way.query

    return next(name for name in OPERATIONS if target(name) == target(operation))


def _usual(path: str) -> str:
    """A path as a server may read it that passes over a doubled or a last slash, and over what follows a semicolon."""
    return re.sub(r";[^/]*", "", re.sub(r"/{2,}", "/", path)).rstrip("/") or "/"


def _plainly(path: str) -> str:
    """A path with nothing percent-encoded that need not be. What is no UTF-8 stays as it is: which id a server reads
    there, only a look at the very path can tell."""
    if APART in path:  # sent elsewhere, the id is as it was written
        return path
    steps = path.split("/")
    return "/".join(quote(unquote(s, errors=BYTES), safe="", errors=BYTES) if "%" in s else s for s in steps)


def in_utf8(id: str) -> str:
    """An id with U+FFFD for the bytes of a path that are no UTF-8, as many servers read and show them."""
    return id if id.isascii() else re.sub("[\udc80-\udcff]", "\N{REPLACEMENT CHARACTER}", id)


def plain(value: Any) -> str:
    """A scalar as it stands in a path or a query."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if isinstance(value, float) and value.is_integer() and abs(value) < _WHOLE else str(value)


def body_of(request: Request) -> Any:
    """The body as JSON; ``None`` where there is none or it is something else."""
    if not request.body:
        return None
    try:
        return json.loads(request.body)
    except (ValueError, RecursionError):
        return None


def entities(resource: Resource, body: Any, operation: str | None) -> list[Mapping[str, Any]]:
    """The representations in a request body, out of the envelope of its ``operation``, or else of another write, or of
    one by another name; an array holds several."""
    found: list[Mapping[str, Any]] = []
    own = (resource.operation(operation).envelope,) if operation in WRITES else ()
    for one in body if isinstance(body, list) else (body,):
        for envelope in (*own, *resource.envelopes_of_writes):
            if (inner := envelope.taken(one)) is not None:
                found.append(inner)
                break
        else:
            found += [_opened(resource, e) for e in (one if isinstance(one, list) else (one,)) if isinstance(e, dict)]
    return found


def _opened(resource: Resource, document: dict[str, Any]) -> dict[str, Any]:
    """What the only member of a document holds, where that is an object and no field of the resource."""
    name, inner = next(iter(document.items()), ("", None))
    if len(document) == 1 and isinstance(inner, dict) and name not in resource.properties:
        return inner
    return document


def entity_of(resource: Resource, response: Response | None, operation: str = "read") -> Mapping[str, Any] | None:
    """The representation in an answer to an operation, out of its envelope."""
    way = resource.operation(operation)
    if response is not None and way.is_under_way(response.status):
        return None
    return way.shown(response.legible if response else None)


def entries_of(resource: Resource, response: Response | None) -> list[Mapping[str, Any]] | None:
    """The entries of a list answer, out of its envelope."""
    found = resource.operation("list").envelope.listed(response.legible if response else None)
    return None if found is None else [e for e in found if isinstance(e, dict)]


def named_id(contract: Contract, resource: Resource, response: Response | None) -> Any:
    """The id that the answer to a create names: in the representation, else in ``Location``; ``None`` where it names
    none that could stand in a path."""
    operation = "create" if resource.supports("create") else "replace"
    entity = entity_of(resource, response, operation)
    if response is not None and resource.operation(operation).is_under_way(response.status):
        return None
    if entity is not None and resource.id.field in entity:
        found = entity[resource.id.field]
        found = int(found) if isinstance(found, float) and found.is_integer() else found
        return found if is_usable_id(found) else None
    location = (response.header("Location") if response else None) or ""
    tail = id_of_url(contract, resource, location)
    return tail if is_usable_id(tail) else None


def chosen_id(resource: Resource, request: Request) -> Any:
    """The id that the body of a create chose; ``None`` where it is not the client that does, or it could not stand in a
    path."""
    if resource.id.chosen_by == "server" or not resource.supports("create"):
        return None
    sent = entities(resource, body_of(request), "create")
    found = sent[0].get(resource.id.field) if len(sent) == 1 else None
    return found if is_usable_id(found) else None


def is_usable_id(id: object) -> bool:
    """Whether an id that an answer names can stand in a path: a whole number, or a text that is no way up."""
    if isinstance(id, int) and not isinstance(id, bool):
        return True
    if not isinstance(id, str) or id == "":
        return False
    return not has_dot_segment(f"/{quote(id, safe='', errors='surrogatepass')}")


def readings(resource: Resource, id: Any) -> tuple[str, ...]:
    """What a server may take ``id`` for, as texts: itself first, then the whole numbers that a lenient reader sees in
    it (``17abc``, ``5.5``, ``true``, `` 17``, ``0x11``, ``021``, ``1_7``, ``1.7e1``, ``4294967313``), and the text
    without blanks, in small letters, and with U+FFFD for bytes that are no UTF-8."""
    text = plain(id)
    read = _read_once if len(text) <= _SHORT else _read_anew
    return read(text, resource.id.type == "integer", str(int(id)) if isinstance(id, bool) else "")


def _read_anew(id: str, of_numbers: bool, as_number: str) -> tuple[str, ...]:
    found, text = [id], id
    for _ in range(2):
        text = unquote(text)
    trimmed = text.replace("\0", "").strip()
    if of_numbers or re.match(r"\s*[-+]?\d", text):
        found += [as_number] if as_number else []
        if re.fullmatch(r"0|[1-9]\d*", text):
            # What has no room for them keeps the last 32 bits of a number, or the first 53.
            whole = int(text[:_DIGITS])
            found += [str(n) for n in (whole % 2**32, int(float(whole))) if 2**32 <= whole < 2**64]
        else:
            found += map(str, _numbers_in(text))
    found += [t for t in (trimmed, trimmed.lower(), in_utf8(id)) if t]
    return tuple(dict.fromkeys(found))


_read_once = lru_cache(4096)(_read_anew)


def _numbers_in(text: str) -> Iterator[int]:
    """The whole numbers that lenient readers see in a text: its digits, as they stand and without what groups them, of
    any base that it names, and what a double makes of it."""
    if text.isascii() and not any(map(text.__contains__, digits)):
        return  # searches for a single character are much faster than patterns, which a long text would pay for
    yield from map(int, re.findall(r"\d{1,18}", text))
    for base, form in ((16, "0[xX]([0-9a-fA-F]{1,15})"), (8, "0[oO]?([0-7]{1,20})"), (2, "0[bB]([01]{1,60})")):
        yield from (int(n, base) for n in re.findall(rf"\b{form}", text))
    if grouped := re.fullmatch(r"[-+]?(\d{1,18}(?:[_,.' ]\d{1,18})+)", text.strip()):
        yield int(re.sub(r"\D", "", grouped[1])[:_DIGITS])
    if double := re.match(r"\s*[-+]?(\d{0,18}[.]?\d{1,18}[eE][-+]?\d{1,2})", text):
        yield int(float(double[1]))


def scalars(value: Any) -> Iterator[Any]:
    """The values in a reference, of whatever shape."""
    if isinstance(value, list):
        for inner in value:
            yield from scalars(inner)
    elif isinstance(value, dict):
        for inner in value.values():
            yield from scalars(inner)
    elif value is not None and value != "":
        yield value
