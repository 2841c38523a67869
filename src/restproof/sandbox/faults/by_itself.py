"""Faults of what a server does by itself: times that it moves, defaults that it makes, what goes with a referent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from restproof.contract.shapes import same
from restproof.sandbox.call import Call
from restproof.sandbox.faults.registry import Seam, fault
from restproof.sandbox.store import Entry
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


@fault("copied-default-lost", "create.defaults", "a field that is left out does not get the value of the other field")
def copied_default_lost(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> State:
        state: State = inner(call, fields)
        copies = [n for n, made in call.resource.made_defaults.items() if made.made == "copy" and n not in fields]
        return {**state, **dict.fromkeys(copies)} if call.operation == "create" else state

    seam.around("next_state", advice)


@fault("referring-left", "delete.clears-references", "what refers to a deleted resource, and goes with it, is left")
def referring_left(seam: Seam) -> None:
    def advice(inner: Any, call: Call, gone: Entry) -> None:
        return None

    seam.around("delete_referring", advice)
