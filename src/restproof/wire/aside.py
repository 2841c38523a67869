"""What a delete has only put aside: lists or reads still show it, and it says so itself (``archived: true``), or the
contract leaves open whether a delete takes anything away."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from restproof.contract.model import Resource, removes
from restproof.wire.cleanup import Work
from restproof.wire.failure import NotSent
from restproof.wire.group import Group
from restproof.wire.left import STILL, THERE, Left
from restproof.wire.places import entity_of

_ASIDE = re.compile(r"(?i)(is|was|soft)?_?(archived|deleted|discarded|removed|trashed)(_?(at|by|date|on|time))?")
_IN_USE = re.compile(r"(?i)(is)?_?(active|alive|enabled|live)")
_STATE = re.compile(r"(?i)(lifecycle_?)?(state|status)")
_GONE = ("archived", "deleted", "discarded", "inactive", "removed", "trashed")
_NOTHING = ("", "0", "false", "no")
_OPEN = "its delete may only end it or put it aside, as the contract leaves open"


def tell_what_was_put_aside(work: Work) -> None:
    """Tells of what shows of itself that its delete has put it aside as of that: no request takes it away, so that none
    is named, and nothing more is to be done about it."""
    for left in list(work.failed):
        if _may_stay(work, left):
            work.failed.remove(left)
            work.doubtful.append(replace(left, why=_OPEN, how=""))
        elif left.why.endswith(THERE) and (said := _said_by(work, left)):
            work.failed.remove(left)
            work.doubtful.append(replace(left, why=f"its delete has put it aside ({said})", how=""))
            work.count += (left.where, left.headers) in work.in_vain
    for group in work.groups.values():
        if not removes(group.resource) and group.resource.supports("read"):
            _tell_what_reads_show(work, group)


def _tell_what_reads_show(work: Work, group: Group) -> None:
    """Tells of what was deleted, which a list no longer shows, and a read does."""
    for id, entry in group.known.items():
        target = str(entry.item)
        items = {(where, group.headers) for where in (target, group.item(work.contract, id))}
        was_deleted = not items.isdisjoint(work.deleted)
        if items & work.told.keys() or not (was_deleted or work.ledger.is_deleted(entry)):
            continue
        try:
            shown = work.deletes.shown(group, target, id)
        except NotSent:
            continue
        if shown and work.is_ours(group, entry, shown):  # once it is gone, its id may be somebody else's
            work.count -= was_deleted
            work.doubtful.append(Left(group.resource.name, target, _OPEN, headers=group.headers))


def _may_stay(work: Work, left: Left) -> bool:
    """Whether a delete was answered with success that need not take anything away."""
    group = work.told.get((left.where, left.headers))
    if group is None or removes(group.resource):
        return False
    return left.why == STILL or (left.where, left.headers) in work.in_vain


def _said_by(work: Work, left: Left) -> str:
    group = work.told[left.where, left.headers]
    ids = [id for id in group.seen or () if group.item(work.contract, id) == left.where]
    if (left.where, left.headers) in work.in_vain and any(put_aside(group.resource, group.first[id]) for id in ids):
        return ""  # it has said so before the delete: nothing shows that this has done anything
    listed = [(group.seen or {})[id] for id in ids]
    if (said := next(filter(None, (put_aside(group.resource, shown) for shown in listed)), "")) or (
        not group.resource.supports("read")
    ):
        return said
    try:
        request = group.request(work.contract, "read", left.where)
        shown = entity_of(group.resource, work.deletes.send(group, "read", request).response)
    except NotSent:
        return ""
    return "" if shown is None else put_aside(group.resource, shown)


def put_aside(resource: Resource, shown: Mapping[str, Any]) -> str:
    """The member by which an item says that it was deleted or archived, with its value where that is a word; empty
    where none does. What a client can write says nothing of a delete."""
    for name, value in shown.items():
        if not resource.properties.get(name, {"readOnly": True}).get("readOnly"):
            continue
        if (_IN_USE.fullmatch(name) and value is False) or (_STATE.fullmatch(name) and str(value).lower() in _GONE):
            return f"{name}: {json.dumps(value)}"
        if _ASIDE.fullmatch(name) and value and str(value).lower() not in _NOTHING:
            return f"{name}: true" if value is True else f"{name} is set"
    return ""
