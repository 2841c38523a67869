"""Writes that the API wants to be conditional: the entity-tag that each needs is read just before it (RFC 6585 §3)."""

from __future__ import annotations

from dataclasses import replace

from restproof.config import Target
from restproof.contract.model import Contract
from restproof.contract.routing import Router, may_create
from restproof.wire.message import About, Exchange, Request
from restproof.wire.places import Places
from restproof.wire.walk import Sender


class Preconditions:
    """The preconditions that a contract requires. Where ``target`` has a full credential, that one looks: it sees
    most."""

    def __init__(self, contract: Contract, target: Target) -> None:
        self._target = target
        required = any(resource.preconditions for resource in contract)
        self._router = Router(contract) if required else None
        self._places = Places(contract)
        self._usual = frozenset(name.lower() for name in contract.headers)

    def tagged(
        self, request: Request, about: About, credential: str | None, sender: Sender, *, beyond_ceiling: bool = False
    ) -> Request:
        """The request with the tag that it needs, if any."""
        needed = self.look(request)
        if needed is None:
            return request
        looks = "full" if "full" in self._target.credentials else credential
        seen = sender.send(needed, replace(about, operation="read"), looks, beyond_ceiling=beyond_ceiling)
        return self.met(request, seen)

    def look(self, request: Request) -> Request | None:
        """The read that shows the tag which ``request`` needs; ``None`` where it needs none, or says itself what it
        has."""
        if self._router is None or not request.writes or request.header("If-Match") is not None:
            return None
        route, place = self._router.find(request.path.partition("?")[0]), self._places.of(request)
        if route is None or place is None or place.id is None:
            return None
        if route.operations.get(request.method) not in route.resource.preconditions:
            return None
        return self._places.request(place, "read", tuple(h for h in request.headers if h[0].lower() in self._usual))

    def met(self, request: Request, seen: Exchange) -> Request:
        """The request with the tag that the read has shown. Of what is not there ``*`` is asked, unless the request may
        create it."""
        tag = seen.header("ETag")
        if not tag:
            route = self._router.find(request.path.partition("?")[0]) if self._router else None
            creates = route is not None and may_create(route.resource, route.operations.get(request.method, ""))
            return request if creates else request.having((("If-Match", "*"),))
        return request.having((("If-Match", tag),))
