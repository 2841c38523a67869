"""What answers say of an id that names nothing."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from restproof.contract.model import Resource
from restproof.wire.message import Exchange
from restproof.wire.places import entity_of
from restproof.wire.proof import holds_nothing

FAILED = 500
"""What a server answers that has met what it was not made for; other errors of its are those of gateways."""
NO_ID = (400, 422)
"""Statuses by which a server may say that an id has not the form of one."""
_UUID = re.compile(r"(?i)[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}")


def says_none(resource: Resource, exchange: Exchange) -> bool:
    """Whether the answer to a read says that there is none: by its status, or, where a success may, by what it shows:
    null, or what holds nothing."""
    status = exchange.status or 0
    if not exchange.is_success or status not in resource.status("absent", "read"):
        return status in resource.codes_of_nothing
    entity, response = entity_of(resource, exchange.response), exchange.response
    return holds_nothing(resource, entity) if entity is not None else response is not None and response.is_null


def shows_nothing(resource: Resource, read: Exchange) -> bool:
    """Whether a read that succeeds shows no member at all: where it has shown some before a delete that succeeded, it
    is gone, whatever the contract says of what is not there."""
    entity, response = entity_of(resource, read.response), read.response
    return entity == {} if entity is not None else response is not None and response.is_null


def says_done(resource: Resource, delete: Exchange) -> bool:
    """Whether the answer to a delete says that nothing is there (any more). What the contract answers to a second one
    says so, be it 403; a class of statuses that it leaves open does not: 409 may well be among them."""
    again = resource.status("repeat_delete", "delete").codes
    return delete.is_success or delete.status in {*resource.codes_of_nothing, *again}


def is_malformed(resource: Resource, id: Any, status: int, given: Collection[str] = ()) -> bool:
    """Whether an answer says that ``id`` cannot be one: the number that begins a UUID is none, nor is any number where
    none of the ids that were ``given`` out to this run is one."""
    if status not in NO_ID or status not in resource.status("malformed_id"):
        return False
    if resource.id.type == "uuid":
        return not _UUID.fullmatch(str(id))
    return str(id).isdecimal() and bool(given) and not any(other.isdecimal() for other in given)


def may_name(resource: Resource, readings: Sequence[str], given: Iterable[str]) -> Sequence[str]:
    """Those ``readings`` of an id that may name something: where ids are whole numbers by the contract, and by all that
    were ``given`` out to this run, no text is one that a server has made of what it was sent."""
    if len(readings) < 2 or resource.id.type != "integer" or {id.isdecimal() for id in given} != {True}:
        return readings
    return [readings[0], *(text for text in readings[1:] if text.lstrip("-").isdecimal())]
