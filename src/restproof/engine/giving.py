"""How set-up makes what it needs: with the smallest body, else with every field; and what there is just one of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from restproof.engine.controls import Controls
from restproof.engine.failure import SetUpFailed
from restproof.engine.instance import Instance, Maker
from restproof.engine.reply import Reply

_FOR_ITS_BODY = (400, 422)


class Keeping(Protocol):
    """A world, as far as it knows what was seen of creates."""

    @property
    def controls(self) -> Controls: ...


class Giver(Maker, Protocol):
    """A subject as it makes an instance."""

    @property
    def world(self) -> Keeping: ...

    def create(self, body: Any, *, scope: Mapping[str, Any] | None = None) -> Reply: ...

    def update(self, id: Any, body: Any) -> Reply: ...

    def replace(self, id: Any, body: Any) -> Reply: ...


def made_with(subject: Giver, body: Any, scope: Mapping[str, Any] | None, tag: str) -> Reply:
    """The answer to a create with ``body``; without one, to the smallest. Where the server refuses that for what it
    leaves out (a framework may take a number that is not there for 0, which its bounds forbid), to one with every
    field."""
    if body is not None:
        return subject.create(body, scope=scope)
    small = subject.create(subject.bodies.lying(tag=tag), scope=scope)
    whole = subject.bodies.lying(tag=tag, whole=True)
    if small.status not in _FOR_ITS_BODY or not isinstance(small.sent, dict) or not whole.keys() - small.sent.keys():
        return small
    reply = subject.create(whole, scope=scope)
    if not reply.ok:
        return small
    subject.world.controls.in_full.add(subject.name)
    return reply


def set_to(subject: Giver, body: Any) -> Instance:
    """What there is just one of, with the fields of ``body``."""
    one = subject.shared()
    changed = {n: v for n, v in (body or {}).items() if n in subject.bodies.changeable}
    if changed and subject.spec.supports("update"):
        reply = subject.update(one.id, changed)
    elif body and subject.spec.supports("replace"):
        reply = subject.replace(one.id, body)
    else:
        return one
    if not reply.ok:
        raise SetUpFailed(f"set-up: the {reply} of {subject.name} {reply.exchange.ending}")
    return Instance(one.id, one.scope, subject.observe(one.id), dict(reply.sent))
