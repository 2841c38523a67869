"""The id under which a create by PUT goes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from restproof.engine.failure import NotTested

if TYPE_CHECKING:
    from restproof.engine.subject import Subject

_TRIED = 12
"""Ids that are looked at where there are few."""


def chosen(subject: Subject, body: Any, scope: Mapping[str, Any] | None) -> tuple[Any, Any]:
    """The id, and the body, which holds it where ``body`` holds one. Where there are few ids, it is one under which
    nothing is. Raises ``NotTested`` where each that was looked at is taken."""
    field = subject.spec.id.field
    # The id in the body goes first, since it must be that of the path; else every create has one of its own.
    named = subject.resolved(body).get(field) if isinstance(body, dict) else None
    fresh = subject.resolved(subject.bodies.chosen_id("new"), token=subject.world.values.another_token(subject.about))
    id = vacant(subject, named or fresh, scope)
    return id, {**body, field: id} if named else body


def vacant(subject: Subject, id: Any, scope: Mapping[str, Any] | None = None) -> Any:
    """``id``; where there are few, the first under which nothing is of this one and others. Raises as ``chosen``."""
    if not subject.bodies.ids_are_few or not subject.spec.supports("read"):
        return id
    for number in range(_TRIED):
        if not subject.read(id, scope=scope, observed=False).ok:
            return id
        id = subject.resolved(subject.bodies.chosen_id(f"new{number}"))
    raise NotTested(f"the ids of {subject.name} are few, and those that were looked at are taken")
