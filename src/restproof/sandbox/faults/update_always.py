"""Faults of times that every update moves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from restproof.contract.shapes import same
from restproof.sandbox.call import Call
from restproof.sandbox.faults.registry import Seam, fault
from restproof.semantics.state import State


@fault("touch-needs-change", "update.touches-updated-at", "an update that changes no value does not move its time")
def touch_needs_change(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> State:
        state: State = inner(call, fields)
        before = call.entry.state if call.entry else {}
        times = call.resource.always_touched if call.operation == "update" else ()
        if all(same(v, before.get(n)) for n, v in state.items() if n not in times):
            state = {**state, **{n: before[n] for n in times if n in before}}
        return state

    seam.around("next_state", advice)
