"""One exchange of recorded traffic, read by the contract: which resource and operation it is, and what it holds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from restproof.contract.addressing import Addressing, Asked
from restproof.contract.forms import document_of, schema_of, typed
from restproof.contract.media import FORM, essence
from restproof.contract.model import WRITES, Contract, Operation, Resource, Status
from restproof.contract.routing import Route, Router, id_of_url
from restproof.contract.texts import id_text
from restproof.contract.urls import Query, parts_of
from restproof.frozen import frozen
from restproof.record.jsontext import double, not_json
from restproof.untold import REDACTED
from restproof.wire.message import Exchange
from restproof.wire.searching import asked_for

_BY_METHOD = {"GET": "read", "HEAD": "read", "POST": "create", "PUT": "replace", "PATCH": "update", "DELETE": "delete"}


@frozen
class Seen:
    """``certain``: whether nothing that could bear on it was under way at the same time. ``lacks``: what the recording
    left out of it (``request body``, ``response body``, ``headers``)."""

    exchange: Exchange
    contract: Contract
    route: Route
    certain: bool = True
    lacks: frozenset[str] = frozenset()

    @property
    def n(self) -> int:
        return self.exchange.n

    @property
    def resource(self) -> Resource:
        return self.route.resource

    @cached_property
    def operation(self) -> str | None:
        """The operation that the contract has for the method on this path, if any."""
        method = self.exchange.request.method
        return self.route.operations.get("GET" if method == "HEAD" else method)

    @property
    def way(self) -> Operation:
        """How the contract has the operation asked for."""
        return self.resource.operation(self.told_as)

    @property
    def told_as(self) -> str:
        """The operation that a report tells the exchange under."""
        return told_as(self.route, self.exchange.request.method)

    @property
    def status(self) -> int:
        """The status; 0 where no answer came."""
        return self.exchange.status or 0

    def status_for(self, case: str) -> Status:
        """The statuses that the contract has for a case of the operation."""
        return self.resource.status(case, self.operation)

    @property
    def ok(self) -> bool:
        return self.exchange.is_success

    @property
    def refused(self) -> bool:
        return 400 <= self.status < 500

    def header(self, name: str) -> str | None:
        return self.exchange.header(name)

    @cached_property
    def query(self) -> Query:
        request, address = self.exchange.request, self.way.address
        if self.operation == "list":
            return asked_for(self.resource, request)
        own = address.name if address is not None and address.place == "query" else None
        return tuple(pair for pair in request.query if pair[0] != own)

    @cached_property
    def scope(self) -> Mapping[str, str]:
        """Ancestor → id, as text, as far as the request names it."""
        found = {name: id for name, id in self.route.ids.items() if id is not None}
        parameters = dict(self.query)
        for parent in self.way.parameters:
            if parent.place == "body":
                value = self.document.get(parent.name) if isinstance(self.document, dict) else None
            elif parent.place == "header":
                value = self.exchange.request.header(parent.name)
            else:
                value = parameters.get(parent.name)
            if value is not None:
                found[parent.resource] = id_text(value)
        return found

    @property
    def is_form(self) -> bool:
        """Whether the request holds a form, as the contract has it of a write."""
        media = essence(self.exchange.request.header("Content-Type") or "")
        return self.operation in WRITES and self.way.media.is_form and media == FORM

    @cached_property
    def document(self) -> Any:
        """The request body as JSON, ``None`` where it is none, or holds a number that no double, or no integer of 64
        bits, can. A form, where the contract has forms, is what its texts are taken for."""
        body = self.exchange.request.body
        if not body:
            return None
        try:
            if self.is_form:
                return typed(document_of(body), schema_of(self.contract, self.resource, str(self.operation)))
            return json.loads(body.decode(), parse_constant=not_json, parse_float=double, parse_int=_common)
        except (ValueError, RecursionError):
            return None

    @cached_property
    def fields(self) -> dict[str, Any] | None:
        """The resource's part of the request body, out of its envelope."""
        beside = {p.name for p in self.way.parents_in("body")} if self.operation else ()
        return self.way.envelope.taken(self.document, beside)

    @cached_property
    def hides(self) -> bool:
        """Whether the recording replaced a part of the request body."""
        body = self.exchange.request.body
        return "request body" in self.lacks or (body is not None and REDACTED.encode() in body)

    @property
    def json(self) -> Any:
        """The response body as JSON, ``None`` where it is none or was left out."""
        return self.exchange.json

    @property
    def entity(self) -> dict[str, Any] | None:
        """The representation in the answer, out of its envelope; ``None`` of a write that is answered without one."""
        return self.shown if self.way.returns == "representation" else None

    @property
    def shown(self) -> dict[str, Any] | None:
        """The object in the answer, out of its envelope, be it a representation or not."""
        return self.way.shown(self.json)

    @property
    def entries(self) -> list[dict[str, Any]] | None:
        """The entries of a list answer, out of its envelope; ``None`` where there is no array of objects."""
        found = self.way.envelope.listed(self.json)
        return found if found is not None and all(isinstance(e, dict) for e in found) else None

    @property
    def id(self) -> str | None:
        """The id, as text: of the path, else of the representation."""
        if self.route.is_item:
            return self.route.id
        return id_of(self.resource, self.shown)

    @property
    def made(self) -> str | None:
        """The id that the answer to a create leads to: in it, be it a representation or not, in the path that was asked
        for, or in ``Location``."""
        tail = id_of_url(self.contract, self.resource, self.header("Location") or "")
        return id_of(self.resource, self.shown) or self.route.id or (None if tail is None else id_text(tail))

    @cached_property
    def plain(self) -> bool:
        """Whether the query holds nothing but parents, so that the answer shows all fields."""
        way = self.way
        return {n for n, _ in self.query} <= {p.name for p in way.parameters} | way.query.keys()


