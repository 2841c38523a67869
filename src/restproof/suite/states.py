"""What a representation must hold after a write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from restproof.engine.reply import Reply
from restproof.engine.subject import Subject
from restproof.semantics.state import expected


def after(subject: Subject, sent: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """What the representation must hold after the update of ``before``."""
    return expected(subject.spec, sent, before=subject.stable(before), refs=subject.world.instances.lookup)


def state_of(subject: Subject, reply: Reply) -> dict[str, Any]:
    """The present representation of what the request was about; empty where there is none."""
    return subject.observe(reply.asked_id) or {}
