"""Where a request goes: ids that name nothing, and parents that are not the usual one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from restproof.engine.chosen import vacant
from restproof.engine.subject import Subject
from restproof.semantics.tenants import if_foreign, is_shared

__all__ = [
    "absent_id",
    "body_below",
    "chosen_id",
    "crossed_scope",
    "has_other_root",
    "if_foreign",
    "is_shared",
    "lost_scope",
    "root_of",
]


def absent_id(subject: Subject) -> Any:
    """An id of the right type that names nothing."""
    return subject.world.scopes.absent_id(subject.spec)


def chosen_id(subject: Subject, tag: str) -> Any:
    """An id that a client may choose for something new: another one for each case and each ``tag``."""
    return vacant(subject, subject.resolved(subject.bodies.chosen_id(tag)))


def crossed_scope(subject: Subject, ancestor: str) -> dict[str, Any]:
    """The usual scope with another one for ``ancestor``: one that those below it do not belong to."""
    return subject.world.scopes.crossed(subject.spec, ancestor)


def lost_scope(subject: Subject, operation: str) -> dict[str, Any]:
    """The usual scope with one parent that does not exist: the nearest of those that requests of ``operation`` name."""
    named = [parent.resource for parent in subject.spec.operation(operation).parents]
    if subject.spec.parents[-1].resource in named:
        return subject.scope("none")
    return {**subject.scope(), named[-1]: subject.world.scopes.absent_id(subject.contract.resources[named[-1]])}


def body_below(subject: Subject, parent: str, scope: Mapping[str, Any]) -> dict[str, Any]:
    """A body for ``scope`` that names, where it names what lives below a ``parent`` as well, what lives below this
    one."""
    body = subject.bodies.lying()
    for name, reference in subject.spec.references.items():
        other = subject.other(reference.to)
        if body.get(name) and parent in {p.resource for p in other.spec.parents} and other.spec.creatable:
            id = other.given(scope=scope).id
            body[name] = [id] if reference.many else id
    return body


def root_of(subject: Subject) -> str:
    """The name of the topmost ancestor; the resource's own where it has none."""
    return subject.world.scopes.root_of(subject.spec)


def has_other_root(subject: Subject) -> bool:
    """Whether the nearest parent is one that the configuration names twice (another one in reach of the
    credential)."""
    return subject.world.scopes.has_other_root(subject.spec)
