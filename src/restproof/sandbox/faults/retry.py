"""Faults of answers that ask for another attempt."""

from __future__ import annotations

from typing import Any

from restproof.sandbox.call import Answer, Call
from restproof.sandbox.faults.registry import Seam, fault
from restproof.sandbox.store import Entry


@fault("sorted-lists-busy", "retry.503", "a sorted list is always answered 503")
def sorted_lists_busy(seam: Seam) -> None:
    def advice(inner: Any, call: Call, entries: list[Entry]) -> Answer:
        if not any(call.resource.query.asks_for_order(name) for name, _ in call.query):
            answer: Answer = inner(call, entries)
            return answer
        return Answer(503, {"message": "try again"}, {"Retry-After": "0"})

    seam.around("answer_list", advice)


@fault("filtered-lists-bad-gateway", "retry.503", "a filtered list is always answered 502")
def filtered_lists_bad_gateway(seam: Seam) -> None:
    def advice(inner: Any, call: Call, entries: list[Entry]) -> Answer:
        if {call.resource.query.named(f) for f in call.resource.filters} & {name for name, _ in call.query}:
            return Answer(502, {"message": "bad gateway"})
        answer: Answer = inner(call, entries)
        return answer

    seam.around("answer_list", advice)
