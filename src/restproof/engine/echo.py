"""A write that was sent again: what it did the first time may be why it is refused the second."""

from __future__ import annotations

from collections.abc import Mapping

from restproof.engine.failure import Inconclusive
from restproof.engine.reply import Reply

_EXPLAINED: Mapping[str, tuple[str, ...]] = {
    "create": ("conflict", "over_quota", "precondition_failed"),
    "update": ("conflict", "rule", "stale", "precondition_failed"),
    "replace": ("conflict", "rule", "stale", "precondition_failed"),
    "delete": ("gone", "repeat_delete", "rule", "stale", "precondition_failed"),
}
"""Operation → the cases of the contract's ``statuses`` that a write is refused with which was carried out before."""


class Echoed(Inconclusive):
    """A write that was sent again, and may have been refused for what it had done the first time."""


def check_no_echo(reply: Reply) -> None:
    """Raises ``Echoed`` where a write was sent before, no answer said what became of it, and this one may speak of what
    it did then."""
    if not reply.exchange.again or reply.ok:
        return
    cases = (reply.resource.status(case, reply.operation) for case in _EXPLAINED.get(reply.operation, ()))
    if any(reply.status in case for case in cases):
        raise Echoed(f"the {reply} was sent again, and answered {reply.status} perhaps for what it did the first time")
