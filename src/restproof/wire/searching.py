"""Lists that are asked for by POST, with a header field, or with several things in one parameter: where their requests
leave, and how a POST that asks for a list, or reads, is told from a write."""

from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import parse_qsl

from restproof.contract.criteria import body_of, in_headers, in_url, is_rewritten, is_searched, packed, unpacked
from restproof.contract.media import JSON
from restproof.contract.model import Contract, Resource
from restproof.contract.routing import Router
from restproof.contract.urls import parts_of
from restproof.wire import guard
from restproof.wire.addressed import Addressed
from restproof.wire.message import Request
from restproof.wire.paging import Query

_HARMLESS = frozenset({"GET", "HEAD", "OPTIONS"})


class Searches:
    """The lists and reads of a contract that are asked for by POST. A request to one of them writes nothing."""

    def __init__(self, contract: Contract) -> None:
        self._router = Router(contract) if any(is_searched(r) or _is_read_by_post(r) for r in contract) else None
        self._rewritten = Router(contract) if any(map(is_rewritten, contract)) else None
        self._addressed = Addressed(contract)

    def resource(self, request: Request) -> Resource | None:
        """The resource that ``request`` lists by POST; ``None`` where it does something else."""
        resource, operation = self._asked(request)
        return resource if operation == "list" else None

    def only_asks(self, request: Request) -> bool:
        """Whether it lists, or reads, by POST."""
        return self._asked(request)[1] in ("list", "read")

    def _asked(self, request: Request) -> tuple[Resource | None, str | None]:
        if self._router is None or request.method != "POST":
            return None, None
        route = self._router.find(self._addressed.arrived(request).path.partition("?")[0])
        return (None, None) if route is None else (route.resource, route.operations.get("POST"))

    def may_change(self, request: Request) -> bool:
        """Whether a request may change something (RFC 9110 §9.2.1, and what overrides its method)."""
        method = guard.effective_method(request)
        if method == "POST" and self.only_asks(request):
            return False
        return request.method.upper() not in _HARMLESS or method not in _HARMLESS

    def leaving(self, request: Request) -> Request:
        """The request as it is sent: what it asks for in the body, in header fields, or packed. Others are as they
        were."""
        request = self._rewrite(request)
        resource = self.resource(request)
        if resource is None or request.body is not None:
            return request
        kept = in_url(resource)
        body = body_of(resource, [pair for pair in request.query if pair[0] not in kept])
        query = tuple(pair for pair in request.query if pair[0] in kept)
        data = json.dumps(body, separators=(",", ":")).encode()
        media = resource.operation("list").media.request
        typed = () if media == JSON or request.header("Content-Type") is not None else (("Content-Type", media),)
        return replace(request, query=query, body=data, headers=(*request.headers, *typed))

    def _rewrite(self, request: Request) -> Request:
        route = self._rewritten.find(request.path.partition("?")[0]) if self._rewritten is not None else None
        method = "GET" if request.method == "HEAD" else request.method
        if route is None or route.operations.get(method) != "list":
            return request
        query, range = packed(route.resource, request.query)
        named = in_headers(route.resource)
        moved = (*(pair for pair in query if pair[0] in named), *range)
        # What no header field can hold stays where it is.
        if not all(v.isascii() and v.isprintable() and v.strip() for _, v in moved):
            return request
        rest = tuple(pair for pair in query if pair not in moved)
        return replace(request, query=rest, headers=(*request.headers, *moved))


def _is_read_by_post(resource: Resource) -> bool:
    return resource.supports("read") and resource.method("read") == "POST"


def asked_for(resource: Resource, request: Request) -> Query:
    """What a request for a list asks for, wherever it stands."""
    body = None
    if is_searched(resource) and request.body:
        try:
            body = json.loads(request.body)
        except (ValueError, RecursionError):
            body = None
    return unpacked(resource, request.query, request.header, body)


def named_by(resource: Resource, url: str) -> Query:
    """What the URL of a page, as an answer names it, asks a list for."""
    query = parse_qsl(parts_of(url).query, keep_blank_values=True)
    return unpacked(resource, query, lambda _: None)
