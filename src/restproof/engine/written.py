"""What was written here: what a representation of it shows may be what it was given, against its schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from restproof.contract.model import WRITES, Resource
from restproof.engine.reply import Reply
from restproof.plan.symbols import tokens
from restproof.semantics.checker import checker

_TOKEN = tokens()
_OF_VALUES = ("invalid", "coercible", "null_value", "bad_format", "unknown_field", "server_set")
"""What a write may hold that its schema does not allow."""


@dataclass
class Written:
    """The ids of what was written, by resource: ``sound`` where every write that succeeded holds what its schema
    allows, ``odd`` where one does not; ``deleted`` of what was deleted since."""

    sound: dict[str, set[str]] = field(default_factory=dict)
    odd: dict[str, set[str]] = field(default_factory=dict)
    deleted: dict[str, set[str]] = field(default_factory=dict)
    _lax: dict[str, tuple[Resource, bool]] = field(default_factory=dict)

    def note(self, reply: Reply) -> None:
        """Take notice of an answer to a write."""
        if reply.ok and reply.operation == "delete":
            self.deleted.setdefault(reply.resource.name, set()).add(str(reply.asked_id))
        if not reply.ok or reply.operation not in WRITES:
            return
        name, id, fields = reply.resource.name, str(reply.id), reply.sent
        self.deleted.get(name, set()).discard(id)
        if fields is None and not reply.exchange.request.body:
            return  # a recording need not hold what was sent
        if isinstance(fields, Mapping) and checker(reply.resource.shapes.request(reply.operation)).accepts(fields):
            if id not in self.odd.get(name, ()):
                self.sound.setdefault(name, set()).add(id)
            return
        self.odd.setdefault(name, set()).add(id)
        self.sound.get(name, set()).discard(id)

    def is_tombstone(self, reply: Reply) -> bool:
        """Whether an answer shows what is left of something that was deleted, as the contract says that it may."""
        gone = str(reply.asked_id) in self.deleted.get(reply.resource.name, ())
        return gone and reply.operation == "read" and reply.status in reply.resource.status("gone")

    def is_judged(self, resource: Resource, entity: Any) -> bool:
        """Whether a representation shows what the server alone answers for. It does not where somebody was let write
        what the schema does not allow: a case of this run, or, where the contract lets a server take such a value,
        another process of it, or an earlier run."""
        if not isinstance(entity, dict):
            return True
        name, id = resource.name, str(entity.get(resource.id.field))
        if id in self.odd.get(name, ()):
            return False
        if id in self.sound.get(name, ()):
            return True
        known = self._lax.get(name)
        if known is None or known[0] is not resource:
            known = self._lax[name] = resource, _is_lax(resource)
        return not (known[1] and _TOKEN.search(str(entity)))


def _is_lax(resource: Resource) -> bool:
    """Whether the contract lets a server take a value that the schema does not allow."""
    return any(_may_succeed(resource, case) for case in _OF_VALUES)


def _may_succeed(resource: Resource, case: str) -> bool:
    status = resource.status(case)
    return status.accepted == "kept" or 2 in status.classes or any(200 <= code < 300 for code in status.codes)
