"""Has a database gone back to an earlier state since a run wrote to it? Then ids were given out once more, and what
bears no mark is nobody's any more: somebody else may have made the like under the same id."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from restproof.wire.failure import NotSent
from restproof.wire.group import Group
from restproof.wire.ledger import Ledger, LedgerEntry
from restproof.wire.message import Exchange
from restproof.wire.nothing import says_none
from restproof.wire.proof import Marks, may_go_with_others, may_show

Send = Callable[[Group, str, str], Exchange]
"""Sends an operation on the item at a request target of a group."""


def is_restored(groups: Iterable[Group], ledger: Ledger, marks: Marks, send: Send) -> bool:
    """Whether a look shows, where this run was told to have made what bears a mark and nobody has deleted it, somebody
    else's, or nothing although it belongs to nothing that could have taken it along. Asked only where something is to
    be proven without a mark."""
    groups = list(groups)
    if not any(_is_by_values(group, e, ledger) for group in groups for e in group.known.values()):
        return False
    return any(_speaks_against(group, ledger, marks, send) for group in groups)


def _is_by_values(group: Group, entry: LedgerEntry, ledger: Ledger) -> bool:
    """Whether nothing but values proves what a write has made, or what an update has left of it."""
    if ledger.is_deleted(entry):
        return False
    return not may_show(group.resource, entry.marks or ()) or bool(ledger.written(entry.item or ""))


def _speaks_against(group: Group, ledger: Ledger, marks: Marks, send: Send) -> bool:
    """Whether what a group shows is of another state than the run has left."""
    if group.seen is None:
        return False
    marked = [
        e
        for e in group.known.values()
        if e.marks and may_show(group.resource, e.marks) and not (e.placed or e.refused or ledger.is_deleted(e))
    ]
    marked = [e for e in marked if e.item is not None and not ledger.written(e.item)]
    shown = [(e, group.seen[str(e.id)]) for e in marked if str(e.id) in group.seen]
    if any(marks.are_missing(group.resource, one, e.marks or ()) for e, one in shown):
        return True
    absent = [e for e in marked if str(e.id) not in group.seen]
    if not absent or may_go_with_others(group.resource) or not group.resource.supports("read"):
        return False
    try:
        return says_none(group.resource, send(group, "read", absent[-1].item or ""))
    except NotSent:
        return False
