"""Writes that the API wants to be conditional: the entity-tag (RFC 6585 §3), or the version, that each needs is read
just before it."""

from __future__ import annotations

from dataclasses import replace

from restproof.config import Target
from restproof.contract.model import Contract, Resource
from restproof.contract.routing import Router, may_create
from restproof.wire.message import About, Exchange, Request, encode
from restproof.wire.places import Places, Spot, body_of, entity_of, named_id
from restproof.wire.walk import Sender


class Preconditions:
    """The preconditions that a contract requires. Where ``target`` has a full credential, that one looks: it sees
    most."""

    def __init__(self, contract: Contract, target: Target) -> None:
        self._target = target
        self._contract = contract
        required = any(resource.preconditions or resource.version for resource in contract)
        self._router = Router(contract) if required else None
        self._places = Places(contract)
        self._whole: dict[tuple[str, str], Spot] = {}
        self._usual = frozenset(name.lower() for name in (*contract.headers, *contract.naming_headers))

    def tagged(
        self, request: Request, about: About, credential: str | None, sender: Sender, *, beyond_ceiling: bool = False
    ) -> Request:
        """The request with the tag and the version that it needs, if any."""
        needed = self.look(request)
        if needed is None:
            return request
        looks = "full" if "full" in self._target.credentials else credential
        about = replace(about, operation="read")
        seen = sender.send(needed, about, looks, beyond_ceiling=beyond_ceiling)
        if not seen.is_success and credential not in (None, looks):
            seen = sender.send(needed, about, credential, beyond_ceiling=beyond_ceiling)  # it may be that tenant's own
        return self.met(request, seen)

    def look(self, request: Request) -> Request | None:
        """The read that shows what ``request`` needs; ``None`` where it needs nothing, or says itself all that it names
        (an empty ``If-Match``: neither a tag nor a version)."""
        if self._router is None or not request.writes or request.header("If-Match") == "":
            return None
        route = self._router.find(request.path.partition("?")[0])
        place = self._places.of(request, body_of(request))
        if route is None or place is None or place.id is None:
            return None
        resource, operation = route.resource, route.operations.get(request.method, "")
        if not (_lacks_tag(request, resource, operation) or _lacks_version(request, resource, operation)):
            return None
        if not _is_whole(place):
            place = self._whole.get((resource.name, place.id), place)
        return self._places.request(place, "read", tuple(h for h in request.headers if h[0].lower() in self._usual))

    def note(self, request: Request, answer: Exchange) -> None:
        """Where ``request`` names all that is above an item, keep it for those that need not, and whose look has to."""
        if self._router is None or not answer.is_success:
            return
        place = self._places.of(request, body_of(request))
        if place is None or not _is_whole(place) or _is_always_whole(place.resource):
            return
        id = place.id
        if id is None and answer.about.operation == "create":
            id = named_id(self._contract, place.resource, answer.response)
        if id is not None:
            self._whole[place.resource.name, str(id)] = place.item(id)

    def met(self, request: Request, seen: Exchange) -> Request:
        """The request with what the read has shown. Of what is not there the tag ``*`` is asked, unless the request may
        create it."""
        route = self._router.find(request.path.partition("?")[0]) if self._router else None
        if route is None:
            return request
        operation = route.operations.get(request.method, "")
        if _lacks_version(request, route.resource, operation):
            request = _versioned(request, route.resource, operation, seen)
        if not _lacks_tag(request, route.resource, operation):
            return request
        tag = seen.header("ETag")
        if not tag:
            return request if may_create(route.resource, operation) else request.having((("If-Match", "*"),))
        return request.having((("If-Match", tag),))


def _is_whole(place: Spot) -> bool:
    return {p.resource for p in place.resource.parents} <= dict(place.parents).keys()


def _is_always_whole(resource: Resource) -> bool:
    return len(resource.named_by_all_on_items) == len(resource.parents)


def _lacks_tag(request: Request, resource: Resource, operation: str) -> bool:
    return operation in resource.preconditions and request.header("If-Match") is None


def _lacks_version(request: Request, resource: Resource, operation: str) -> bool:
    """Whether a request has a place for a version and names none. What stands in a body that is no JSON in the form of
    ours is what a case is about, and stays."""
    placed = resource.version.placed(operation) if resource.version else None
    if placed is None:
        return False
    place, name = placed
    if place == "query":
        return name not in dict(request.query)
    if place == "header":
        return request.header(name) is None
    document = body_of(request)
    is_ours = document is not None and encode(document) == request.body
    return is_ours and resource.operation(operation).envelope.named_version(document) is None


def _versioned(request: Request, resource: Resource, operation: str, seen: Exchange) -> Request:
    """The request with the version that a read shows; as it is where the read shows none."""
    version, is_there = resource.version, seen.status is not None and seen.status // 100 == 2
    placed = version.placed(operation) if version else None
    value = version.shown(entity_of(resource, seen.response)) if version and is_there else None
    if placed is None or value is None:
        return request
    place, name = placed
    if place == "query":
        return replace(request, query=(*request.query, (name, str(value))))
    if place == "header":
        return request.having(((name, str(value)),))
    return replace(request, body=encode(resource.operation(operation).envelope.versioned(body_of(request), value)))
