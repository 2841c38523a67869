"""The step of a write that counts what is there: whether there is room for one more."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from restproof.contract.model import Contract
from restproof.contract.quotas import Quota
from restproof.sandbox.call import Call
from restproof.sandbox.store import Entry, Store
from restproof.semantics.validate import Refusal


class Counting:
    """How much there is already of what may be there only so often."""

    contract: Contract
    store: Store

    def over_quotas(self, call: Call, after: Mapping[str, Any]) -> list[Refusal]:
        """The quotas beyond which the state after the request would be; none where it adds nothing to one."""
        found = []
        for quota in call.resource.quotas if call.scope is not None else ():
            most = self.quota_of(call, quota)
            if most is None or not self.adds(call, quota, after):
                continue
            there = (e for e in self.counted(call, quota) if call.entry is None or e.seq != call.entry.seq)
            taken = sum((quota.amount(e.state) for e in there if quota.together(e.state, after)), Decimal(0))
            if taken + quota.amount(after) > most:
                found.append(Refusal("over_quota", quota.of or None, quota.because))
        return found

    def adds(self, call: Call, quota: Quota, after: Mapping[str, Any]) -> bool:
        """Whether more counts after the request than before."""
        if not quota.counts(after):
            return False
        before = call.entry.state if call.entry is not None else None
        if before is None or not quota.counts(before) or not quota.together(before, after):
            return True
        return quota.amount(after) > quota.amount(before)

    def quota_of(self, call: Call, quota: Quota) -> Decimal | None:
        """How much there may be; ``None`` where a parent that says it says nothing."""
        if quota.told_by is None:
            return Decimal(str(quota.most))
        parent, field = quota.told_by
        at = [p.resource for p in call.resource.parents].index(parent)
        above = self.store.entry((call.scope or ())[at])
        said = above.state.get(field) if above else None
        return None if said is None else Decimal(str(said))

    def counted(self, call: Call, quota: Quota) -> list[Entry]:
        """The entries that count."""
        name = call.resource.name
        near = self.store.all(name) if quota.within == "anywhere" else self.store.under(name, call.scope or ())
        return [e for e in near if quota.counts(e.state)]
