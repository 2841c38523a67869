"""Faults of quotas."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from restproof.contract.quotas import Quota
from restproof.sandbox.call import Call
from restproof.sandbox.faults.registry import Seam, fault
from restproof.sandbox.store import Entry
from restproof.semantics.validate import Refusal


@fault("quota-unchecked", "quota.held", "a create never asks whether there is room")
def quota_unchecked(seam: Seam) -> None:
    seam.around("over_quotas", lambda inner, call, after: inner(call, after) if call.entry else [])


@fault("quota-one-more", "quota.held", "a quota takes one more than it says")
def quota_one_more(seam: Seam) -> None:
    _counted_otherwise(seam, 1)


@fault("quota-one-fewer", "quota.held", "a quota takes one fewer than it says")
def quota_one_fewer(seam: Seam) -> None:
    _counted_otherwise(seam, -1)


def _counted_otherwise(seam: Seam, by: int) -> None:
    def advice(inner: Any, call: Call, quota: Quota) -> Decimal | None:
        most: Decimal | None = inner(call, quota)
        return None if most is None else most + by

    seam.around("quota_of", advice)


@fault("over-quota-stored", "quota.held", "a create that is refused for a quota is stored all the same")
def over_quota_stored(seam: Seam) -> None:
    def advice(inner: Any, call: Call, after: Mapping[str, Any]) -> list[Refusal]:
        found: list[Refusal] = inner(call, after)
        if found and call.operation == "create" and call.entry is None:
            seam.steps.store_new(call, call.fields or {})
        return found

    seam.around("over_quotas", advice)


@fault("quota-keeps-deleted", "quota.held", "what was deleted counts for a quota all the same")
def quota_keeps_deleted(seam: Seam) -> None:
    gone: list[Entry] = []

    def removed(inner: Any, call: Call, entry: Entry) -> None:
        gone.append(entry)
        inner(call, entry)

    def counted(inner: Any, call: Call, quota: Quota) -> list[Entry]:
        found: list[Entry] = inner(call, quota)
        scope = None if quota.within == "anywhere" else call.scope
        here = (e for e in gone if e.resource == call.resource.name and scope in (None, e.scope))
        return [*found, *(e for e in here if quota.counts(e.state))]

    seam.around("remove", removed)
    seam.around("counted", counted)


@fault("quota-unchecked-on-update", "quota.update", "an update never asks whether there is room")
def quota_unchecked_on_update(seam: Seam) -> None:
    seam.around("over_quotas", lambda inner, call, after: [] if call.entry else inner(call, after))


@fault("over-quota-updated", "quota.update", "an update that is refused for a quota is stored all the same")
def over_quota_updated(seam: Seam) -> None:
    def advice(inner: Any, call: Call, after: Mapping[str, Any]) -> list[Refusal]:
        found: list[Refusal] = inner(call, after)
        if found and call.entry is not None:
            seam.steps.store_change(call, call.entry, after)
        return found

    seam.around("over_quotas", advice)
