"""Whether a request has come to its operation: what stands before that (a router, a parser) answers in a way of its
own, of which the description of an operation says nothing."""

from __future__ import annotations

import re

from restproof.contract.addressing import Asked, ids_asked
from restproof.contract.model import Contract, Resource
from restproof.record.jsontext import loads
from restproof.wire.message import Request

_IDS = {
    "integer": re.compile(r"[1-9][0-9]{0,8}"),
    "uuid": re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
    "string": re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,99}"),
}
"""What any router takes for an id of a type."""
_LARGEST = 100_000
"""Bytes of a body that any parser reads."""


def has_arrived(contract: Contract, resource: Resource, operation: str, request: Request) -> bool:
    """Whether the method, the path with its ids, the query, the media type and the body can be read as those of the
    operation."""
    way = resource.operation(operation)
    asked = Asked(request.method, request.path, request.query, request.header, request.body)
    ids = ids_asked(contract, resource, way, asked)
    if ids is None or request.method != way.method:
        return False
    if not all(_is_plain_id(contract.resources.get(name, resource), text) for name, text in ids.items()):
        return False
    if not all(re.fullmatch(r"[ -~]{1,100}", text) for pair in request.query for text in pair):
        return False
    if request.header("Accept") not in (None, "*/*", way.media.response, "application/json"):
        return False
    is_known = way.media.reads(request.header("Content-Type") or way.media.request)
    return request.body is None or (is_known and _is_object(request.body))


def _is_plain_id(resource: Resource, text: str | None) -> bool:
    return text is not None and bool(_IDS[resource.id.type].fullmatch(text))


def _is_object(body: bytes) -> bool:
    if len(body) > _LARGEST:
        return False
    try:
        found = loads(body)
    except ValueError:
        return False
    return isinstance(found, dict)
