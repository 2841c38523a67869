"""Faults of filters that ask otherwise than for equality."""

from __future__ import annotations

from typing import Any

from restproof.sandbox.call import Call
from restproof.sandbox.faults.registry import Seam, fault
from restproof.sandbox.listing import ListQuery
from restproof.sandbox.store import Entry


@fault("comparison-ignored", "list.filter-sound", "a filter that compares (gte, contains) is passed over")
def comparison_ignored(seam: Seam) -> None:
    def advice(inner: Any, call: Call, query: ListQuery, entries: list[Entry]) -> list[Entry]:
        return entries

    seam.around("compared", advice)


@fault("comparison-drops-one", "list.filter-complete", "a filter that compares leaves out the last entry that matches")
def comparison_drops_one(seam: Seam) -> None:
    def advice(inner: Any, call: Call, query: ListQuery, entries: list[Entry]) -> list[Entry]:
        found: list[Entry] = inner(call, query, entries)
        return found[:-1] if query.comparisons else found

    seam.around("compared", advice)