def told_as(route: Route, method: str) -> str:
    """The operation that a request by ``method`` on a route is told under."""
    found = route.operations.get("GET" if method == "HEAD" else method)
    return found or _BY_METHOD.get(method, "read")


def _common(text: str) -> int:
    if len(text) > 20 or not -(2**63) <= (value := int(text)) < 2**63:
        raise ValueError(text)
    return value


def id_of(resource: Resource, entity: Mapping[str, Any] | None) -> str | None:
    """The id of a representation, as text."""
    found = entity.get(resource.id.field) if entity else None
    return None if found is None or isinstance(found, bool | dict | list) else id_text(found)


class Locator:
    """Finds the resource that a URL names, for one server: ``base`` is scheme, host and what stands before the
    contract's base path."""

    def __init__(self, contract: Contract, base: str) -> None:
        self.base = base.rstrip("/")
        self._contract = contract
        self._origin = origin(self.base)
        self._prefix = parts_of(self.base).path
        self._router = Router(contract)
        self._addressing = Addressing(contract)

    def is_here(self, url: str) -> bool:
        """Whether the URL is one of the API's server, below the contract's base path."""
        if origin(url) != self._origin:
            return False
        root = self._prefix + self._contract.base_path
        path = parts_of(url).path
        return path == root or path.startswith(f"{root.rstrip('/')}/")

    def route(self, method: str, url: str, headers: Iterable[tuple[str, str]], body: bytes | None) -> Route | None:
        """The route of a request to a URL that is here."""
        path = parts_of(url).path.removeprefix(self._prefix)
        if self._addressing:
            fields = {name.lower(): value for name, value in headers}
            asked = Asked(method, path, query_of(url), lambda name: fields.get(name.lower()), body)
            found = self._addressing.arrived(asked)
            path = path if found is None else found[0]
        return self._router.find(path)


def origin(url: str) -> str:
    """Scheme, host and port of a URL, the default port left out."""
    parts = parts_of(url)
    host = (parts.hostname or "").lower()
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    try:
        port = parts.port
    except ValueError:
        port = None
    return f"{parts.scheme}://{host}" + (f":{port}" if port and port != usual else "")


def likely_base(contract: Contract, urls: Iterable[str]) -> str | None:
    """The origin with the most paths of the contract, the first of several; ``None`` where no URL has one."""
    router, addressing = Router(contract), Addressing(contract)
    counts: dict[str, int] = {}
    for url in urls:
        path = parts_of(url).path
        if router.find(path) is not None or addressing.knows(path):
            counts[origin(url)] = counts.get(origin(url), 0) + 1
    return max(counts, key=lambda o: counts[o]) if counts else None


def query_of(url: str) -> Query:
    """The query of a URL, decoded. Plus is a space."""
    raw = parts_of(url).query
    pairs = (part.partition("=") for part in raw.split("&") if part)
    return tuple((unquote(n.replace("+", " ")), unquote(v.replace("+", " "))) for n, _, v in pairs)
