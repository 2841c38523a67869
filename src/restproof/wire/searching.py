"""Lists that are asked for by POST, or with a header field: where their requests leave, and how a POST of the kind is
told from a write."""

from __future__ import annotations

import json
from dataclasses import replace

from restproof.contract.criteria import body_of, in_headers, in_url, is_searched, query_of
from restproof.contract.media import JSON
from restproof.contract.model import Contract, Resource
from restproof.contract.routing import Router
from restproof.wire import guard
from restproof.wire.message import Request
from restproof.wire.paging import Query

_HARMLESS = frozenset({"GET", "HEAD", "OPTIONS"})


class Searches:
    """The lists of a contract that are asked for by POST. A request to one of them writes nothing."""

    def __init__(self, contract: Contract) -> None:
        self._router = Router(contract) if any(map(is_searched, contract)) else None
        self._with_headers = Router(contract) if any(map(in_headers, contract)) else None

    def resource(self, request: Request) -> Resource | None:
        """The resource that ``request`` lists by POST; ``None`` where it does something else."""
        if self._router is None or request.method != "POST":
            return None
        route = self._router.find(request.path.partition("?")[0])
        return route.resource if route is not None and route.operations.get("POST") == "list" else None

    def may_change(self, request: Request) -> bool:
        """Whether a request may change something (RFC 9110 §9.2.1, and what overrides its method)."""
        method = guard.effective_method(request)
        if method == "POST" and self.resource(request) is not None:
            return False
        return request.method.upper() not in _HARMLESS or method not in _HARMLESS

    def leaving(self, request: Request) -> Request:
        """The request as it is sent: its criteria in the body, the token of a page in its header field. Others are as
        they were."""
        request = self._with_header_fields(request)
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

    def _with_header_fields(self, request: Request) -> Request:
        route = self._with_headers.find(request.path.partition("?")[0]) if self._with_headers is not None else None
        if route is None or route.operations.get(request.method) != "list":
            return request
        named = in_headers(route.resource)
        # What no header field can hold stays where it is.
        moved = tuple((n, v) for n, v in request.query if n in named and v.isascii() and v.isprintable() and v.strip())
        if not moved:
            return request
        rest = tuple(pair for pair in request.query if pair not in moved)
        return replace(request, query=rest, headers=(*request.headers, *moved))


def asked_for(resource: Resource, request: Request) -> Query:
    """What a request for a list asks for, wherever it stands."""
    fields = ((name, request.header(name)) for name in sorted(in_headers(resource)))
    query = (*request.query, *((name, value) for name, value in fields if value is not None))
    if not is_searched(resource) or not request.body:
        return query
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        return query
    return (*query, *query_of(resource, body))
