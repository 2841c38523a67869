"""What rules about credentials share: when they apply, and a valid request of any operation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from restproof.contract.model import Contract, Resource
from restproof.engine.reply import Reply
from restproof.engine.subject import Subject

EVERY = ("list", "create", "read", "update", "replace", "delete")


def asks_for_credentials(contract: Contract, resource: Resource) -> bool:
    """Whether the contract promises that credentials are asked for."""
    return contract.auth.scheme != "none"


def perform(subject: Subject, operation: str, id: Any, scope: Mapping[str, Any] | None = None, **options: Any) -> Reply:
    """One request of any operation, valid but for who sends it."""
    if operation == "list":
        return subject.list(scope=scope, **options)
    if operation == "create":
        return subject.create(subject.bodies.minimal(), scope=scope, **options)
    if operation == "read":
        return subject.read(id, scope=scope, **options)
    if operation == "delete":
        return subject.delete(id, scope=scope, **options)
    if operation == "update":
        return subject.update(id, subject.bodies.every_change(), scope=scope, **options)
    return subject.replace(id, subject.bodies.minimal(), scope=scope, **options)
