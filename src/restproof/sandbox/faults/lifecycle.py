"""Faults that only a sequence of steps shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from restproof.sandbox.call import Call
from restproof.sandbox.faults.registry import Seam, fault
from restproof.sandbox.store import Entry


@fault("second-update-lost", "lifecycle.model", "of the updates of a resource, only the first is stored")
def second_update_lost(seam: Seam) -> None:
    _lost_after(seam, 1)


@fault("third-update-lost", "lifecycle.model", "of the updates of a resource, only the first two are stored")
def third_update_lost(seam: Seam) -> None:
    _lost_after(seam, 2)


def _lost_after(seam: Seam, count: int) -> None:
    seen: Counter[int] = Counter()

    def advice(inner: Any, call: Call, entry: Entry, state: Mapping[str, Any]) -> Entry:
        if state != entry.state:
            seen[entry.seq] += 1
        if seen[entry.seq] > count:
            return Entry(entry.seq, entry.resource, entry.key, entry.scope, entry.tenant, state)
        changed: Entry = inner(call, entry, state)
        return changed

    seam.around("store_change", advice)
