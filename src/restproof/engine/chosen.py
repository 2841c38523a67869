"""The id under which a create by PUT goes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from restproof.contract.model import Resource
from restproof.engine.failure import NotTested
from restproof.engine.reply import Reply
from restproof.plan.bodies import Bodies

TRIED = 12
"""Ids that are looked at where there are few."""


class Chooser(Protocol):
    """A subject, as far as it chooses ids and looks what has them."""

    bodies: Bodies
    name: str
    spec: Resource

    def resolved(self, value: Any, scope: Mapping[str, Any] | None = None, *, token: str | None = None) -> Any: ...

    def read(self, id: Any, *, scope: Mapping[str, Any] | None = None, observed: bool = True) -> Reply: ...


def chosen(subject: Chooser, body: Any, scope: Mapping[str, Any] | None, token: str) -> tuple[Any, Any]:
    """The id, and the body, which holds it where ``body`` holds one; ``token``: another one for each create. Where
    there are few ids, it is one under which nothing is. Raises ``NotTested`` where each that was looked at is taken."""
    field = subject.spec.id.field
    # The id in the body goes first, since it must be that of the path; else every create has one of its own.
    named = subject.resolved(body).get(field) if isinstance(body, dict) else None
    fresh = subject.resolved(subject.bodies.chosen_id("new"), token=token)
    id = vacant(subject, named or fresh, scope)
    return id, {**body, field: id} if named else body


def vacant(subject: Chooser, id: Any, scope: Mapping[str, Any] | None = None) -> Any:
    """``id``; where there are few, the first under which nothing is of this one and others. Raises as ``chosen``."""
    if not subject.bodies.ids_are_few or not subject.spec.supports("read"):
        return id
    for number in range(TRIED):
        if not subject.read(id, scope=scope, observed=False).ok:
            return id
        id = subject.resolved(subject.bodies.chosen_id(f"new{number}"))
    raise NotTested(f"the ids of {subject.name} are few, and those that were looked at are taken")
