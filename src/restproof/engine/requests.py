"""Requests as the contract has them: path, parents, query, headers, envelope."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypedDict

from restproof.contract.addressing import url_of
from restproof.contract.model import WRITES, Contract, Resource
from restproof.contract.routing import filled_path
from restproof.plan.parameters import fixed_headers, fixed_query
from restproof.wire.message import Headers, Request, encode, merged
from restproof.wire.paging import Query


class Amended(TypedDict, total=False):
    """How a request differs from the contract's own. ``beside``: members beside the envelope; ``headers``: more of
    them; ``without``: parent parameters to leave out; ``wrapped``: whether the body goes into its envelope."""

    beside: Mapping[str, Any] | None
    headers: Headers
    without: Iterable[str]
    wrapped: bool


class Queried(Amended, total=False):
    """``query``: parameters beside the contract's own."""

    query: Query


class Sending(Queried, total=False):
    """``credential``: who sends it, ``None`` for nobody; ``scope``: ancestor → id, else the usual parents."""

    credential: str | None
    scope: Mapping[str, Any] | None


class Requests:
    """Builds the requests to one resource. A scope is ancestor → id."""

    def __init__(self, contract: Contract, resource: Resource) -> None:
        self._contract = contract
        self._resource = resource

    def build(
        self,
        operation: str,
        scope: Mapping[str, Any],
        *,
        id: Any = None,
        body: Any = None,
        query: Query = (),
        beside: Mapping[str, Any] | None = None,
        headers: Headers = (),
        without: Iterable[str] = (),
        wrapped: bool = True,
    ) -> Request:
        """The request for ``operation``. ``body``: the resource without its envelope, resolved already; ``beside``:
        members beside the envelope; ``without``: parent parameters to leave out."""
        resource = self._resource
        way = resource.operation(operation)
        path = filled_path(self._contract, resource, way, {**scope, "id": id})
        outside: dict[str, Any] = {}
        naming: list[tuple[str, str]] = []
        left_out: set[str] = set()
        asked = [*fixed_query(way, {n for n, _ in query}), *query]
        for parent in way.parameters:
            if parent.name in without:
                left_out |= {parent.name.lower()} if parent.place == "header" else set()
                continue
            if parent.place == "query":
                if parent.name not in dict(query):
                    asked.insert(0, (parent.name, str(scope[parent.resource])))
            elif parent.place == "header":
                naming.append((parent.name, str(scope[parent.resource])))
            else:
                outside[parent.name] = scope[parent.resource]
        data: bytes | None = None
        if body is not None or (outside and operation in WRITES):
            # Of a create the path may name none: then a client that chooses the id says it among the fields.
            own = None if operation == "create" and "{id}" not in way.path else id
            beside = {**outside, **(beside or {})}
            data = encode(way.envelope.requested(body, beside, own, scope) if wrapped else body)
        # A header of the contract may name a parent as well, for the resources below it.
        usual = tuple(header for header in self.headers(scope) if header[0].lower() not in left_out)
        return Request(
            way.method,
            path,
            tuple(asked),
            merged(usual, tuple(naming), fixed_headers(way, with_body=data is not None), headers),
            data,
        )

    def is_public(self, operation: str, request: Request) -> bool:
        """Whether ``request`` is one of ``operation`` as the contract has it (a probe may lead elsewhere), and that is
        asked for without a credential."""
        way = self._resource.operation(operation)
        if way.auth != "none" or request.method not in (way.method, "HEAD"):
            return False
        parts, steps = (f"{self._contract.base_path}{way.path}".split("/"), request.path.partition("?")[0].split("/"))
        return len(parts) == len(steps) and all(p.startswith("{") or p == s for p, s in zip(parts, steps, strict=True))

    def headers(self, scope: Mapping[str, Any]) -> Headers:
        """The contract's headers that this scope can fill in."""
        found = []
        for name, template in self._contract.headers.items():
            try:
                found.append((name, template.format_map(scope)))
            except KeyError:
                continue
        return tuple(found)

    def item_url(self, id: Any, scope: Mapping[str, Any]) -> str:
        """The path of an instance, with the parameter that names it, where one does; empty where no URL says it."""
        return url_of(self.build("read", scope, id=id).path, self._resource.operation("read"), {})
