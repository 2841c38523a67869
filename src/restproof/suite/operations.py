"""The operations of a resource, the contract's words for their success, and a valid request of any of them."""

from __future__ import annotations

from typing import Any, Unpack

from restproof.contract.model import (
    ON_ITEM,
    OPERATIONS,
    WRITES,
    Contract,
    Operation,
    Resource,
    creates_by_put,
    freed_keys,
    removes,
)
from restproof.contract.routing import router_of
from restproof.contract.statuses import SUCCESS
from restproof.engine.reply import Reply
from restproof.engine.requests import Sending
from restproof.engine.subject import Subject
from restproof.wire.addressed import Addressed

__all__ = [
    "ON_ITEM",
    "OPERATIONS",
    "SUCCESS",
    "WRITES",
    "Sending",
    "asks_for_credentials",
    "by_get",
    "creates_by_put",
    "freed_keys",
    "methods_at",
    "methods_where",
    "needs_credential",
    "perform",
    "removes",
    "renamed_keys",
]


def asks_for_credentials(contract: Contract, resource: Resource) -> bool:
    """Whether the contract promises that credentials are asked for."""
    return contract.auth.scheme != "none"


def needs_credential(way: Operation) -> bool:
    """Whether the contract says that an operation is refused without a credential, where it has credentials at all."""
    return way.auth == "required"


def by_get(resource: Resource) -> bool:
    """Whether reads go by GET: those by POST have neither a HEAD nor a 304 (RFC 9110 §9.3.2 and §13.1.2)."""
    return resource.method("read") == "GET"


def methods_at(contract: Contract, path: str) -> set[str]:
    """The methods of the operations that the contract has at a path."""
    route = router_of(contract).find(path)
    return set(route.operations) if route else set()


def methods_where(reply: Reply) -> set[str]:
    """The methods of the operations that the contract has where the request of a reply went."""
    return methods_at(reply.contract, Addressed(reply.contract).arrived(reply.exchange.request).path)


def renamed_keys(resource: Resource) -> list[tuple[int, tuple[str, ...]]]:
    """The unique keys that an update may change, each with its number."""
    return [(number, key) for number, key in enumerate(resource.unique) if resource.renames(key)]


def perform(subject: Subject, operation: str, id: Any, **options: Unpack[Sending]) -> Reply:
    """One valid request of any operation. ``id``: of the instance, for those that need one; ``options`` are those of
    ``Subject.send``, such as ``credential``."""
    if operation == "list":
        return subject.list(**options)
    if operation == "create":
        return subject.create(subject.bodies.minimal(), **options)
    if operation == "read":
        return subject.read(id, **options)
    if operation == "delete":
        return subject.delete(id, **options)
    if operation == "update":
        return subject.update(id, subject.bodies.every_change(), **options)
    return subject.replace(id, subject.bodies.minimal(), **options)
