"""Ids that stand elsewhere than in paths: put where a contract has them as requests leave, and taken from there as
they arrive. Inside, the path of a request that is about one resource always holds its id (``contract.address``)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, quote

from restproof.contract.address import APART, OWN_ID, Address, sent_path
from restproof.contract.forms import document_of
from restproof.contract.media import FORM, essence
from restproof.contract.model import Contract, Operation, Resource
from restproof.contract.routing import BYTES, Router, decoded, pattern_of
from restproof.contract.urls import Query
from restproof.frozen import frozen
from restproof.headers import Headers
from restproof.pointer import put


def encode(document: Any) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()


class NotSayable(ValueError):
    """An id that does not go where the contract has it. The message is why."""


@frozen
class Asked:
    """What of a request may name an id. ``header``: the value of a field; ``body``: its bytes."""

    method: str
    path: str
    query: Query
    header: Callable[[str], str | None]
    body: bytes | None

    @property
    def document(self) -> Any:
        """The body as JSON, be it as that or as a form; ``None`` where it is neither."""
        body = self.body or b""
        try:
            return json.loads(body) if body else None
        except (ValueError, RecursionError):
            return self._form(body) if essence(self.header("Content-Type") or "") == FORM else None

    def _form(self, body: bytes) -> Any:
        try:
            return document_of(body)
        except ValueError:
            return None


@frozen
class _Place:
    """A path as it is sent, and how the operations of one resource on it name ids; ``taken``: the methods of all
    operations there."""

    pattern: re.Pattern[str]
    ways: tuple[Operation, ...]
    taken: frozenset[str]

    def addresses(self, method: str) -> Iterable[Address]:
        """Where a request by ``method`` may name an id, its own operation first. What stands in a body is an id only
        where no other operation has that body."""
        for way in sorted(self.ways, key=lambda w: w.method != method):
            if way.address and (way.address.place != "body" or way.method == method or method not in self.taken):
                yield way.address


class Addressing:
    """How requests name ids elsewhere than in their path. False where the contract has none of the kind."""

    def __init__(self, contract: Contract) -> None:
        self._places = list(_places(contract))
        self._router = Router(contract) if self._places else None

    def __bool__(self) -> bool:
        return bool(self._places)

    def knows(self, path: str) -> bool:
        """Whether requests to a path, as it is sent, name an id elsewhere."""
        return any(place.pattern.fullmatch(path) for place in self._places)

    def arrived(self, asked: Asked) -> tuple[str, Query, str | None] | None:
        """The path and the query inside of a request as it was sent, and the header field (in lower case) that named
        the id; ``None`` where it names no id elsewhere, or several in one place."""
        if APART in asked.path:
            return None
        method = "GET" if asked.method == "HEAD" else asked.method
        path, _, rest = asked.path.partition("?")
        pairs = (*asked.query, *parse_qsl(rest, keep_blank_values=True)) if rest else asked.query
        for place in self._places:
            if place.pattern.fullmatch(path) is None:
                continue
            for address in place.addresses(method):
                header = asked.header(address.name) if address.place == "header" else None
                document = asked.document if address.place == "body" else None
                found = address.ids(pairs, header, document)
                if len(found) == 1:
                    id = quote(found.pop(), safe="", errors="surrogatepass")
                    gone = address.name if address.place == "query" else None
                    query = tuple(pair for pair in pairs if pair[0] != gone)
                    field = address.name.lower() if address.place == "header" else None
                    return f"{path}{APART}/{id}", query, field
                if found:
                    return None
        return None

    def leaving(self, asked: Asked) -> tuple[str, Query, Headers, bytes | None, str | None]:
        """The path, the query, the header fields to add and the body of a request as it is sent, and the media type of
        a body that it did not have before. Raises ``NotSayable`` where its id cannot stand where it belongs."""
        path, _, rest = asked.path.partition("?")
        route = self._router.find(path, errors=BYTES) if self._router else None
        if route is None or route.id is None:
            raise NotSayable("the id is not in the path, so that no path behind it can be asked for")
        resource, method = route.resource, "GET" if asked.method == "HEAD" else asked.method
        way = resource.operation(route.operations.get(method) or next(iter(route.operations.values())))
        address, id = way.address, route.id
        sent = sent_path(path) + (f"?{rest}" if rest else "")
        if address is None:
            raise NotSayable("the id is not in the path")
        if address.place == "query":
            if any("\udc80" <= c <= "\udcff" for c in id):
                raise NotSayable("the id is not in the path, and what is no UTF-8 has no other place")
            return sent, ((address.name, id), *asked.query), (), asked.body, None
        if address.place == "header":
            if not (id.isascii() and id.isprintable() and id.strip() == id):
                raise NotSayable(f"the header {address.name} cannot hold the id")
            return sent, asked.query, ((address.name, id),), asked.body, None
        body, media = _held(resource, way, address, asked.body, id)
        return sent, asked.query, (), body, media


def _held(
    resource: Resource, way: Operation, address: Address, body: bytes | None, id: str
) -> tuple[bytes, str | None]:
    """A body that holds the id, and its media type where there was none before."""
    number = resource.id.type == "integer"
    if body is None:
        document: Any = {}
        for pointer, value in way.envelope.constants.items():
            document = put(document, pointer, address.typed(id, number=number) if value == OWN_ID else value)
        return encode(document), way.media.request
    try:
        document = json.loads(body)
        held = address.held(document, id, number=number)
    except (ValueError, RecursionError):
        raise NotSayable("the id stands in the body, and this body does not hold it") from None
    return (body if held is document else encode(held)), None


def ids_asked(contract: Contract, resource: Resource, way: Operation, asked: Asked) -> dict[str, str | None] | None:
    """The ids that a request of an operation names as it was sent, by resource, its own as ``id``; ``None`` where the
    path is none of the operation's."""
    match = pattern_of(contract, resource, way.sent_path).fullmatch(asked.path)
    if match is None:
        return None
    found = {name: decoded(text) for name, text in match.groupdict().items()}
    if way.address is not None:
        own = way.address.ids(asked.query, asked.header(way.address.name), asked.document)
        found["id"] = own.pop() if len(own) == 1 else None
    return found


def _places(contract: Contract) -> Iterable[_Place]:
    for resource in contract:
        found: dict[str, list[Operation]] = {}
        for way in map(resource.operation, resource.operations):
            found.setdefault(way.sent_path, []).append(way)
        for path, ways in found.items():
            apart = tuple(way for way in ways if way.address)
            if apart:
                yield _Place(pattern_of(contract, resource, path), apart, frozenset(w.method for w in ways))


def url_of(path: str, way: Operation, query: Mapping[str, str]) -> str:
    """Where one resource is, as a URL says it: ``path`` is the one inside, ``query`` what else it is asked with; empty
    where a URL cannot say it."""
    id = path.rpartition("/")[2]
    if way.address is None:
        named = ""
    elif way.address.place == "query":
        named = f"{quote(way.address.name)}={id}"
    else:
        return ""
    asked = "&".join([*([named] if named else []), *(f"{quote(n)}={quote(v, safe='')}" for n, v in query.items())])
    return sent_path(path) + (f"?{asked}" if asked else "")
